import type { ByteRange } from './protobuf-reader.ts';

/** A part of a message to be written: bytes that were made, or a range copied from the file that was read. */
export type Piece = Uint8Array | ByteRange;

/** A field of counted bytes (text or a message) made of pieces. */
export function countedField(field: number, pieces: readonly Piece[]): Piece[] {
  return [encodeVarint(field * 8 + 2), encodeVarint(pieceBytes(pieces)), ...pieces];
}

/** A field of text. */
export function textField(field: number, text: string): Piece[] {
  return countedField(field, [Buffer.from(text, 'utf8')]);
}

/** A field of a whole number, not negative. */
export function numberField(field: number, value: number): Piece[] {
  return [encodeVarint(field * 8), encodeVarint(value)];
}

/** Bytes that the pieces take when they are written. */
export function pieceBytes(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : piece.end - piece.start), 0);
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low + 128);
  } while (rest > 0);
  return Uint8Array.from(bytes);
}
