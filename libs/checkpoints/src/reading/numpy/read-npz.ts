import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import type { ZipArchive } from '../zip/zip-archive.ts';
import { readNpy } from './read-npy.ts';

const suffix = '.npy';

/** Whether an archive is one of `numpy.savez`: each of its entries is an array. */
export function isNpz({ entries }: ZipArchive): boolean {
  return entries.size > 0 && [...entries.keys()].every((name) => name.endsWith(suffix));
}

/**
 * Reads the heads of the arrays of a `.npz` file. They are a dictionary by the names that they were saved under, which
 * may be paths with slashes.
 *
 * @throws InputError `CHECKPOINT_…`
 */
export function readNpz({ file, entries }: ZipArchive): Checkpoint {
  const arrays = new Map<string, CheckpointValue>();
  const placeholders = new Set<string>();
  for (const [entry, source] of entries) {
    const name = entry.slice(0, -suffix.length);
    const content = readNpy(source, name);
    arrays.set(name, content.value);
    for (const global of content.placeholders) placeholders.add(global);
  }
  return {
    file,
    container: 'npz',
    files: [file],
    root: { kind: 'dictionary', entries: arrays },
    placeholders: [...placeholders].sort(),
    metadata: new Map(),
  };
}
