import type { Checkpoint } from '../../checkpoint.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { allowList } from '../pickle/allow-list.ts';
import { checkpointOf } from '../pickle/checkpoint-of.ts';
import { readPickle } from '../pickle/read-pickle.ts';
import type { PickleStorage } from '../pickle/pickle-value.ts';
import type { ZipArchive } from '../zip/zip-archive.ts';
import { StoragePool, storageWidth } from './storages.ts';
import { flattenModules } from './flatten-modules.ts';

/** Folder of an archive in which torch keeps a checkpoint; undefined where there is none. */
export function torchFolder({ entries }: ZipArchive): string | undefined {
  const pickles = [...entries.keys()].filter((name) => /^[^/]*\/data\.pkl$/u.test(name));
  return pickles.length === 1 ? pickles[0]?.slice(0, -'/data.pkl'.length) : undefined;
}

/**
 * Reads what torch (from 1.6 on) saved as a zip archive: one pickle, and an entry for each storage. Of TorchScript, which
 * has code besides, the module tree becomes one dictionary of its parameters and buffers, by the paths of their
 * attributes joined by dots: `visual.conv1.weight`.
 *
 * @throws InputError `CHECKPOINT_…`
 */
export function readTorchZip(archive: ZipArchive, folder: string): Checkpoint {
  const { file, entries } = archive;
  const pickle = entries.get(`${folder}/data.pkl`);
  if (pickle === undefined || pickle.length > limits.unpackedBytes)
    throw checkpointError('CHECKPOINT_LIMIT', `"${folder}/data.pkl" has ${String(pickle?.length)} bytes`, {
      file,
      expected: `at most ${String(limits.unpackedBytes)}`,
      hint: 'Save the state_dict alone.',
    });
  const littleEndian = byteOrder(archive, folder);
  const pool = new StoragePool((storage) => ({ source: findStorage(archive, folder, storage), littleEndian }));
  const result = readPickle(pickle, 0, allowList(pool));
  const script = entries.has(`${folder}/constants.pkl`);
  const checkpoint = checkpointOf({ file, container: script ? 'torchscript' : 'torch-zip', files: [file] }, result);
  return script ? flattenModules(checkpoint) : checkpoint;
}

function byteOrder({ file, entries }: ZipArchive, folder: string): boolean {
  const entry = entries.get(`${folder}/byteorder`);
  const order = entry === undefined ? 'little' : Buffer.from(entry.read(0, Math.min(entry.length, 16))).toString();
  if (order === 'little' || order === 'big') return order === 'little';
  throw checkpointError('CHECKPOINT_ZIP', `"${folder}/byteorder" says "${order}"`, { file, expected: 'little or big' });
}

function findStorage({ file, entries }: ZipArchive, folder: string, storage: PickleStorage) {
  const name = `${folder}/data/${storage.key}`;
  const entry = entries.get(name);
  if (entry === undefined)
    throw checkpointError('CHECKPOINT_STORAGE', `the archive has no entry "${name}", in which values should lie`, {
      file,
    });
  const bytes = storage.count * storageWidth(storage.type);
  if (entry.length === bytes) return entry;
  throw checkpointError(
    'CHECKPOINT_STORAGE',
    `the entry "${name}" has ${String(entry.length)} bytes for ${String(storage.count)} values of ${storage.type}`,
    { file, expected: `${String(bytes)} bytes` },
  );
}
