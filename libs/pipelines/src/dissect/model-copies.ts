import os from 'node:os';
import type { StudyRuntime } from '../study-file/study.ts';
import { fileSize } from './group-models.ts';

/** Bytes of model files that are opened a second time at most, over all models of a pass. */
export const copiedBytes = 2 ** 27;

/** With fewer images than these the second copy takes longer to open than it saves. */
export const imagesOfCopies = 32;

/**
 * Decides which models of a pass run in two copies: on processors with more than one thread, those of a pass of many
 * images, in their order, until {@link copiedBytes} are spent.
 */
export class ModelCopies {
  readonly #runtime: Pick<StudyRuntime, 'threads' | 'executionProviders'>;
  readonly #size: (file: string) => number;
  #bytes = 0;

  constructor(runtime: Pick<StudyRuntime, 'threads' | 'executionProviders'>, size: (file: string) => number = fileSize) {
    this.#runtime = runtime;
    this.#size = size;
  }

  /** Copies of a model that is opened for so many images; `files` are all that it is made of. */
  take(files: Iterable<string>, images: number): 1 | 2 {
    const { threads = os.availableParallelism(), executionProviders } = this.#runtime;
    if (threads < 2 || images < imagesOfCopies || executionProviders.some((provider) => provider !== 'cpu')) return 1;
    const bytes = [...files].reduce((sum, file) => sum + this.#size(file), 0);
    if (this.#bytes + bytes > copiedBytes) return 1;
    this.#bytes += bytes;
    return 2;
  }
}
