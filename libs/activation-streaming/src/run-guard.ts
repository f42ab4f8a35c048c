const stopWord = 0;
const runningWord = 1;

/**
 * Two words of memory that the main thread and the inference thread share. The runtime aborts the whole process if its
 * thread is terminated within a run, so that a thread is never terminated: it is told to stop, and does between two
 * runs.
 */
export class RunGuard {
  /** What is sent to the other thread. */
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Whether the inference thread was told to stop. */
  get stopped(): boolean {
    return Atomics.load(this.#words, stopWord) === 1;
  }

  /** Tells the inference thread to stop before its next run. */
  stop(): void {
    Atomics.store(this.#words, stopWord, 1);
  }

  /**
   * Calls the runtime, unless the thread was told to stop.
   *
   * @throws StoppedError instead of calling it.
   */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    Atomics.store(this.#words, runningWord, 1);
    try {
      if (this.stopped) throw new StoppedError();
      return await call();
    } finally {
      Atomics.store(this.#words, runningWord, 0);
      Atomics.notify(this.#words, runningWord);
    }
  }

  /**
   * Blocks the main thread until the call of the runtime under way returns: the last thing that an ending process does.
   * Tells whether it did.
   */
  stopAndWait(milliseconds: number): boolean {
    this.stop();
    return Atomics.wait(this.#words, runningWord, 1, milliseconds) !== 'timed-out';
  }
}

/** Thrown in the inference thread in place of a run when it was told to stop. */
export class StoppedError extends Error {}
