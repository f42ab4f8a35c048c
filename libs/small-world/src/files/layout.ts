import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { csvText, npyHeader, writeError } from '@intermodel/streams';
import { encode } from 'fast-png';
import { imageSide, type WorldScene } from '../halve-drawing.ts';

/** Part of the data that an image belongs to. */
export type WorldPart = 'train' | 'val' | 'test';

/** A scene with its name in the files. */
export interface NamedScene extends WorldScene {
  /** Name of its files, without ending: a number. */
  readonly name: string;
  /** Part that it belongs to. */
  readonly part: WorldPart;
}

/** Writes scenes one by one as the files of a layout. */
export interface Layout {
  /** Writes what stands in files of the scene's own. */
  readonly add: (scene: NamedScene) => void;
  /** Writes the tables of all scenes. */
  readonly finish: () => void;
}

/** Writes the files of one folder. */
export class FolderFiles {
  readonly #root: string;
  readonly #made = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Writes a file, with the folders above it. @throws MachineError `WRITE_FAILED`. */
  write(name: string, content: string | Uint8Array): void {
    const file = path.join(this.#root, name);
    const folder = path.dirname(file);
    try {
      if (!this.#made.has(folder)) mkdirSync(folder, { recursive: true });
      this.#made.add(folder);
      writeFileSync(file, content);
    } catch (cause) {
      throw writeError(file, cause);
    }
  }

  /** Writes a table. */
  csv(name: string, columns: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    this.write(
      name,
      csvText(
        columns.map((column, index) => ({ name: column, cell: (row) => rows[row]?.[index] })),
        rows.length,
      ),
    );
  }

  /** Writes samples as a PNG file of 64 x 64 pixels. */
  png(name: string, data: Uint8Array | Uint16Array, channels: 1 | 3): void {
    const depth = data instanceof Uint16Array ? 16 : 8;
    this.write(name, encode({ width: imageSide, height: imageSide, data, channels, depth }));
  }

  /** Writes an array of bytes as a NumPy file. */
  npy(name: string, data: Uint8Array, shape: readonly number[]): void {
    this.write(name, Buffer.concat([npyHeader('|u1', shape), data]));
  }
}
