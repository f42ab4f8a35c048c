import { LineIndex } from './line-index.ts';
import type { StoreWarning } from './step-store.ts';

/** Where the times that steps took are kept: beside the results, never in them. */
export interface StepTimesOptions {
  /** File that remembers them between runs, such as `<store>/times.index`. Default: none. */
  readonly indexFile?: string;
  /** Told about a damaged index. */
  readonly warn?: (warning: StoreWarning) => void;
}

/** How long each step took when it was last computed. */
export class StepTimes {
  readonly #index: LineIndex<number>;

  constructor({ indexFile, warn }: StepTimesOptions = {}) {
    this.#index = new LineIndex({
      file: indexFile,
      check: (value) => (typeof value === 'number' ? value : undefined),
      warn,
    });
  }

  /** Milliseconds that a step took; undefined where it is not known. */
  get(key: string): number | undefined {
    return this.#index.get(key);
  }

  /** Remembers the milliseconds that a step took. */
  set(key: string, milliseconds: number): void {
    this.#index.set(key, milliseconds);
  }

  /** Writes what is new to the index file. */
  save(): void {
    this.#index.save();
  }
}
