/**
 * Shares the time of a shard's pass out among those that took its batches, by what each cost; decoding serves all alike,
 * and work went on side by side.
 *
 * @param loading milliseconds of decoding
 * @param costs milliseconds of running and counting, of each taker
 * @param milliseconds of the pass, which the shares add up to
 */
export function sharePassTime(loading: number, costs: readonly number[], milliseconds: number): number[] {
  const total = loading + costs.reduce((sum, cost) => sum + cost, 0);
  return costs.map((cost) => (total === 0 ? 1 / costs.length : (cost + loading / costs.length) / total) * milliseconds);
}

/**
 * Measures work of several kinds, of each of which only one piece goes on at a time: waiting for the piece before does
 * not count.
 */
export class WorkClock {
  readonly #ended = new Map<string, number>();

  /** Does a piece of work and gives its result with the milliseconds that it took. */
  async measure<Result>(
    kind: string,
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly milliseconds: number }> {
    const begun = performance.now();
    const result = await work();
    const now = performance.now();
    const milliseconds = now - Math.max(begun, this.#ended.get(kind) ?? 0);
    this.#ended.set(kind, now);
    return { result, milliseconds };
  }
}
