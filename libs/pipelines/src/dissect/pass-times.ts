/** How long what comes out of a shard's pass took; all together add up to the time of the pass. */
export interface PassTimes<Place> {
  /** Milliseconds of the labels; 0 where none were taken. */
  readonly labels: number;
  /** Milliseconds of each layer. */
  readonly places: ReadonlyMap<Place, number>;
}

/** What was measured of a shard, in milliseconds of work that may have gone on at the same time. */
export interface PassCosts<Place> {
  /** Decoding of images and labels. */
  readonly loading: number;
  /** Counting of labels; undefined where none were taken. */
  readonly labels: number | undefined;
  /** Running and counting, by layer. */
  readonly places: ReadonlyMap<Place, number>;
}

/** Shares the time of a pass out by what was measured: decoding serves all alike, and work went on side by side. */
export function sharePassTime<Place>(
  { loading, labels, places }: PassCosts<Place>,
  milliseconds: number,
): PassTimes<Place> {
  const takers = places.size + (labels === undefined ? 0 : 1);
  const total = loading + (labels ?? 0) + [...places.values()].reduce((sum, cost) => sum + cost, 0);
  const share = (cost: number) =>
    total === 0 ? milliseconds / takers : ((cost + loading / takers) / total) * milliseconds;
  return {
    labels: labels === undefined ? 0 : share(labels),
    places: new Map([...places].map(([place, cost]) => [place, share(cost)])),
  };
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
