import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { watch, type FSWatcher } from 'chokidar';

/** Watches files and folders, and gathers their changes until they have settled. */
export class FileChanges {
  /** Folders with all that is below them. */
  readonly #folders = new Followed(watch([], { ignoreInitial: true }));
  /** Folders in which named files lie: a file that goes and comes again is seen there only. */
  readonly #holders = new Followed(watch([], { ignoreInitial: true, depth: 0 }));
  readonly #files = new Set<string>();
  readonly #settleMilliseconds: number;
  readonly #signal: AbortSignal;
  readonly #changed = new Set<string>();
  #stop = new AbortController();
  #wake: (() => void) | undefined;
  /** Runs while changes have not settled. */
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param settleMilliseconds time without a further change after which changes have settled
   * @param signal ends all waiting
   */
  constructor(settleMilliseconds: number, signal: AbortSignal) {
    this.#settleMilliseconds = settleMilliseconds;
    this.#signal = signal;
    this.#folders.watcher.on('all', (_, name) => {
      this.#take(path.resolve(name));
    });
    this.#holders.watcher.on('all', (_, name) => {
      if (this.#files.has(path.resolve(name))) this.#take(path.resolve(name));
    });
    signal.addEventListener(
      'abort',
      () => {
        this.#stop.abort();
        this.#wake?.();
      },
      { once: true },
    );
  }

  /** Watches more files and folders, also such as are not there yet; those that are watched already stay so. */
  follow(paths: readonly string[]): void {
    for (const name of paths.map((each) => path.resolve(each))) {
      if (existsSync(name) && statSync(name).isDirectory()) this.#folders.add(name);
      this.#files.add(name);
      this.#holders.add(path.dirname(name));
    }
  }

  /** A signal that is aborted at the next change. */
  stopAtNext(): AbortSignal {
    this.#stop = new AbortController();
    if (this.#changed.size > 0 || this.#signal.aborted) this.#stop.abort();
    return this.#stop.signal;
  }

  /**
   * Waits until there were changes and no more come, and gives them.
   *
   * @param most milliseconds after which to go on without any; none are given then
   */
  async settled(most?: number): Promise<readonly string[]> {
    if (!this.#signal.aborted && (this.#changed.size === 0 || this.#timer !== undefined)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (most === undefined) return;
        const over = setTimeout(() => {
          if (this.#changed.size === 0) resolve();
        }, most);
        this.#wake = () => {
          clearTimeout(over);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    const files = [...this.#changed].sort();
    this.#changed.clear();
    return files;
  }

  /** Stops watching. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all([this.#folders.watcher.close(), this.#holders.watcher.close()]);
  }

  #take(name: string): void {
    this.#changed.add(name);
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#wake?.();
    }, this.#settleMilliseconds);
  }
}

/** What a watcher watches, each once. */
class Followed {
  readonly watcher: FSWatcher;
  readonly #paths = new Set<string>();

  constructor(watcher: FSWatcher) {
    this.watcher = watcher;
  }

  add(name: string): void {
    if (this.#paths.has(name)) return;
    this.#paths.add(name);
    this.watcher.add(name);
  }
}
