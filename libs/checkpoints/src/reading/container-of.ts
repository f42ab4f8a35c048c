import path from 'node:path';
import { existsSync } from 'node:fs';
import { InputError } from '@intermodel/errors';
import type { Container } from '../checkpoint.ts';
import { fileSource, type ByteSource } from './bytes/byte-source.ts';
import { fileKind } from './file-kind.ts';
import { isRefused } from './refused-kinds.ts';
import { readShardIndex } from './shards/read-shard-index.ts';
import { bundleIndex } from './tensorflow/open-bundle.ts';

/**
 * Tells at once, by a few of its bytes, whether a file is a checkpoint, and of which kind; undefined for what is not
 * known to be one, such as an ONNX file. Of archives and sets it takes a look at the names alone: opening may tell better,
 * and refuses what is none after all.
 *
 * @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`.
 */
export function containerOf(file: string): Container | undefined {
  if (bundleIndex(file) !== undefined) return 'tensorflow';
  const source = fileSource(file);
  const kind = fileKind(source);
  if (kind === 'zip') return zipContainer(source);
  if (kind === 'shard-index') return setContainer(file);
  if (kind === 'tensorflow-index') return 'tensorflow';
  return kind === undefined || isRefused(kind) ? undefined : kind;
}

/** The names of an archive stand at its end. */
const tailBytes = 2 ** 22;

function zipContainer(source: ByteSource): Container | undefined {
  const tail = Buffer.from(source.read(Math.max(0, source.length - tailBytes), source.length)).toString('latin1');
  if (tail.includes('/data.pkl')) return tail.includes('/constants.pkl') ? 'torchscript' : 'torch-zip';
  if (/\.data-\d{5}-of-\d{5}/u.test(tail)) return 'tensorflow';
  return tail.includes('.npy') ? 'npz' : undefined;
}

/** A set is of the kind of its files; of one that names none that is there, its name has to do. */
function setContainer(file: string): Container {
  const byName = (name: string) => (name.endsWith('.safetensors') ? 'safetensors' : 'torch-zip');
  try {
    const [first = ''] = readShardIndex(file, file).shards;
    if (!existsSync(first)) return byName(path.basename(first));
    const kind = fileKind(fileSource(first));
    return kind === 'torch-legacy' || kind === 'safetensors' ? kind : 'torch-zip';
  } catch (error) {
    // An index that is none is for whoever opens it to tell of.
    if (error instanceof InputError) return 'safetensors';
    throw error;
  }
}
