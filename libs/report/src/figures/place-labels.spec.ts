import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWidth, type LabelSpace } from './label-candidates.ts';
import { mostLabelled, placeLabels } from './place-labels.ts';

const space: LabelSpace = { bounds: [0, 0, 600, 400], fontSize: 12, radius: 7 };

describe('labels beside arrows', () => {
  it('leave them uncovered where there is another place', () => {
    const space = { bounds: [0, 0, 200, 100], fontSize: 12, radius: 5 } as const;
    const marks = [{ text: 'Model', x: 100, y: 50 }];
    const [free] = placeLabels(marks, space);
    const [beside] = placeLabels(marks, { ...space, lines: [[180, 50, 100, 50]] });
    expect(free?.x).toBeGreaterThan(100);
    expect((beside?.x ?? 100) + (beside?.width ?? 100)).toBeLessThan(100);
  });
});

describe('placeLabels', () => {
  it('sets a lone label right of its mark', () => {
    const [label] = placeLabels([{ text: 'BYOL', x: 100, y: 100 }], space);
    expect(label?.x).toBeGreaterThan(107);
    expect(label?.leader).toBeUndefined();
  });

  it('turns to the left at the right edge', () => {
    const [label] = placeLabels([{ text: 'BYOL', x: 595, y: 100 }], space);
    expect((label?.x ?? 600) + (label?.width ?? 0)).toBeLessThan(595);
  });

  it('labels none of more marks than there is room for', () => {
    const marks = Array.from({ length: mostLabelled + 1 }, (_, index) => ({
      text: 'a',
      x: 10 + (index % 40) * 14,
      y: 10 + Math.floor(index / 40) * 14,
    }));
    expect(placeLabels(marks, space)).toEqual(marks.map(() => undefined));
  });

  it('never lets labels overlap each other, a foreign mark, or the edge', () => {
    const mark = fc.record({
      text: fc.constantFrom('BYOL', 'MoCoV2', 'DeepClusterV2', 'a'),
      x: fc.integer({ min: 10, max: 590 }),
      y: fc.integer({ min: 10, max: 390 }),
    });
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 60 }), (marks) => {
        const boxes = placeLabels(marks, space).map(
          (label) =>
            label && ([label.x, label.y - 12 * 0.36 - 6.9, label.x + label.width, label.y - 12 * 0.36 + 6.9] as const),
        );
        boxes.forEach((box, index) => {
          if (box === undefined) return;
          expect(box[0] >= 0 && box[1] >= 0 && box[2] <= 600 && box[3] <= 400).toBe(true);
          for (const other of boxes.slice(index + 1))
            expect(other !== undefined && apart(box, other) < -1e-6).toBe(false);
          marks.forEach(({ x, y }, at) => {
            if (at !== index) expect(apart(box, [x - 7, y - 7, x + 7, y + 7])).toBeGreaterThanOrEqual(-1e-6);
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('runs no line through a label or a foreign mark', () => {
    const mark = fc.record({
      text: fc.constantFrom('BYOL', 'MoCoV2', 'DeepClusterV2'),
      x: fc.integer({ min: 200, max: 320 }),
      y: fc.integer({ min: 150, max: 230 }),
    });
    fc.assert(
      fc.property(fc.array(mark, { minLength: 2, maxLength: 14 }), (marks) => {
        placeLabels(marks, space).forEach((label, index, all) => {
          if (label === undefined) return;
          const own = marks[index]!;
          const steps =
            label.leader === undefined
              ? []
              : Array.from(
                  { length: 41 },
                  (_, step) =>
                    [
                      own.x + ((label.leader![0] - own.x) * step) / 40,
                      own.y + ((label.leader![1] - own.y) * step) / 40,
                    ] as const,
                );
          marks.forEach(({ x, y }, at) => {
            if (at === index) return;
            const heaped = Math.abs(x - own.x) < 14 && Math.abs(y - own.y) < 14;
            for (const [px, py] of steps)
              expect(!heaped && Math.abs(px - x) < 6.9 && Math.abs(py - y) < 6.9).toBe(false);
            const other = all[at];
            const box =
              other &&
              ([other.x, other.y - 12 * 0.36 - 6.9, other.x + other.width, other.y - 12 * 0.36 + 6.9] as const);
            for (const [px, py] of steps)
              expect(
                box !== undefined && px > box[0] + 0.1 && px < box[2] - 0.1 && py > box[1] + 0.1 && py < box[3] - 0.1,
              ).toBe(false);
          });
        });
      }),
      { numRuns: 60 },
    );
  });

  it('leaves out what has no room, and joins far labels to their marks', () => {
    const crowd = Array.from({ length: 60 }, (_, index) => ({
      text: `Model${String(index)}`,
      x: 300 + (index % 8),
      y: 200 + Math.floor(index / 8),
    }));
    expect(placeLabels(crowd, space).some((label) => label === undefined)).toBe(true);
    const few = placeLabels(
      [0, 1, 2, 3, 4, 5].map((index) => ({ text: 'Model', x: 300 + index, y: 200 })),
      space,
    );
    expect(few.every((label) => label !== undefined)).toBe(true);
    expect(few.some((label) => label?.leader !== undefined)).toBe(true);
  });

  it('stands each label nearest to its own mark where there is room', () => {
    const [left, right] = placeLabels(
      [
        { text: 'left', x: 300, y: 200 },
        { text: 'right', x: 330, y: 200 },
      ],
      space,
    );
    expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThan(300);
    expect(right?.x).toBeGreaterThan(330);
  });

  it('keeps every label beside its mark where lines are not wanted', () => {
    const crowd = Array.from({ length: 30 }, (_, index) => ({
      text: 'Model',
      x: 250 + (index % 6) * 20,
      y: 150 + Math.floor(index / 6) * 20,
    }));
    const placed = placeLabels(crowd, { ...space, leaders: false });
    expect(placed.some((label) => label !== undefined)).toBe(true);
    expect(placed.every((label) => label?.leader === undefined)).toBe(true);
  });

  it('takes capitals to be wider than small letters', () => {
    expect(textWidth('MMM', 10)).toBeGreaterThan(textWidth('iii', 10) * 2);
  });
});

/** Negative where two boxes overlap. */
function apart(a: readonly [number, number, number, number], b: readonly [number, number, number, number]): number {
  return Math.max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3]);
}
