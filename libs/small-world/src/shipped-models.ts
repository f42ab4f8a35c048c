import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@intermodel/errors';

/** A network that comes with the world. */
export interface ShippedModel {
  /** Name: the recipe, and its seed where there are several. */
  readonly name: string;
  /** Path of its ONNX file. */
  readonly file: string;
  /** What it was trained to do, or how its weights were set, in a sentence. */
  readonly objective: string;
  /** Whether its weights were set by hand. */
  readonly isPlanted: boolean;
}

/** What is known of a file. */
interface ModelRecord {
  readonly name: string;
  readonly objective: string;
  readonly sha256: string;
}

/** Folder of the networks, beside the sources. */
const shippedFolder = fileURLToPath(new URL('../models', import.meta.url));

/**
 * The networks that come with the world, in the order of the record of their training, the planted one last.
 *
 * @param folder where they lie, with the records
 * @throws InputError `MODEL_MISSING` or `MODEL_DAMAGED` where a file is not the one that is recorded.
 */
export function shippedModels(folder = shippedFolder): readonly ShippedModel[] {
  const trained = JSON.parse(read(folder, 'training.json').toString()) as readonly ModelRecord[];
  const planted = JSON.parse(read(folder, 'planted.json').toString()) as ModelRecord;
  return [...trained, planted].map((record) => {
    const { name, objective, sha256 } = record;
    const file = `${name}.onnx`;
    if (createHash('sha256').update(read(folder, file)).digest('hex') !== sha256)
      throw new InputError('MODEL_DAMAGED', 'is not the network that was made: its checksum differs', {
        file: path.join(folder, file),
        expected: `SHA-256 ${sha256}`,
        hint: 'Install the program again, or take the file from the repository.',
      });
    return { name, objective, file: path.join(folder, file), isPlanted: record === planted };
  });
}

/** Concept that each unit of the planted network responds to; `nothing` and `position` for units without one. */
export function plantedUnits(): readonly { readonly unit: number; readonly planted: string }[] {
  const { units } = JSON.parse(read(shippedFolder, 'planted.json').toString()) as {
    readonly units: readonly { readonly unit: number; readonly planted: string }[];
  };
  return units;
}

function read(folder: string, name: string): Buffer {
  const file = path.join(folder, name);
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new InputError('MODEL_MISSING', 'a file of the small world is missing', {
      file,
      expected: 'the file, which comes with the program',
      hint: 'Install the program again, or take the file from the repository.',
      cause,
    });
  }
}
