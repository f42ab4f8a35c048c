import { safetensorsHeaderBytes } from './safetensors/read-safetensors.ts';
import { isMessageMap } from './flax/message-reader.ts';
import { isTableFooter } from './tensorflow/table-footer.ts';
import type { ByteSource } from './bytes/byte-source.ts';

/** Kinds of files that are told by their first bytes (and last, where a format has its mark there). */
export type FileKind =
  | 'zip'
  | 'torch-legacy'
  | 'safetensors'
  | 'npy'
  | 'pickle'
  | 'flax-msgpack'
  | 'tensorflow-index'
  | 'shard-index'
  | RefusedKind;

/** Kinds that are known and not read. */
export type RefusedKind =
  | 'empty'
  | 'html'
  | 'lfs-pointer'
  | 'torch-tar'
  | 'tar'
  | 'gzip'
  | 'bzip2'
  | 'xz'
  | 'zstd'
  | '7z'
  | 'rar'
  | 'hdf5'
  | 'gguf';

/** First bytes that are enough to tell a kind. */
const headBytes = 65_536;

/** Texts that files begin with. */
const marks: readonly (readonly [FileKind, string])[] = [
  ['zip', 'PK\x03\x04'],
  ['zip', 'PK\x05\x06'],
  ['npy', '\x93NUMPY'],
  ['lfs-pointer', 'version https://git-lfs.github.com/spec/'],
  ['gzip', '\x1f\x8b'],
  ['bzip2', 'BZh'],
  ['xz', '\xfd7zXZ\x00'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['7z', '7z\xbc\xaf\x27\x1c'],
  ['rar', 'Rar!\x1a\x07'],
  ['hdf5', '\x89HDF\r\n\x1a\n'],
  ['gguf', 'GGUF'],
];

/** The magic number of torch's older form, as a pickle has it. */
const legacyMagic = '\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19';

/** Tells the kind of a file by its content; undefined for anything that is no checkpoint. */
export function fileKind(source: ByteSource): FileKind | undefined {
  if (source.length === 0) return 'empty';
  const head = source.read(0, Math.min(source.length, headBytes));
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const marked = marks.find(([, mark]) => text.startsWith(mark));
  if (marked !== undefined) return marked[0];
  if (text.startsWith('\x80') && text.slice(0, 64).includes(legacyMagic)) return 'torch-legacy';
  if (text.slice(257, 262) === 'ustar')
    return /^(?:\.\/)?(?:sys_info|pickle|tensors|storages)\0/u.test(text) ? 'torch-tar' : 'tar';
  if (safetensorsHeaderBytes(head) !== undefined) return 'safetensors';
  if (isTableFooter(source)) return 'tensorflow-index';
  if (/^(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html|<head|<\?xml)/iu.test(text)) return 'html';
  if (/^(?:\xef\xbb\xbf)?\s*\{/u.test(text)) return text.includes('"weight_map"') ? 'shard-index' : undefined;
  if (isPickle(text)) return 'pickle';
  return isMessageMap(head) ? 'flax-msgpack' : undefined;
}

/** Pickles begin with their protocol from 2 on; older ones with what makes a dictionary, list or object. */
function isPickle(text: string): boolean {
  return /^\x80[\x02-\x05]/u.test(text) || /^(?:\([dlt][p)]|\(lp|\}[qr.(]|\][qr.(]|c[\w.]+\n\w+\n)/u.test(text);
}
