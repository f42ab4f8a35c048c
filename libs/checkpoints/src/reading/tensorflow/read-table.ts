import type { InputError } from '@intermodel/errors';
import type { ByteSource } from '../bytes/byte-source.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { maskedCrc32c } from './crc32c.ts';
import { footerBytes } from './table-footer.ts';

/** A key and its value in a table. */
export interface TableEntry {
  /** Key, which is greater than that before it. */
  readonly key: Uint8Array;
  /** Value. */
  readonly value: Uint8Array;
}

/** Bytes behind a block: how it is packed, and a checksum. */
const trailerBytes = 5;

/**
 * Reads a sorted table as LevelDB has it: a footer tells where a block lies that tells where the blocks of entries lie;
 * keys leave out what they share with the key before them.
 *
 * @throws InputError `CHECKPOINT_TENSORFLOW`.
 */
export function* readTable(source: ByteSource): Generator<TableEntry> {
  if (source.length > limits.indexBytes) throw tableError(source, `has ${String(source.length)} bytes`);
  const footer = source.read(source.length - footerBytes, source.length);
  // The first place is that of a block about blocks, which holds nothing.
  const meta = readHandle(source, footer, 0);
  const index = readBlock(source, readHandle(source, footer, meta.end));
  let last: Uint8Array | undefined;
  let keyBytes = 0;
  for (const { value } of walkBlock(source, index)) {
    for (const entry of walkBlock(source, readBlock(source, readHandle(source, value, 0)))) {
      if (last !== undefined && Buffer.compare(last, entry.key) >= 0)
        throw tableError(source, 'has keys that are not in order');
      last = entry.key;
      keyBytes += entry.key.length;
      if (keyBytes > limits.tableKeyBytes)
        throw tableError(source, `has more than ${String(limits.tableKeyBytes)} bytes of names`);
      yield entry;
    }
  }
}

/** The error of a table that cannot be one. */
export function tableError({ file }: Pick<ByteSource, 'file'>, problem: string): InputError {
  return checkpointError('CHECKPOINT_TENSORFLOW', `the index of the TensorFlow checkpoint ${problem}`, { file });
}

interface Handle {
  readonly offset: number;
  readonly length: number;
  /** Byte after the handle. */
  readonly end: number;
}

function readHandle(source: ByteSource, bytes: Uint8Array, start: number): Handle {
  const offset = readNumber(source, bytes, start);
  const length = readNumber(source, bytes, offset.end);
  return { offset: offset.number, length: length.number, end: length.end };
}

function readBlock(source: ByteSource, { offset, length }: Handle): Uint8Array {
  if (offset + length + trailerBytes > source.length) throw tableError(source, 'ends early');
  const bytes = source.read(offset, offset + length + trailerBytes);
  const checksum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(length + 1, true);
  if (bytes[length] !== 0)
    throw checkpointError('CHECKPOINT_TENSORFLOW', `has an index packed by method ${String(bytes[length])}`, {
      file: source.file,
      expected: 'an index that is not packed, as TensorFlow writes it',
      hint: 'Save the checkpoint again with TensorFlow.',
    });
  if (maskedCrc32c(bytes.subarray(0, length + 1)) !== checksum)
    throw tableError(source, `is bent at byte ${String(offset)}`);
  return bytes.subarray(0, length);
}

function* walkBlock(source: ByteSource, block: Uint8Array): Generator<TableEntry> {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const restarts = block.length < 4 ? -1 : view.getUint32(block.length - 4, true);
  const end = block.length - 4 - restarts * 4;
  if (restarts < 0 || end < 0) throw tableError(source, 'has a block without an end');
  let key: Uint8Array = new Uint8Array();
  for (let position = 0; position < end;) {
    const shared = readNumber(source, block, position);
    const own = readNumber(source, block, shared.end);
    const size = readNumber(source, block, own.end);
    const valueStart = size.end + own.number;
    position = valueStart + size.number;
    if (shared.number > key.length || position > end)
      throw tableError(source, 'has an entry that leads out of its block');
    key = Buffer.concat([key.subarray(0, shared.number), block.subarray(size.end, valueStart)]);
    yield { key, value: block.subarray(valueStart, position) };
  }
}

/** A whole number of seven bits a byte. */
function readNumber(source: ByteSource, bytes: Uint8Array, start: number): { number: number; end: number } {
  let number = 0;
  for (let index = 0, factor = 1; index < 7; index++, factor *= 128) {
    const byte = bytes[start + index];
    if (byte === undefined) break;
    number += (byte & 0x7f) * factor;
    if (byte < 0x80) return { number, end: start + index + 1 };
  }
  throw tableError(source, 'has a number that does not end');
}
