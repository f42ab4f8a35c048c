import { overlapThresholds, type DetectionMatches } from './detection-matching.ts';

/** Average precision as COCO's evaluation defines it; NaN where there is no object to be found. */
export interface AveragePrecisions {
  /** Mean over the thresholds of intersection over union from 0.50 to 0.95. */
  readonly ap: number;
  /** At an intersection over union of 0.50. */
  readonly ap50: number;
  /** At an intersection over union of 0.75. */
  readonly ap75: number;
}

/** Recalls at which precision is read: 0, 0.01, ..., 1. */
const recallPoints = 101;

/**
 * Average precision of a detector over any sample of images. Matches are sorted once; a sample then costs one pass over
 * the detections and one over those that found something. It keeps about 20 bytes for each detection.
 *
 * Precision is read at 101 recalls, as the highest that is reached at that recall or a higher one, and averaged over
 * them and over the classes of which there is an object.
 */
export class AveragePrecision {
  readonly #classes: readonly ClassMatches[];

  /** @param images matches of each image */
  constructor(images: readonly DetectionMatches[]) {
    this.#classes = collectClasses(images);
  }

  /**
   * Average precision over the images as often as the weights say; without weights, over each once.
   *
   * @param weights how often each image counts, at least 0
   */
  score(weights?: ArrayLike<number>): AveragePrecisions {
    const sums = new Float64Array(overlapThresholds.length);
    let counted = 0;
    for (const matches of this.#classes) {
      let objects = 0;
      for (const image of matches.objects) objects += weights === undefined ? 1 : (weights[image] as number);
      if (!(objects > 0)) continue;
      counted++;
      const passed = passedWeights(matches.images, weights);
      for (let threshold = 0; threshold < sums.length; threshold++)
        sums[threshold] = (sums[threshold] as number) + precisionOf(matches, threshold, passed, objects);
    }
    const mean = (threshold: number) => (sums[threshold] as number) / counted;
    return {
      ap: sums.reduce((sum, value) => sum + value, 0) / sums.length / counted,
      ap50: mean(0),
      ap75: mean(5),
    };
  }
}

interface ClassMatches {
  /** Image of each detection, the surest first. */
  readonly images: Int32Array;
  /** Images of the objects, one entry an object. */
  readonly objects: Int32Array;
  /** Places of the detections that found something, by threshold. */
  readonly found: readonly Int32Array[];
  /** Places of the detections that count neither way, by threshold. */
  readonly ignored: readonly Int32Array[];
}

function collectClasses(images: readonly DetectionMatches[]): readonly ClassMatches[] {
  const objects = new Map<number, number[]>();
  const detections = new Map<number, { readonly image: number; readonly place: number; readonly score: number }[]>();
  images.forEach((matches, image) => {
    for (const category of matches.objects) listOf(objects, category).push(image);
    matches.classes.forEach((category, place) =>
      listOf(detections, category).push({ image, place, score: matches.scores[place] as number }),
    );
  });
  return [...objects.keys()]
    .sort((a, b) => a - b)
    .map((category) => {
      const sorted = (detections.get(category) ?? []).sort((a, b) => b.score - a.score);
      const marked = (marks: 'found' | 'ignored', bit: number) =>
        Int32Array.from(
          sorted.flatMap(({ image, place }, index) =>
            (((images[image] as DetectionMatches)[marks][place] as number) & (1 << bit)) === 0 ? [] : [index],
          ),
        );
      return {
        images: Int32Array.from(sorted, ({ image }) => image),
        objects: Int32Array.from(objects.get(category) ?? []),
        found: overlapThresholds.map((_, bit) => marked('found', bit)),
        ignored: overlapThresholds.map((_, bit) => marked('ignored', bit)),
      };
    });
}

function listOf<Item>(lists: Map<number, Item[]>, key: number): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

/** Sum of the weights of the detections before each place. */
function passedWeights(images: Int32Array, weights: ArrayLike<number> | undefined): Float64Array {
  const passed = new Float64Array(images.length + 1);
  let sum = 0;
  for (let place = 0; place < images.length; place++) {
    sum += weights === undefined ? 1 : (weights[images[place] as number] as number);
    passed[place + 1] = sum;
  }
  return passed;
}

/** Precision of a class at a threshold, averaged over the recalls: it only matters where an object was found. */
function precisionOf(
  { found, ignored }: ClassMatches,
  threshold: number,
  passed: Float64Array,
  objects: number,
): number {
  const hits = found[threshold] as Int32Array;
  const left = ignored[threshold] as Int32Array;
  const recalls = new Float64Array(hits.length);
  const precisions = new Float64Array(hits.length);
  let hit = 0;
  let ignoredWeight = 0;
  for (let index = 0, next = 0; index < hits.length; index++) {
    const place = hits[index] as number;
    for (; next < left.length && (left[next] as number) < place; next++)
      ignoredWeight += weightAt(passed, left[next] as number);
    const weight = weightAt(passed, place);
    hit += weight;
    recalls[index] = hit / objects;
    precisions[index] = hit === 0 ? 0 : hit / ((passed[place + 1] as number) - ignoredWeight);
  }
  for (let index = hits.length - 2; index >= 0; index--)
    precisions[index] = Math.max(precisions[index] as number, precisions[index + 1] as number);
  let sum = 0;
  for (let point = 0, index = 0; point < recallPoints; point++) {
    while (index < hits.length && (recalls[index] as number) < point * 0.01) index++;
    if (index === hits.length) break;
    sum += precisions[index] as number;
  }
  return sum / recallPoints;
}

function weightAt(passed: Float64Array, place: number): number {
  return (passed[place + 1] as number) - (passed[place] as number);
}
