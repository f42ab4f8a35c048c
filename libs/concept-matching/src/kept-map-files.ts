import { rmSync } from 'node:fs';
import path from 'node:path';
import type { KeptImage } from '@intermodel/numerics';
import { readArrowFile, writeArrowFile } from '@intermodel/streams';
import type { RecordBatch, Schema } from 'apache-arrow';
import { fromKeptBatch, keptMapSchema, toKeptBatch, type KeptMapColumns } from './kept-map-batches.ts';

/** Bytes of a file: writing and reading one takes a few times as much memory. */
const fileBytes = 16 * 2 ** 20;

/** Kept maps on disk: Arrow IPC files, each whole, of some images each. */
export class KeptMapFiles {
  readonly #folder: string;
  readonly #schema: Schema<KeptMapColumns>;
  readonly #files: string[] = [];

  /**
   * @param folder where the files go; made when missing
   * @param mapSize values of a map
   */
  constructor(folder: string, mapSize: number) {
    this.#folder = folder;
    this.#schema = keptMapSchema(mapSize);
  }

  /** Number of files written. */
  get count(): number {
    return this.#files.length;
  }

  /**
   * Writes images into files of about {@link fileBytes}. @throws MachineError `WRITE_FAILED`, such as for a full disk
   */
  write(images: readonly KeptImage[]): void {
    let [first, bytes] = [0, 0];
    images.forEach(({ labels, units, maxima, maps }, index) => {
      bytes += labels.byteLength + units.byteLength + maxima.byteLength + maps.byteLength;
      if (bytes < fileBytes && index < images.length - 1) return;
      this.#writeFile(images.slice(first, index + 1));
      [first, bytes] = [index + 1, 0];
    });
  }

  #writeFile(images: readonly KeptImage[]): void {
    const file = path.join(this.#folder, `kept-${String(this.#files.length + 1).padStart(5, '0')}.arrow`);
    writeArrowFile(file, this.#schema, [toKeptBatch(this.#schema, images)]);
    this.#files.push(file);
  }

  /** Reads the images back, a file at a time; arrays are views into the file's bytes. */
  *read(): Generator<KeptImage> {
    for (const file of this.#files)
      for (const batch of readArrowFile(file).batches) yield* fromKeptBatch(batch as RecordBatch<KeptMapColumns>);
  }

  /** Removes the files. */
  discard(): void {
    for (const file of this.#files.splice(0)) rmSync(file, { force: true });
  }
}
