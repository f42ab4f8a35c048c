/** A function along a line: its value and slope at a step. */
export interface LinePoint {
  /** How far along the line, in multiples of the direction. */
  readonly step: number;
  /** Value there; may be infinite or not a number where the function cannot be computed. */
  readonly value: number;
  /** Slope there, for a step of 1. */
  readonly slope: number;
}

/** Share of the decrease that the slope promises which a step must reach. */
const sufficientDecrease = 1e-4;
/** Share of the slope at the start that may be left. */
const slopeLeft = 0.9;
/** Change of a value that is taken for rounding, relative to it. */
const valueRounding = 1e-10;
const stepsMost = 40;

/**
 * Finds a step that satisfies the strong Wolfe conditions (or, where values differ by no more than their rounding, the
 * approximate ones of Hager and Zhang, which ask for slopes alone). Steps come from the zero of the secant through two
 * slopes, kept inside the bracket; from its middle where two steps have not halved it.
 *
 * @param start the function at step 0, with a slope below 0
 * @param first step to try first
 * @param evaluate the function at a step
 * @returns the last point that `evaluate` was called for, or undefined where no step is found
 */
export async function searchLine<Point extends LinePoint>(
  start: LinePoint,
  first: number,
  evaluate: (step: number) => Promise<Point>,
): Promise<Point | undefined> {
  let low = start;
  let high: LinePoint | undefined;
  let step = first;
  let widths: readonly [number, number] = [Infinity, Infinity];
  for (let tried = 0; tried < stepsMost; tried++) {
    const point = await evaluate(step);
    if (!decreases(start, point)) high = point;
    else if (Math.abs(point.slope) <= -slopeLeft * start.slope) return point;
    else if (point.slope > 0) high = point;
    else low = point;
    if (high === undefined) {
      step = extend(start, low);
      continue;
    }
    const width = high.step - low.step;
    step = width > widths[0] / 2 ? low.step + width / 2 : divide(low, high);
    widths = [widths[1], width];
    if (!(step > low.step && step < high.step)) return undefined;
  }
  return undefined;
}

function decreases(start: LinePoint, { step, value, slope }: LinePoint): boolean {
  if (!Number.isFinite(value) || !Number.isFinite(slope)) return false;
  if (value <= start.value + sufficientDecrease * step * start.slope) return true;
  const isRounding = value <= start.value + valueRounding * Math.abs(start.value);
  return isRounding && slope <= (2 * sufficientDecrease - 1) * start.slope;
}

/** A longer step, where the function still falls steeply. */
function extend(start: LinePoint, low: LinePoint): number {
  const zero = secantZero(start, low);
  return zero > 1.5 * low.step ? Math.min(zero, 10 * low.step) : 2 * low.step;
}

/** A step inside a bracket. */
function divide(low: LinePoint, high: LinePoint): number {
  const width = high.step - low.step;
  const zero = Number.isFinite(high.slope) && high.slope > 0 ? secantZero(low, high) : low.step + width / 2;
  return Math.min(Math.max(zero, low.step + 0.1 * width), high.step - 0.1 * width);
}

function secantZero(first: LinePoint, second: LinePoint): number {
  return first.step - (first.slope * (second.step - first.step)) / (second.slope - first.slope);
}
