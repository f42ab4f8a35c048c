import {
  startUnitRangeWorker,
  UnitRangeWork,
  type CombinedLabels,
  type KeptImage,
  type LabelledGroup,
  type OverlapOptions,
  type OverlapState,
  type RangeAnswer,
  type RangeImages,
  type ReplicateOptions,
  type ReplicateSums,
  type ResolvedOverlapOptions,
  type SelectedThresholds,
  type SelectionRound,
  type SelectionState,
} from '@intermodel/numerics';
import { limitError, MachineError, requireFilesForThread } from '@intermodel/streams';
import { boundMaxima } from '../count/recount-shard.ts';

/** The units `first` to `end - 1`. */
interface UnitRange {
  readonly first: number;
  readonly end: number;
}

/** Images that are relabelled together, with what is kept of them. */
export interface KeptGroup extends Omit<LabelledGroup, 'images'> {
  /** The images. */
  readonly images: readonly KeptImage[];
}

/** Calls the methods of the work on a range, wherever it is done. */
interface RangeCaller {
  /** Whether it is another thread. */
  readonly isElsewhere: boolean;
  call<Method extends keyof UnitRangeWork>(
    method: Method,
    ...given: Parameters<UnitRangeWork[Method]>
  ): Promise<ReturnType<UnitRangeWork[Method]>>;
  close(): Promise<void>;
}

/**
 * Goes from joined counts and kept maps to thresholds and overlaps, on several threads: each has a range of the units,
 * so that nothing needs to be merged but rows put one after the other, and the bytes do not depend on the threads.
 */
export class UnitThreads {
  readonly #callers: readonly RangeCaller[];
  #ranges: readonly UnitRange[] = [];
  #mapSize = 0;
  #zeros = false;
  #tallyOptions: OverlapOptions | undefined;

  /** @param threads threads that count, at least 1; the calling one is among them, the others are started at once */
  constructor(threads: number) {
    this.#callers = Array.from({ length: threads }, (_, index) => (index === 0 ? localCaller() : startThread()));
  }

  /** Begins to select thresholds from joined counts; tells the round that comes. */
  async select(state: SelectionState): Promise<SelectionRound> {
    const { units, height, width, padding } = state.options;
    this.#cut(units, height * width, padding === 'zeros');
    return this.#first('select', (range) => [sliceSelection(state, range)]);
  }

  /** Gathers or counts the maps of images in the round under way. */
  async refine(images: readonly KeptImage[]): Promise<void> {
    await this.#all('refine', (range, isElsewhere) => [this.#slice(images, range, isElsewhere)]);
  }

  /** Ends the round, and tells the next one. */
  async advance(): Promise<SelectionRound> {
    return this.#first('advance', () => []);
  }

  /** The thresholds, once the rounds are through. */
  async thresholds(): Promise<Pick<SelectedThresholds, 'thresholds' | 'conditions'>> {
    const parts = (await this.#all('thresholds', () => [])).filter((part) => part !== undefined);
    return {
      thresholds: Float32Array.from(parts.flatMap(({ thresholds }) => [...thresholds])),
      conditions: parts.flatMap(({ conditions }) => conditions),
    };
  }

  /** Begins to count overlaps under thresholds, one a unit. */
  async open(options: OverlapOptions, thresholds: Float32Array): Promise<void> {
    this.#cut(options.units, options.height * options.width, (options.padding ?? 'zeros') === 'zeros');
    this.#tallyOptions = options;
    await this.#all('open', ({ first, end }) => [{ ...options, units: end - first }, thresholds.slice(first, end)]);
  }

  /** Counts the overlaps of a shard: its images, and the labels by the number of the image within it. */
  async tally(labels: readonly CombinedLabels[], images: readonly KeptImage[]): Promise<OverlapState> {
    const parts = (
      await this.#all('tally', (range, isElsewhere) => [labels, this.#slice(images, range, isElsewhere)])
    ).map((part) => part as OverlapState);
    const [first] = parts;
    if (first === undefined || this.#tallyOptions === undefined)
      throw new RangeError('UnitThreads.tally: call open() first');
    const rows = (name: 'intersections' | 'unitAreas' | 'scopedAreas') => joinRows(parts.map((part) => part[name]));
    return {
      ...first,
      options: { ...first.options, units: this.#tallyOptions.units } satisfies ResolvedOverlapOptions,
      intersections: rows('intersections'),
      unitAreas: rows('unitAreas'),
      scopedAreas: rows('scopedAreas'),
    };
  }

  /** Begins to count replicates of a range of the units under thresholds, one a unit; ranges that follow are as long. */
  async openReplicates(options: ReplicateOptions, thresholds: Float32Array): Promise<void> {
    this.#cut(options.units, options.height * options.width, (options.padding ?? 'zeros') === 'zeros');
    await this.#all('openReplicates', ({ first, end }) => [
      { ...options, units: end - first },
      thresholds.slice(first, end),
    ]);
  }

  /** Counts groups of images under their labellings; units are numbered from the first of the range. */
  async replicate(groups: readonly KeptGroup[]): Promise<void> {
    await this.#all('replicate', (range, isElsewhere) => [
      groups.map((group) => ({ ...group, images: this.#slice(group.images, range, isElsewhere) })),
    ]);
  }

  /** What was counted of the replicates of the range. */
  async takeReplicates(): Promise<ReplicateSums> {
    const parts = (await this.#all('takeReplicates', () => [])).filter((part) => part !== undefined);
    return {
      sums: joinRows(parts.map(({ sums }) => sums)),
      firing: joinRows(parts.map(({ firing }) => firing)),
    };
  }

  /** Lets go of the memory that replicates were counted in. */
  async closeReplicates(): Promise<void> {
    await this.#all('closeReplicates', () => []);
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#callers.map((caller) => caller.close()));
  }

  #cut(units: number, mapSize: number, zeros: boolean): void {
    const count = Math.min(this.#callers.length, units);
    this.#ranges = Array.from({ length: count }, (_, index) => ({
      first: Math.round((index * units) / count),
      end: Math.round(((index + 1) * units) / count),
    }));
    this.#mapSize = mapSize;
    this.#zeros = zeros;
  }

