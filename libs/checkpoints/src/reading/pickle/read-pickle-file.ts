import type { Checkpoint } from '../../checkpoint.ts';
import { checkpointError } from '../checkpoint-error.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { readTorchLegacy } from '../torch/read-torch-legacy.ts';
import { StoragePool } from '../torch/storages.ts';
import { allowList } from './allow-list.ts';
import { checkpointOf } from './checkpoint-of.ts';
import { readPickle } from './read-pickle.ts';

/**
 * Reads a file that is one pickle, as weights in NumPy arrays are published (haiku, detectron2): protocols 0 to 5,
 * those of Python 2 too.
 *
 * @throws InputError `CHECKPOINT_…`
 */
export function readPickleFile(source: ByteSource): Checkpoint {
  const { file } = source;
  const pool = new StoragePool((storage) => {
    throw checkpointError('CHECKPOINT_STORAGE', `has a storage "${storage.key}" of torch outside of the pickle`, {
      file,
      hint: 'The file is a part of what torch saved: name the whole file.',
    });
  });
  return checkpointOf({ file, container: 'pickle', files: [file] }, readPickle(source, 0, allowList(pool)));
}

/** Reads a file of torch's older form. @throws InputError `CHECKPOINT_…` */
export function readLegacyFile(source: ByteSource): Checkpoint {
  const { file } = source;
  const result = readTorchLegacy(source, allowList);
  return checkpointOf({ file, container: 'torch-legacy', files: [file] }, result);
}
