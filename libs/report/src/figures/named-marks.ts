import { joined, markup, type Markup } from '../page/markup.ts';
import { colour } from '../page/palette.ts';
import { textWidth, type LabelledMark, type LabelSpace, type PlacedLabel } from './label-candidates.ts';
import { placeLabels } from './place-labels.ts';
import { pixel } from './ticks.ts';

/** Marks up to which every name stands in the figure: beside its mark, or as a number with a key below. */
export const namesKept = 60;

/** The name of a mark in its place: the name itself, or the number that the key explains. */
export interface MarkName extends PlacedLabel {
  /** What is printed. */
  readonly text: string;
}

/** The names of all marks of a figure. */
export interface MarkNames {
  /** Names by mark; undefined where there are too many marks for all to be named. */
  readonly names: readonly (MarkName | undefined)[];
  /** What the numbers stand for, in their order. */
  readonly key: readonly string[];
}

/**
 * Names marks so that none goes without: beside the mark where there is room, else by a number that the key below the
 * figure explains. Beyond {@link namesKept} marks, names without room are left out.
 */
export function nameMarks(marks: readonly LabelledMark[], space: LabelSpace): MarkNames {
  const first = placeLabels(marks, space);
  if (first.every((place) => place !== undefined) || marks.length > namesKept)
    return {
      names: first.map((place, index) =>
        place === undefined ? undefined : { ...place, text: marks[index]?.text ?? '' },
      ),
      key: [],
    };
  // Numbers take less room than names, so that all are placed anew: what had no room may find it now.
  const without = new Set(first.flatMap((place, index) => (place === undefined ? [index] : [])));
  for (;;) {
    const order = [...without].sort((a, b) => a - b);
    const texts = marks.map(({ text }, index) => (without.has(index) ? String(order.indexOf(index) + 1) : text));
    const places = placeLabels(
      marks.map((mark, index) => ({ ...mark, text: texts[index] ?? '' })),
      space,
    );
    const lost = places.flatMap((place, index) => (place === undefined && !without.has(index) ? [index] : []));
    if (lost.length > 0) {
      for (const index of lost) without.add(index);
      continue;
    }
    return {
      names: places.map((place, index): MarkName => {
        const text = texts[index] ?? '';
        const { x, y } = marks[index] as LabelledMark;
        // Where even a number has no room it stands on its mark's right, over whatever is there.
        return place === undefined
          ? { text, x: x + space.radius, y: y + space.fontSize * 0.36, width: textWidth(text, space.fontSize) }
          : { ...place, text };
      }),
      key: order.map((index, at) => `${String(at + 1)} ${marks[index]?.text ?? ''}`),
    };
  }
}

/** Height of a line of a key, in pixels. */
const lineHeight = 15;

/** Entries of a key in lines of text from `top` on, no wider than `width`; their height is that of the lines. */
export function keyLines(
  entries: readonly string[],
  [left, top, width]: readonly [number, number, number],
): { readonly drawing: Markup; readonly height: number } {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines[lines.length - 1];
    const longer = last === undefined ? entry : `${last}   ${entry}`;
    if (last === undefined || textWidth(longer, 11) > width) lines.push(entry);
    else lines[lines.length - 1] = longer;
  }
  return {
    drawing: joined(
      lines.map(
        (line, index) =>
          markup`<text x="${pixel(left)}" y="${pixel(top + (index + 0.8) * lineHeight)}" font-size="11" fill="${colour('ink')}">${line}</text>`,
      ),
    ),
    height: lines.length === 0 ? 0 : lines.length * lineHeight + 4,
  };
}
