/** Scores of predicted surface normals; all NaN where no pixel is known. */
export interface AngleScores {
  /** Mean angle, in degrees. */
  readonly mean: number;
  /** Median angle, in degrees. */
  readonly median: number;
  /** Share of the pixels below each of {@link angleLimits}. */
  readonly within: readonly number[];
}

/** Angles, in degrees, below which the share of the pixels is told. */
export const angleLimits = [11.25, 22.5, 30] as const;

/** Bins of an image's angles: 0.1 degrees each. */
const imageBins = 1800;
/** Bins of the angles of all images, where these are too many to be kept: 0.00004 degrees each. */
const finestBins = 2 ** 22;
const fullTurn = 180;

/** Angles that are kept as they are; the bins take over beyond that. */
export const keptAngles = 2 ** 20;

/**
 * Angles between predicted and true surface normals, over any sample of images. Pixels of all images go together.
 *
 * The median over all images is exact up to {@link keptAngles} pixels and within 0.00003 degrees beyond; over a
 * sample it comes from a histogram of each image, linearly within a bin of 0.1 degrees. Keeps 7 kB an image and at most
 * 40 MB besides.
 */
export class AngleErrors {
  readonly #images: number;
  /** Bin after bin, for each image the pixels of the bin and of those below it. */
  readonly #below: Uint32Array;
  readonly #pixels: Float64Array;
  readonly #sums: Float64Array;
  readonly #within: readonly Float64Array[];
  #kept: Float64Array = new Float64Array(1024);
  #bins: Float64Array | undefined;
  #added = 0;
  #total = 0;

  /** @param images images that will be added */
  constructor(images: number) {
    this.#images = images;
    this.#below = new Uint32Array(imageBins * images);
    this.#pixels = new Float64Array(images);
    this.#sums = new Float64Array(images);
    this.#within = angleLimits.map(() => new Float64Array(images));
  }

  /**
   * Adds the next image.
   *
   * @param angles angle of each known pixel, in degrees, 0 to 180
   */
  add(angles: Float64Array): void {
    const image = this.#added++;
    if (image >= this.#images) throw new RangeError(`more than ${String(this.#images)} images`);
    const counts = new Uint32Array(imageBins);
    for (const angle of angles) {
      const bin = binOf(angle, imageBins);
      counts[bin] = (counts[bin] as number) + 1;
      this.#sums[image] = (this.#sums[image] as number) + angle;
      angleLimits.forEach((limit, index) => {
        const within = this.#within[index] as Float64Array;
        if (angle < limit) within[image] = (within[image] as number) + 1;
      });
    }
    this.#pixels[image] = angles.length;
    let below = 0;
    for (let bin = 0; bin < imageBins; bin++) {
      below += counts[bin] as number;
      this.#below[bin * this.#images + image] = below;
    }
    this.#keep(angles);
  }

  /**
   * Scores over the images as often as the weights say; without weights, over each once.
   *
   * @param weights how often each image counts, at least 0
   */
  score(weights?: ArrayLike<number>): AngleScores {
    const total = weigh(this.#pixels, 0, this.#images, weights);
    const share = (values: Float64Array) => weigh(values, 0, this.#images, weights) / total;
    return {
      mean: share(this.#sums),
      median: weights === undefined ? this.#medianOfAll() : this.#medianOf(weights, total),
      within: this.#within.map(share),
    };
  }

  #keep(angles: Float64Array): void {
    const before = this.#total;
    this.#total += angles.length;
    if (this.#bins === undefined && this.#total <= keptAngles) {
      if (this.#total > this.#kept.length) {
        const grown = new Float64Array(Math.min(keptAngles, 2 * this.#total));
        grown.set(this.#kept.subarray(0, before));
        this.#kept = grown;
      }
      this.#kept.set(angles, before);
      return;
    }
    const bins = (this.#bins ??= binned(this.#kept.subarray(0, before), new Float64Array(finestBins)));
    binned(angles, bins);
  }

  #medianOfAll(): number {
    if (this.#total === 0) return Number.NaN;
    const ranks = [Math.floor((this.#total - 1) / 2), Math.ceil((this.#total - 1) / 2)];
    const sorted = this.#bins === undefined ? this.#kept.slice(0, this.#total).sort() : undefined;
    const [lower = Number.NaN, upper = Number.NaN] = ranks.map((rank) =>
      sorted === undefined ? angleAtRank(this.#bins as Float64Array, rank) : (sorted[rank] as number),
    );
    return (lower + upper) / 2;
  }

  /** Where half of the pixels lie below: the bin by bisection, then linearly within it. */
  #medianOf(weights: ArrayLike<number>, total: number): number {
    if (!(total > 0)) return Number.NaN;
    const upTo = (bin: number) => (bin < 0 ? 0 : weigh(this.#below, bin * this.#images, this.#images, weights));
    let low = -1;
    let high = imageBins - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (2 * upTo(middle) >= total) high = middle;
      else low = middle;
    }
    const before = upTo(high - 1);
    return ((high + (total / 2 - before) / (upTo(high) - before)) * fullTurn) / imageBins;
  }
}

function binOf(angle: number, bins: number): number {
  return Math.min(bins - 1, Math.floor((angle * bins) / fullTurn));
}

function binned(angles: Float64Array, bins: Float64Array): Float64Array {
  for (const angle of angles) {
    const bin = binOf(angle, bins.length);
    bins[bin] = (bins[bin] as number) + 1;
  }
  return bins;
}

/** Middle of the bin that the angle of a rank, from 0, lies in. */
function angleAtRank(bins: Float64Array, rank: number): number {
  let below = 0;
  for (let bin = 0; bin < bins.length; bin++) {
    below += bins[bin] as number;
    if (below > rank) return ((bin + 0.5) * fullTurn) / bins.length;
  }
  return Number.NaN;
}

function weigh(
  values: ArrayLike<number>,
  start: number,
  count: number,
  weights: ArrayLike<number> | undefined,
): number {
  let sum = 0;
  for (let index = 0; index < count; index++)
    sum += (values[start + index] as number) * (weights === undefined ? 1 : (weights[index] as number));
  return sum;
}
