/** A linear scale from values to pixels. */
export interface LinearScale {
  /** Lowest and highest value. */
  readonly domain: readonly [number, number];
  /** Pixel of the lowest and of the highest value. */
  readonly range: readonly [number, number];
}

/** Pixel of a value. */
export function scaled({ domain, range }: LinearScale, value: number): number {
  const span = domain[1] - domain[0];
  return span === 0 ? (range[0] + range[1]) / 2 : range[0] + ((value - domain[0]) / span) * (range[1] - range[0]);
}

/** Round values (1, 2 or 5 times a power of ten apart) within a range, about `count` of them. */
export function niceTicks(low: number, high: number, count: number): readonly number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return Number.isFinite(low) ? [low] : [];
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Division by the inverse keeps 0.1 steps from printing as 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    step >= 1 ? (first + index) * step : (first + index) / Math.round(1 / step),
  );
}

/** Range of values with a margin on both sides, as a share of their span. */
export function paddedRange(values: readonly number[], margin = 0.06): readonly [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [-1, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const pad = high > low ? (high - low) * margin : Math.max(1, Math.abs(high)) * 0.5;
  return [low - pad, high + pad];
}

/** Pixel coordinate with one decimal, as short text. */
export function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}
