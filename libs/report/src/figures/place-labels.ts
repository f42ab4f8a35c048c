/** A mark with its name, in pixels. */
export interface LabelledMark {
  /** Text of the label. */
  readonly text: string;
  /** Centre of the mark, from the left. */
  readonly x: number;
  /** Centre of the mark, from the top. */
  readonly y: number;
}

/** Where the labels may stand and how large they are, in pixels. */
export interface LabelSpace {
  /** Left, top, right and bottom edge. */
  readonly bounds: readonly [number, number, number, number];
  /** Size of the type. */
  readonly fontSize: number;
  /** Radius of a mark, kept free of labels. */
  readonly radius: number;
  /** Whether a label may stand off, joined to its mark by a line; in a crowd such lines confuse. @default true */
  readonly leaders?: boolean;
}

/** A label in its place; `leader` says that it stands so far off that a line should join it to its mark. */
export interface PlacedLabel {
  /** Left edge of the text. */
  readonly x: number;
  /** Baseline of the text. */
  readonly y: number;
  /** Estimated width of the text. */
  readonly width: number;
  /** End of the line from the mark, where one is needed. */
  readonly leader?: readonly [number, number];
}

type Box = readonly [number, number, number, number];

/**
 * Places labels so that no two overlap and none covers a mark; a label for which there is no room is left out
 * (`undefined`). Marks with the fewest free places choose first; ties go by index, so equal input gives equal places.
 */
export function placeLabels(marks: readonly LabelledMark[], space: LabelSpace): readonly (PlacedLabel | undefined)[] {
  const markBoxes = marks.map(({ x, y }): Box => [x - space.radius, y - space.radius, x + space.radius, y + space.radius]);
  const options = marks.map((mark, index) => candidates(mark, space).filter(({ box }) => inside(box, space.bounds) && !markBoxes.some((other, at) => at !== index && overlap(box, other))));
  const placed: (PlacedLabel | undefined)[] = marks.map(() => undefined);
  const taken: Box[] = [];
  const waiting = new Set(marks.keys());
  while (waiting.size > 0) {
    const next = mostConstrained(waiting, options);
    waiting.delete(next);
    const choice = options[next]?.[0];
    if (choice === undefined) continue;
    placed[next] = choice.label;
    taken.push(choice.box);
    for (const index of waiting) options[index] = (options[index] ?? []).filter(({ box }) => !overlap(box, choice.box));
  }
  return placed;
}

/** Estimated width of a text in a sans-serif face; rather too wide than too narrow. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += /[ijl.,:;|'!()[\]]/u.test(character) ? 0.34 : /[A-Zmw@%_]/u.test(character) ? 0.74 : character > '\u2e80' ? 1.05 : 0.6;
  return ems * fontSize;
}

interface Candidate {
  readonly box: Box;
  readonly label: PlacedLabel;
}

/** Directions from best to worst: right and left read most easily, then above and below, then the corners. */
const directions = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]] as const;

/** Distances between mark and label, in heights of a line; from the second on a line joins them. */
const distances = [0.25, 1.1, 2, 3.2, 4.6] as const;

function candidates({ text, x, y }: LabelledMark, { fontSize, radius, leaders = true }: LabelSpace): Candidate[] {
  const width = textWidth(text, fontSize);
  const height = fontSize * 1.15;
  return (leaders ? distances : distances.slice(0, 1)).flatMap((distance, ring) =>
    directions.map(([right, down]) => {
      const diagonal = right !== 0 && down !== 0 ? Math.SQRT1_2 : 1;
      const reach = (radius + distance * fontSize) * diagonal;
      const centreX = x + right * (reach + width / 2);
      const centreY = y + down * (reach + height / 2);
      const box: Box = [centreX - width / 2, centreY - height / 2, centreX + width / 2, centreY + height / 2];
      const label = { x: box[0], y: centreY + fontSize * 0.36, width };
      const end: readonly [number, number] = [right === 0 ? centreX : right > 0 ? box[0] - 1 : box[2] + 1, down === 0 ? centreY : down > 0 ? box[1] : box[3]];
      return { box, label: ring === 0 ? label : { ...label, leader: end } };
    }),
  );
}

function mostConstrained(waiting: ReadonlySet<number>, options: readonly (readonly Candidate[])[]): number {
  let [best, fewest] = [-1, Number.POSITIVE_INFINITY];
  for (const index of waiting) {
    const free = options[index]?.length ?? 0;
    if (free < fewest) [best, fewest] = [index, free];
  }
  return best;
}

function inside(box: Box, bounds: Box): boolean {
  return box[0] >= bounds[0] && box[1] >= bounds[1] && box[2] <= bounds[2] && box[3] <= bounds[3];
}

function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