  /** The maps of images that are of a range of units. */
  #slice(images: readonly KeptImage[], { first, end }: UnitRange, isElsewhere: boolean): RangeImages {
    return images.map(({ image, units, maxima, maps }) => {
      const [from, to] = [placeOf(units, first), placeOf(units, end)];
      const own = maps.subarray(from * this.#mapSize, to * this.#mapSize);
      return {
        image,
        units: subtract(units.subarray(from, to), first),
        maxima: boundMaxima({ maxima: maxima.subarray(from, to) }, this.#zeros),
        maps: isElsewhere ? shareable(own) : own,
      };
    });
  }

  #all<Method extends keyof UnitRangeWork>(
    method: Method,
    give: (range: UnitRange, isElsewhere: boolean) => Parameters<UnitRangeWork[Method]>,
  ): Promise<ReturnType<UnitRangeWork[Method]>[]> {
    return Promise.all(
      this.#ranges.map((range, index) => {
        const caller = this.#callers[index] as RangeCaller;
        return caller.call(method, ...give(range, caller.isElsewhere));
      }),
    );
  }

  async #first(
    method: 'select' | 'advance',
    give: (range: UnitRange) => Parameters<UnitRangeWork['select' | 'advance']>,
  ): Promise<SelectionRound> {
    const [round = 'done'] = await this.#all(method, give);
    return round;
  }
}

/** Threads share memory that is made for it; of other memory they would be sent all that a view is a part of. */
function shareable(maps: Float32Array): Float32Array {
  return maps.buffer instanceof SharedArrayBuffer ? maps : maps.slice();
}

function subtract(units: Uint32Array, first: number): Uint32Array {
  const own = new Uint32Array(units.length);
  for (let index = 0; index < own.length; index++) own[index] = (units[index] as number) - first;
  return own;
}

/** First place in ascending units that is not below a unit. */
export function placeOf(units: Uint32Array, unit: number): number {
  let [low, high] = [0, units.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((units[middle] as number) < unit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** State of a round that has no counts yet, for a range of its units. */
function sliceSelection(state: SelectionState, { first, end }: UnitRange): SelectionState {
  const { gathered } = state;
  if (state.bins.length > 0 || (gathered?.values.length ?? 0) > 0)
    throw new RangeError('UnitThreads.select: the round under way has counts already');
  const cut = <Values extends Float32Array | Float64Array | Int32Array | Uint32Array>(values: Values) =>
    values.slice(first, end) as Values;
  const { faults, minima, maxima, boundBins, prefixes, ranks, nexts, lowers, uppers, thresholds, filled } = state;
  return {
    ...state,
    options: { ...state.options, units: end - first },
    ...{
      faults: cut(faults),
      minima: cut(minima),
      maxima: cut(maxima),
      boundBins: cut(boundBins),
      prefixes: cut(prefixes),
      ranks: cut(ranks),
    },
    ...{
      nexts: cut(nexts),
      lowers: cut(lowers),
      uppers: cut(uppers),
      thresholds: cut(thresholds),
      filled: cut(filled),
    },
    ...(gathered === undefined ? {} : { gathered: { members: cut(gathered.members), values: gathered.values } }),
  };
}

function joinRows<Rows extends Float64Array | Uint32Array>(parts: readonly Rows[]): Rows {
  const [first] = parts;
  if (first === undefined) throw new RangeError('UnitThreads: nothing was begun');
  if (parts.length === 1) return first;
  const whole =
    first.constructor === Uint32Array ? new Uint32Array(lengthOf(parts)) : new Float64Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole as Rows;
}

function lengthOf(parts: readonly ArrayLike<number>[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/**
 * Does the work in this thread, after what was given to others was sent; the event loop gets a turn before each call.
 */
function localCaller(): RangeCaller {
  const work = new UnitRangeWork();
  return {
    isElsewhere: false,
    async call(method, ...given) {
      await new Promise(setImmediate);
      return (work[method].bind(work) as (...values: typeof given) => ReturnType<UnitRangeWork[typeof method]>)(
        ...given,
      );
    },
    close: () => Promise.resolve(),
  };
}

function startThread(): RangeCaller {
  requireFilesForThread();
  const worker = startUnitRangeWorker();
  // A thread that waits for work does not keep the process alive.
  worker.unref();
  const waiting: { readonly resolve: (value: never) => void; readonly reject: (error: unknown) => void }[] = [];
  let failure: MachineError | undefined;
  worker.on('message', (answer: RangeAnswer) => {
    const call = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if ('error' in answer) call?.reject(limitError(answer.error) ?? answer.error);
    else call?.resolve(answer.value as never);
  });
  const fail = (problem: string, cause?: Error) => {
    failure ??=
      limitError(cause) ?? new MachineError('THREAD_STOPPED', problem, { ...(cause === undefined ? {} : { cause }) });
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('error', (error) => {
    fail(`a thread that counts stopped: ${error.message}`, error);
  });
  worker.on('exit', () => {
    fail('a thread that counts has ended');
  });
  return {
    isElsewhere: true,
    call: (method, ...given) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        worker.ref();
        waiting.push({ resolve, reject });
        worker.postMessage({ method, given });
      }),
    close: async () => {
      await worker.terminate();
    },
  };
}
