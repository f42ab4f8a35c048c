/** What lies outside a map: zeros (activations fade at the border) or its own border repeated. */
export type UpsamplingPadding = 'zeros' | 'clamp';

/**
 * Which points of map and target coincide: pixels as areas with centres at half, or the centres of the corner pixels.
 */
export type UpsamplingAlignment = 'half-pixel' | 'corners';

/** Sizes and manner of a bilinear upsampling. */
export interface UpsamplingOptions {
  /** Rows of an activation map, at least 1. */
  readonly height: number;
  /** Columns of an activation map, at least 1. */
  readonly width: number;
  /** Rows of the target grid, that is of the label planes. */
  readonly targetHeight: number;
  /** Columns of the target grid. */
  readonly targetWidth: number;
  /** Neighbours outside the map. @default 'zeros' */
  readonly padding?: UpsamplingPadding;
  /** Placing of the target's points. @default 'half-pixel' */
  readonly alignment?: UpsamplingAlignment;
}

/** Neighbours and weights of one axis, one entry a target row or column. */
export interface UpsamplingAxis {
  /** Index of the left (upper) neighbour, counted with one cell of frame before the map: 0 is outside, 1 the first. */
  readonly starts: Uint32Array;
  /** Weight of the right (lower) neighbour, float32 in 0 to 1 - 2^-22. */
  readonly fractions: Float32Array;
}

/** Tables of an upsampling, made once for a layer. */
export interface UpsamplingPlan extends Required<UpsamplingOptions> {
  /** Neighbours along the columns of a row. */
  readonly columns: UpsamplingAxis;
  /** Neighbours along the rows. */
  readonly rows: UpsamplingAxis;
}

/** Greatest weight: with it, `a + w * (b - a)` in float32 never leaves the interval between a and b. */
const MAXIMUM_FRACTION = 1 - 2 ** -22;

/** Computes the tables of weights of an upsampling. */
export function planUpsampling(options: UpsamplingOptions): UpsamplingPlan {
  const { height, width, targetHeight, targetWidth, padding = 'zeros', alignment = 'half-pixel' } = options;
  for (const [name, size] of Object.entries({ height, width, targetHeight, targetWidth })) {
    if (!Number.isInteger(size) || size < 1 || size > 65535)
      throw new RangeError(`planUpsampling: ${name} must be a whole number from 1 to 65535, got ${String(size)}`);
  }
  return {
    ...{ height, width, targetHeight, targetWidth, padding, alignment },
    columns: planAxis(width, targetWidth, alignment),
    rows: planAxis(height, targetHeight, alignment),
  };
}

/**
 * Upsamples one map, all pixels, in the one arithmetic that thresholds and masks share. All in float32, each
 * operation rounded: first along the columns, `top = a + wx * (b - a)` and `bottom = c + wx * (d - c)`, then along the
 * rows, `top + wy * (bottom - top)`. So a pixel never leaves the interval of its four neighbours, which is what lets
 * the fast kernels skip cells by their corners and still equal this function bit for bit.
 *
 * @param plan sizes and weights
 * @param map height x width values, row by row
 * @param target where the pixels go, row by row; made when not given
 */
export function upsampleMap(
  plan: UpsamplingPlan,
  map: ArrayLike<number>,
  target: Float32Array = new Float32Array(plan.targetHeight * plan.targetWidth),
): Float32Array {
  const { height, width, targetHeight, targetWidth, padding, columns, rows } = plan;
  const { fround } = Math;
  const read = (row: number, column: number): number => {
    if (padding === 'clamp')
      return map[
        Math.min(Math.max(row - 1, 0), height - 1) * width + Math.min(Math.max(column - 1, 0), width - 1)
      ] as number;
    return row < 1 || column < 1 || row > height || column > width
      ? 0
      : (map[(row - 1) * width + column - 1] as number);
  };
  const mix = (from: number, to: number, weight: number): number => fround(from + fround(weight * fround(to - from)));
  for (let row = 0, at = 0; row < targetHeight; row++) {
    const upper = rows.starts[row] as number;
    for (let column = 0; column < targetWidth; column++, at++) {
      const left = columns.starts[column] as number;
      const weight = columns.fractions[column] as number;
      const top = mix(read(upper, left), read(upper, left + 1), weight);
      const bottom = mix(read(upper + 1, left), read(upper + 1, left + 1), weight);
      target[at] = mix(top, bottom, rows.fractions[row] as number);
    }
  }
  return target;
}

/** Whether two plans give the same pixels. */
export function samePlan(one: UpsamplingPlan, other: UpsamplingPlan): boolean {
  return (['height', 'width', 'targetHeight', 'targetWidth', 'padding', 'alignment'] as const).every(
    (key) => one[key] === other[key],
  );
}

function planAxis(size: number, target: number, alignment: UpsamplingAlignment): UpsamplingAxis {
  const starts = new Uint32Array(target);
  const fractions = new Float32Array(target);
  for (let index = 0; index < target; index++) {
    const position =
      alignment === 'half-pixel'
        ? ((index + 0.5) * size) / target - 0.5
        : target === 1
          ? 0
          : (index * (size - 1)) / (target - 1);
    const left = Math.floor(position);
    const fraction = Math.fround(position - left);
    const next = fraction > MAXIMUM_FRACTION;
    starts[index] = left + 1 + (next ? 1 : 0);
    fractions[index] = next ? 0 : fraction;
  }
  return { starts, fractions };
}
