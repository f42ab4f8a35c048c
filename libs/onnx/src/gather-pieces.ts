import type { ByteSource } from './byte-source.ts';
import { pieceBytes, type Piece } from './protobuf-writer.ts';

const chunkBytes = 4 * 1024 * 1024;

/** Joins pieces in chunks of about 4 MiB, so that a model is copied without ever being held whole. */
export function* gatherChunks(source: ByteSource, pieces: readonly Piece[]): Generator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const flush = () => {
    const joined = Buffer.concat(pending, pendingBytes);
    pending = [];
    pendingBytes = 0;
    return joined;
  };
  for (const piece of mergeRanges(pieces)) {
    const [start, end] = piece instanceof Uint8Array ? [0, piece.length] : [piece.start, piece.end];
    for (let position = start; position < end; position += chunkBytes) {
      const stop = Math.min(end, position + chunkBytes);
      const bytes = piece instanceof Uint8Array ? piece.subarray(position, stop) : source.read(position, stop);
      pending.push(bytes);
      pendingBytes += bytes.length;
      if (pendingBytes >= chunkBytes) yield flush();
    }
  }
  if (pendingBytes > 0) yield flush();
}

/** Joins pieces into one array, which is the only copy that is made. */
export function gatherBytes(source: ByteSource, pieces: readonly Piece[]): Uint8Array {
  const bytes = new Uint8Array(pieceBytes(pieces));
  let position = 0;
  for (const piece of mergeRanges(pieces)) {
    if (piece instanceof Uint8Array) {
      bytes.set(piece, position);
      position += piece.length;
    } else {
      const length = piece.end - piece.start;
      source.copy(piece.start, bytes.subarray(position, position + length));
      position += length;
    }
  }
  return bytes;
}

/** Ranges that follow each other are read at once. */
function mergeRanges(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (
      last !== undefined &&
      !(last instanceof Uint8Array) &&
      !(piece instanceof Uint8Array) &&
      last.end === piece.start
    )
      merged[merged.length - 1] = { start: last.start, end: piece.end };
    else merged.push(piece);
  }
  return merged;
}
