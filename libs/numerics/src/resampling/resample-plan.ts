/** Filters that images are resized with; all but `nearest` widen when shrinking, so that nothing aliases. */
export type ResampleFilter = 'bilinear' | 'bicubic' | 'lanczos3' | 'nearest';

/** From which pixels of one axis each resampled pixel is made. */
export interface ResamplePlan {
  /** First source pixel of each target pixel. */
  readonly firsts: Uint32Array;
  /** Number of source pixels of each target pixel. */
  readonly counts: Uint32Array;
  /** Places for weights of each target pixel. */
  readonly taps: number;
  /** Weights, target pixel by target pixel: whole numbers that add up to about 2^22. */
  readonly weights: Int32Array;
}

/** Bits of a weight behind the point: 32, less 8 of a pixel and 2 to spare (Pillow's `PRECISION_BITS`). */
const precisionBits = 22;

/**
 * Plans the resampling of one axis as Pillow does for 8-bit images (`precompute_coeffs` and `normalize_coeffs_8bpc` of
 * its `Resample.c`): a filter as wide as the source pixels of a target pixel, at least one, with weights of 22 bits.
 *
 * @param sourceSize pixels of the axis
 * @param scaledSize pixels that the whole axis is scaled to
 * @param filter weighs the source pixels by their distance
 * @param start first scaled pixel that is wanted
 * @param wanted scaled pixels that are wanted from there on
 */
export function planResampling(
  sourceSize: number,
  scaledSize: number,
  filter: ResampleFilter,
  start = 0,
  wanted = scaledSize - start,
): ResamplePlan {
  const scale = sourceSize / scaledSize;
  if (filter === 'nearest') return nearestPlan(sourceSize, scaledSize, start, wanted);
  const { support: reach, weigh } = filters[filter];
  const filterScale = Math.max(scale, 1);
  const support = reach * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const firsts = new Uint32Array(wanted);
  const counts = new Uint32Array(wanted);
  const weights = new Int32Array(wanted * taps);
  const own = new Float64Array(taps);
  for (let pixel = 0; pixel < wanted; pixel++) {
    const centre = (start + pixel + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(sourceSize, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    // The division is written as Pillow has it, a multiplication by the inverse: it rounds otherwise.
    for (let tap = 0; tap < count; tap++) sum += own[tap] = weigh((tap + first - centre + 0.5) * (1 / filterScale));
    for (let tap = 0; tap < count; tap++) {
      const weight = (own[tap] as number) / (sum === 0 ? 1 : sum);
      weights[pixel * taps + tap] = Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** precisionBits);
    }
    firsts[pixel] = first;
    counts[pixel] = count;
  }
  return { firsts, counts, taps, weights };
}

/** The source pixel under the centre of each target pixel. */
function nearestPlan(sourceSize: number, scaledSize: number, start: number, wanted: number): ResamplePlan {
  const firsts = Uint32Array.from({ length: wanted }, (_, pixel) =>
    Math.floor(((2 * (start + pixel) + 1) * sourceSize) / (2 * scaledSize)),
  );
  return {
    firsts,
    counts: new Uint32Array(wanted).fill(1),
    taps: 1,
    weights: new Int32Array(wanted).fill(2 ** precisionBits),
  };
}

/** Half the width of a filter in pixels, and its height at a distance. */
const filters = {
  bilinear: { support: 1, weigh: (distance: number) => Math.max(0, 1 - Math.abs(distance)) },
  bicubic: { support: 2, weigh: cubic },
  lanczos3: {
    support: 3,
    weigh: (distance: number) => (distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0),
  },
} as const satisfies Record<
  Exclude<ResampleFilter, 'nearest'>,
  { readonly support: number; readonly weigh: (distance: number) => number }
>;

/** Keys' cubic with a = -0.5. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

function sinc(distance: number): number {
  if (distance === 0) return 1;
  const angle = distance * Math.PI;
  return Math.sin(angle) / angle;
}
