/** Boxes of an image with their classes. */
export interface ClassBoxes {
  /** Left edge, top edge, width and height of each box, one box after the other. */
  readonly boxes: Float64Array;
  /** Class of each box, from 0. */
  readonly classes: Int32Array;
}

/** Boxes that a detector gives of an image. */
export interface Detections extends ClassBoxes {
  /** Score of each box: the higher, the surer. */
  readonly scores: Float64Array;
}

/** Boxes that are in an image. */
export interface TrueBoxes extends ClassBoxes {
  /** 1 where a box counts neither as found nor as missed, else 0. */
  readonly ignored: Uint8Array;
}

/** What became of the detections of an image at each threshold of intersection over union. */
export interface DetectionMatches {
  /** Class of each detection that counts. */
  readonly classes: Int32Array;
  /** Score of each. */
  readonly scores: Float64Array;
  /** Bit t is set where it found an object at threshold t. */
  readonly found: Uint16Array;
  /** Bit t is set where it counts neither way at threshold t. */
  readonly ignored: Uint16Array;
  /** Classes of the objects that are to be found. */
  readonly objects: Int32Array;
}

/** Thresholds of intersection over union: 0.50, 0.55, ..., 0.95, in the rounding of COCO's evaluation. */
export const overlapThresholds: readonly number[] = Array.from(
  { length: 10 },
  (_, index) => 0.5 + index * ((0.95 - 0.5) / 9),
);

/** Detections of a class in an image that count, the surest ones. */
export const countedDetections = 100;

/** What a detection must overlap at least where the threshold is 1. */
const mostOverlap = 1 - 1e-10;

/**
 * Matches the detections of an image with its objects as COCO's evaluation does: class by class, the surest first (at
 * most 100 a class and image; of equally sure ones the first), each takes the object that it overlaps most, at least as
 * much as the threshold says, and that no surer one has taken. What it finds no object for, but an ignored box, counts
 * neither way. Ignored boxes are crowds: any number of detections may lie in one, and what counts is the share of the
 * detection that does. Difficult objects of VOC are ignored in the same way.
 */
export function matchDetections(detections: Detections, truth: TrueBoxes): DetectionMatches {
  const order = countedOrder(detections);
  const found = new Uint16Array(order.length);
  const ignored = new Uint16Array(order.length);
  const members = byClass(truth);
  const overlaps = order.map((detection) =>
    (members.get(detections.classes[detection] as number) ?? []).map((object) =>
      boxOverlap(detections.boxes, detection, truth.boxes, object, truth.ignored[object] === 1),
    ),
  );
  overlapThresholds.forEach((threshold, bit) => {
    const taken = new Uint8Array(truth.classes.length);
    order.forEach((detection, place) => {
      const objects = members.get(detections.classes[detection] as number) ?? [];
      let most = Math.min(threshold, mostOverlap);
      let match = -1;
      for (const [index, object] of objects.entries()) {
        const isIgnored = truth.ignored[object] === 1;
        if (isIgnored && match >= 0 && truth.ignored[match] === 0) break;
        const overlap = overlaps[place]?.[index] as number;
        if (overlap < most || (taken[object] === 1 && !isIgnored)) continue;
        most = overlap;
        match = object;
      }
      if (match < 0) return;
      taken[match] = 1;
      const marks = truth.ignored[match] === 1 ? ignored : found;
      marks[place] = (marks[place] as number) | (1 << bit);
    });
  });
  return {
    classes: Int32Array.from(order, (detection) => detections.classes[detection] as number),
    scores: Float64Array.from(order, (detection) => detections.scores[detection] as number),
    found,
    ignored,
    objects: truth.classes.filter((_, object) => truth.ignored[object] !== 1),
  };
}

/**
 * Intersection over union of two boxes; over the area of the first alone where the second is a crowd. Boxes without
 * area overlap nothing.
 */
export function boxOverlap(
  first: Float64Array,
  one: number,
  second: Float64Array,
  other: number,
  isCrowd = false,
): number {
  const [left, top, width, height] = box(first, one);
  const [otherLeft, otherTop, otherWidth, otherHeight] = box(second, other);
  const sharedWidth = Math.min(left + width, otherLeft + otherWidth) - Math.max(left, otherLeft);
  const sharedHeight = Math.min(top + height, otherTop + otherHeight) - Math.max(top, otherTop);
  if (!(sharedWidth > 0 && sharedHeight > 0)) return 0;
  const shared = sharedWidth * sharedHeight;
  const area = width * height;
  return shared / (isCrowd ? area : area + otherWidth * otherHeight - shared);
}

function box(boxes: Float64Array, index: number): readonly [number, number, number, number] {
  const start = 4 * index;
  return [boxes[start] as number, boxes[start + 1] as number, boxes[start + 2] as number, boxes[start + 3] as number];
}

/** Detections that count, the surest first; those of all classes go together, since classes do not meet. */
function countedOrder({ scores, classes }: Detections): number[] {
  const counted = new Map<number, number>();
  return Array.from(scores, (_, index) => index)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number))
    .filter((detection) => {
      const category = classes[detection] as number;
      const before = counted.get(category) ?? 0;
      counted.set(category, before + 1);
      return before < countedDetections;
    });
}

/** Boxes of each class, those that count before those that are ignored. */
function byClass({ classes, ignored }: TrueBoxes): ReadonlyMap<number, readonly number[]> {
  const members = new Map<number, number[]>();
  for (const wanted of [0, 1]) {
    classes.forEach((category, object) => {
      if ((ignored[object] === 1 ? 1 : 0) !== wanted) return;
      const list = members.get(category);
      if (list === undefined) members.set(category, [object]);
      else list.push(object);
    });
  }
  return members;
}
