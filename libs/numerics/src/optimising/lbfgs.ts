import { searchLine, type LinePoint } from './line-search.ts';
import { addMultiple, difference, scaled, sumOfProducts } from './vectors.ts';

/** A function's value and gradient at a point. */
export interface Evaluation {
  /** Value. */
  readonly value: number;
  /** Gradient, in an array of its own. */
  readonly gradient: Float64Array;
}

/** A step that was taken, and how the gradient changed over it: what L-BFGS knows of the curvature. */
export interface CurvaturePair {
  /** Difference of points. */
  readonly step: Float64Array;
  /** Difference of gradients. */
  readonly change: Float64Array;
}

/** Settings of {@link minimiseLbfgs}. */
export interface LbfgsOptions {
  /** Where to begin; stays as it is. */
  readonly start: Float64Array;
  /** The function, which has to be smooth; best convex. */
  readonly evaluate: (point: Float64Array) => Promise<Evaluation>;
  /**
   * Product of a symmetric positive definite matrix, close to the inverse of the Hessian, and a vector: a new array.
   * @default the vector itself
   */
  readonly precondition?: (vector: Float64Array) => Promise<Float64Array>;
  /** Inner product of the space. @default the sum of products */
  readonly dot?: (first: Float64Array, second: Float64Array) => number;
  /**
   * Stops where a further step promises to lower the value by no more than this share of it, and the last step did no
   * better. @default 1e-10
   */
  readonly tolerance?: number;
  /** Most steps. @default 1,000 */
  readonly iterations?: number;
  /** Pairs kept. @default 10 */
  readonly memory?: number;
  /** Pairs to begin with, the oldest first, such as those of a function nearby. @default none */
  readonly pairs?: readonly CurvaturePair[];
  /** Stops the search: its reason is thrown. @default never */
  readonly signal?: AbortSignal | undefined;
}

/** Where a function is least. */
export interface LbfgsMinimum {
  /** The point. */
  readonly point: Float64Array;
  /** Value there. */
  readonly value: number;
  /** Gradient there. */
  readonly gradient: Float64Array;
  /** Steps taken. */
  readonly iterations: number;
  /** How often the function was evaluated. */
  readonly evaluations: number;
  /** Whether it stopped by the tolerance, or where rounding allows no step further, and not by the number of steps. */
  readonly isConverged: boolean;
  /** The last pairs, the oldest first. */
  readonly pairs: readonly CurvaturePair[];
}

/** Defaults of {@link LbfgsOptions}. */
export const lbfgsDefaults = {
  tolerance: 1e-10,
  iterations: 1_000,
  memory: 10,
} as const satisfies Partial<LbfgsOptions>;

/**
 * Minimises a smooth function by L-BFGS (Nocedal 1980) with a line search for the strong Wolfe conditions. The event
 * loop gets its turn after every step.
 */
export async function minimiseLbfgs(options: LbfgsOptions): Promise<LbfgsMinimum> {
  const {
    evaluate,
    precondition = (vector: Float64Array) => Promise.resolve(vector.slice()),
    dot = sumOfProducts,
    tolerance = lbfgsDefaults.tolerance,
    iterations: most = lbfgsDefaults.iterations,
    memory = lbfgsDefaults.memory,
    signal,
  } = options;
  let pairs: CurvaturePair[] = [...(options.pairs ?? [])].slice(-memory);
  let point = options.start;
  let { value, gradient } = await evaluate(point);
  let evaluations = 1;
  let isUnscaled = options.precondition === undefined && pairs.length === 0;
  let wasSmall = false;
  let iterations = 0;
  const found = (isConverged: boolean): LbfgsMinimum => ({
    point,
    value,
    gradient,
    iterations,
    evaluations,
    isConverged,
    pairs,
  });
  for (;;) {
    signal?.throwIfAborted();
    const direction = await descend(gradient, pairs, precondition, dot);
    const slope = dot(gradient, direction);
    if (slope === 0) return found(true);
    if (!(slope < 0)) {
      // Pairs that rounding has spoiled.
      if (pairs.length === 0) return found(Number.isFinite(value));
      pairs = [];
      continue;
    }
    const isSmall = -slope / 2 <= tolerance * Math.abs(value);
    if (isSmall && wasSmall) return found(true);
    if (iterations === most) return found(false);
    const [from, before, slopeBefore] = [point, value, gradient];
    const first = isUnscaled ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    const next = await searchLine({ step: 0, value, slope }, first, async (step): Promise<LinePoint & Place> => {
      const place = along(from, direction, step);
      const evaluation = await evaluate(place);
      evaluations++;
      return { step, place, evaluation, value: evaluation.value, slope: dot(evaluation.gradient, direction) };
    });
    if (next === undefined) {
      if (pairs.length === 0) return found(true);
      pairs = [];
      continue;
    }
    isUnscaled = false;
    iterations++;
    point = next.place;
    ({ value, gradient } = next.evaluation);
    wasSmall = before - value <= tolerance * Math.abs(value) || isSmall;
    const pair = { step: scaled(direction, next.step), change: difference(gradient, slopeBefore) };
    if (dot(pair.step, pair.change) > 0) pairs = [...pairs, pair].slice(-memory);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Place {
  readonly place: Float64Array;
  readonly evaluation: Evaluation;
}

/** The direction of the next step: minus the product of the approximate inverse Hessian and the gradient. */
async function descend(
  gradient: Float64Array,
  pairs: readonly CurvaturePair[],
  precondition: (vector: Float64Array) => Promise<Float64Array>,
  dot: (first: Float64Array, second: Float64Array) => number,
): Promise<Float64Array> {
  const rest = scaled(gradient, -1);
  const curvatures = pairs.map(({ step, change }) => dot(step, change));
  const shares = new Float64Array(pairs.length);
  for (let index = pairs.length - 1; index >= 0; index--) {
    const { step, change } = pairs[index] as CurvaturePair;
    const share = dot(step, rest) / (curvatures[index] as number);
    shares[index] = share;
    addMultiple(rest, change, -share);
  }
  const direction = await precondition(rest);
  const last = pairs.at(-1);
  if (last !== undefined) {
    const scale = (curvatures.at(-1) as number) / dot(last.change, await precondition(last.change));
    for (let index = 0; index < direction.length; index++) direction[index] = (direction[index] as number) * scale;
  }
  pairs.forEach(({ step, change }, index) => {
    const share = dot(change, direction) / (curvatures[index] as number);
    addMultiple(direction, step, (shares[index] as number) - share);
  });
  return direction;
}

function along(from: Float64Array, direction: Float64Array, step: number): Float64Array {
  const place = from.slice();
  addMultiple(place, direction, step);
  return place;
}
