import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { readError, requireFile } from '@intermodel/streams';

/**
 * A disk counts as one that answers at once if a file takes no more than these milliseconds, and one more for each so
 * many bytes.
 */
const promptMilliseconds = 1;
const promptBytesPerMillisecond = 2e5;

/** Files that are read by the thread pool after one that took long. */
const filesBeside = 64;

/**
 * Reads files into memory. To hand a small file to the thread pool takes several times as long as to read it where the
 * disk answers at once; so it is read right here, until one takes long: the next ones are then read beside the work.
 */
export class FileReader {
  readonly #clock: () => number;
  #beside = 0;

  /** @param clock milliseconds that go by */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Whether the next file will be read by the thread pool. */
  get readsBeside(): boolean {
    return this.#beside > 0;
  }

  /** @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`, naming the file */
  async read(file: string): Promise<Buffer> {
    try {
      requireFile(statSync(file));
      if (this.#beside > 0) {
        this.#beside--;
        return await readFile(file);
      }
      const begun = this.#clock();
      const bytes = readFileSync(file);
      if (this.#clock() - begun > promptMilliseconds + bytes.length / promptBytesPerMillisecond)
        this.#beside = filesBeside;
      return bytes;
    } catch (cause) {
      throw readError(file, cause);
    }
  }
}

const reader = new FileReader();

/** Reads a file into memory, with the errors that users understand. */
export function readBytes(file: string): Promise<Buffer> {
  return reader.read(file);
}
