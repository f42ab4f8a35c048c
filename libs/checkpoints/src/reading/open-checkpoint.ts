import type { Checkpoint } from '../checkpoint.ts';
import { fileSource, type ByteSource } from './bytes/byte-source.ts';
import { checkpointError } from './checkpoint-error.ts';
import { fileKind, type FileKind, type RefusedKind } from './file-kind.ts';
import { readFlax } from './flax/read-flax.ts';
import { readNpyFile } from './numpy/read-npy.ts';
import { isNpz, readNpz } from './numpy/read-npz.ts';
import { readLegacyFile, readPickleFile } from './pickle/read-pickle-file.ts';
import { refuseFolders } from './refuse-folders.ts';
import { refuseModules } from './refuse-modules.ts';
import { isRefused, readForms, refusedKind } from './refused-kinds.ts';
import { readSafetensors } from './safetensors/read-safetensors.ts';
import { findShards, requireShards } from './shards/find-shards.ts';
import { joinShards } from './shards/join-shards.ts';
import { readShardIndex, type ShardSet } from './shards/read-shard-index.ts';
import { bundleIndex, bundlesIn, openBundle, openBundleIn } from './tensorflow/open-bundle.ts';

import { readTorchZip, torchFolder } from './torch/read-torch-zip.ts';
import { openZip } from './zip/zip-archive.ts';

/**
 * Opens a checkpoint: what it holds, by names and shapes. The kind of the file is told by its content. No weights are
 * read, nothing stays open, and nothing that stands in the file is run.
 *
 * What comes as flat names stays so: names of TorchScript and of safetensors are joined by dots
 * (`visual.conv1.weight`), those of `.npz` and TensorFlow by slashes. Pickles and msgpack give the dictionaries that
 * they have.
 *
 * @param file a checkpoint; one file of a set, or its index; what the files of a TensorFlow checkpoint begin with
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, `CHECKPOINT_UNKNOWN` and other codes that begin with
 *   `CHECKPOINT_`, all of which say what to do.
 */
export async function openCheckpoint(file: string): Promise<Checkpoint> {
  refuseFolders(file);
  const index = bundleIndex(file);
  if (index !== undefined) return openBundle(file, index);
  const source = fileSource(file);
  const kind = requireKind(source);
  if (kind === 'shard-index') return openSet(readShardIndex(file, file));
  const set = kind === 'safetensors' || kind === 'zip' || kind === 'torch-legacy' ? findShards(file) : undefined;
  return set === undefined ? openFile(source, kind) : openSet(set);
}

/** A kind that is read. @throws InputError for all others. */
function requireKind(source: ByteSource): Exclude<FileKind, RefusedKind> {
  const kind = fileKind(source);
  if (kind === undefined) throw unknown(source.file, isLikeOnnx(source));
  if (isRefused(kind)) throw refusedKind(source.file, kind);
  return kind;
}

async function openSet(set: ShardSet): Promise<Checkpoint> {
  requireShards(set.file, set.shards);
  const shards: Checkpoint[] = [];
  for (const shard of set.shards) {
    const source = fileSource(shard);
    shards.push(await openFile(source, requireKind(source)));
  }
  return joinShards(set, shards);
}

async function openFile(source: ByteSource, kind: Exclude<FileKind, RefusedKind>): Promise<Checkpoint> {
  switch (kind) {
    case 'zip':
      return openArchive(source.file);
    case 'torch-legacy':
      return refuseModules(readLegacyFile(source));
    case 'safetensors':
      return readSafetensors(source);
    case 'npy':
      return readNpyFile(source);
    case 'pickle':
      return refuseModules(readPickleFile(source));
    case 'flax-msgpack':
      return readFlax(source);
    case 'tensorflow-index':
      return openBundle(source.file, source.file);
    case 'shard-index':
      throw unknown(source.file);
  }
}

async function openArchive(file: string): Promise<Checkpoint> {
  const archive = await openZip(file);
  const folder = torchFolder(archive);
  if (folder !== undefined) return refuseModules(readTorchZip(archive, folder));
  if (isNpz(archive)) return readNpz(archive);
  const bundles = bundlesIn(archive);
  if (bundles.length > 0) return openBundleIn(archive, bundles);
  const names = [...archive.entries.keys()];
  throw checkpointError('CHECKPOINT_UNKNOWN', 'is a zip archive, but none that torch, NumPy or TensorFlow wrote', {
    file,
    expected: readForms,
    hint:
      names.length === 0
        ? 'The archive is empty: download it again.'
        : `Unpack it, and name the checkpoint in it. It has ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : '.'}`,
  });
}

/** An ONNX file begins with the number of its version. */
function isLikeOnnx(source: ByteSource): boolean {
  return source.length > 1 && source.read(0, 1)[0] === 0x08;
}

function unknown(file: string, isOnnx = false) {
  return checkpointError('CHECKPOINT_UNKNOWN', 'is no checkpoint of a kind that is known', {
    file,
    expected: readForms,
    hint: isOnnx
      ? 'It begins as an ONNX file does, which goes in as it is: name it as `models[].file`.'
      : 'Check that it is the file with the weights, and that the download is whole.',
  });
}
