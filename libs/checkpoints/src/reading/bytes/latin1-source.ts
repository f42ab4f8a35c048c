import { checkpointError } from '../checkpoint-error.ts';
import { unpackedSource, type ByteSource } from './byte-source.ts';

/** Bytes that are written as a text in UTF-8 whose characters are the bytes. */
export function latin1Source(text: ByteSource): ByteSource {
  const { file, length } = text;
  let bytes = 0;
  for (let start = 0; start < length; start += chunkBytes) {
    for (const byte of text.read(start, Math.min(length, start + chunkBytes))) if ((byte & 0xc0) !== 0x80) bytes++;
  }
  return unpackedSource(file, bytes, () => {
    const decoded = Buffer.from(Buffer.from(text.read(0, length)).toString('utf8'), 'latin1');
    if (decoded.length === bytes) return decoded;
    throw checkpointError('CHECKPOINT_PICKLE', 'has bytes that are written as no text in UTF-8', { file });
  });
}

const chunkBytes = 2 ** 20;
