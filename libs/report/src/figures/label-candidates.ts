/** Left, top, right and bottom edge, in pixels. */
export type Box = readonly [number, number, number, number];

/** Ends of a line, in pixels. */
export type Line = readonly [x1: number, y1: number, x2: number, y2: number];

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
  readonly bounds: Box;
  /** Size of the type. */
  readonly fontSize: number;
  /** Radius of a mark, kept free of labels. */
  readonly radius: number;
  /** Whether a label may stand off, joined to its mark by a line; in a crowd such lines confuse. @default true */
  readonly leaders?: boolean;
  /** Lines that a label should not cover, such as arrows. @default none */
  readonly lines?: readonly Line[];
}

/** A label in its place. */
export interface PlacedLabel {
  /** Left edge of the text. */
  readonly x: number;
  /** Baseline of the text. */
  readonly y: number;
  /** Estimated width of the text. */
  readonly width: number;
  /** End of the line from the mark, where the label stands so far off that one is needed. */
  readonly leader?: readonly [number, number];
}

/** A place that a label could take, with what it costs in legibility. */
export interface LabelCandidate {
  /** Room of the text. */
  readonly box: Box;
  /** Line to the mark, where there is one. */
  readonly line?: Line;
  /** The label in this place. */
  readonly label: PlacedLabel;
  /** How far the place is from the best, which is right beside the mark at 0. */
  readonly cost: number;
}

/** Directions with their cost: right and left read most easily, then above and below, then the corners. */
const directions = [
  [1, 0, 0],
  [-1, 0, 1],
  [0, -1, 1.5],
  [0, 1, 1.6],
  [1, -1, 2.5],
  [1, 1, 2.6],
  [-1, -1, 2.7],
  [-1, 1, 2.8],
] as const;

/** Distances between mark and label, in heights of a line; from the second on a line joins them. */
const distances = [0.25, 1.1, 2, 3.2, 4.6] as const;

/** What each further distance costs. */
const distanceCost = 4;

/** What it costs that another mark stands nearer to the label than its own: the reader may take one for the other. */
const doubtCost = 5;

/** What it costs to cover a line that is not the label's own. */
const coverCost = 6;

/**
 * Places for the label of a mark that lie within the bounds, cover no mark, and whose line runs through none; the best
 * first.
 */
export function labelCandidates(
  own: number,
  marks: readonly LabelledMark[],
  space: LabelSpace,
): readonly LabelCandidate[] {
  const { radius, bounds, lines = [] } = space;
  const boxes = marks.map(({ x, y }): Box => [x - radius, y - radius, x + radius, y + radius]);
  const mark = marks[own] as LabelledMark;
  return places(mark, space)
    .filter(
      ({ box, line }) =>
        inside(box, bounds) &&
        boxes.every(
          (other, at) =>
            at === own ||
            (!overlap(box, other) &&
              (line === undefined || overlap(boxes[own] as Box, other) || !crosses(line, other))),
        ),
    )
    .map((place) => ({
      ...place,
      cost: place.cost + lines.filter((line) => crosses(line, place.box)).length * coverCost,
    }))
    .map((place) =>
      place.line === undefined && marks.some((other, at) => at !== own && doubtful(place.box, mark, other))
        ? { ...place, cost: place.cost + doubtCost }
        : place,
    )
    .sort((a, b) => a.cost - b.cost);
}

/** Whether two labels cannot stand together: they overlap, or the line of one runs through the other. */
export function collide(a: LabelCandidate, b: LabelCandidate): boolean {
  return (
    overlap(a.box, b.box) ||
    (a.line !== undefined && crosses(a.line, b.box)) ||
    (b.line !== undefined && crosses(b.line, a.box))
  );
}

/** Whether the lines of two labels cross. */
export function linesCross({ line: a }: LabelCandidate, { line: b }: LabelCandidate): boolean {
  if (a === undefined || b === undefined) return false;
  const side = ([x1, y1, x2, y2]: Line, x: number, y: number): number =>
    Math.sign((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1));
  return side(a, b[0], b[1]) * side(a, b[2], b[3]) < 0 && side(b, a[0], a[1]) * side(b, a[2], a[3]) < 0;
}

/** Estimated width of a text in a sans-serif face; rather too wide than too narrow. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text)
    ems += /[ijl.,:;|'!()[\]]/u.test(character)
      ? 0.34
      : /[A-Zmw@%_]/u.test(character)
        ? 0.74
        : character > '\u2e80'
          ? 1.05
          : 0.6;
  return ems * fontSize;
}

function places(
  { text, x, y }: LabelledMark,
  { fontSize, radius, leaders = true }: LabelSpace,
): readonly LabelCandidate[] {
  const width = textWidth(text, fontSize);
  const height = fontSize * 1.15;
  return (leaders ? distances : distances.slice(0, 1)).flatMap((distance, ring) =>
    directions.map(([right, down, turn]) => {
      const diagonal = right !== 0 && down !== 0 ? Math.SQRT1_2 : 1;
      const reach = (radius + distance * fontSize) * diagonal;
      const centreX = x + right * (reach + width / 2);
      const centreY = y + down * (reach + height / 2);
      const box: Box = [centreX - width / 2, centreY - height / 2, centreX + width / 2, centreY + height / 2];
      const label = { x: box[0], y: centreY + fontSize * 0.36, width };
      const cost = turn + ring * distanceCost;
      if (ring === 0) return { box, label, cost };
      const end = [
        right === 0 ? centreX : right > 0 ? box[0] - 1 : box[2] + 1,
        down === 0 ? centreY : down > 0 ? box[1] : box[3],
      ] as const;
      return { box, cost, line: [x, y, ...end] as const, label: { ...label, leader: end } };
    }),
  );
}

/** Marks on one spot are equally far, and cannot be told apart anyway. */
function doubtful(box: Box, own: LabelledMark, other: LabelledMark): boolean {
  return distanceTo(box, other) < distanceTo(box, own) && Math.hypot(other.x - own.x, other.y - own.y) >= 1;
}

function distanceTo(box: Box, { x, y }: LabelledMark): number {
  return Math.hypot(Math.max(box[0] - x, 0, x - box[2]), Math.max(box[1] - y, 0, y - box[3]));
}

function inside(box: Box, bounds: Box): boolean {
  return box[0] >= bounds[0] && box[1] >= bounds[1] && box[2] <= bounds[2] && box[3] <= bounds[3];
}

function overlap(a: Box, b: Box): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** Whether a line meets a box: what is left of it after cutting at the four edges (Liang and Barsky). */
function crosses([x1, y1, x2, y2]: Line, box: Box): boolean {
  let [from, to] = [0, 1];
  for (const [step, room] of [
    [x1 - x2, x1 - box[0]],
    [x2 - x1, box[2] - x1],
    [y1 - y2, y1 - box[1]],
    [y2 - y1, box[3] - y1],
  ] as const) {
    if (step === 0 && room < 0) return false;
    if (step < 0) from = Math.max(from, room / step);
    if (step > 0) to = Math.min(to, room / step);
  }
  return from < to;
}
