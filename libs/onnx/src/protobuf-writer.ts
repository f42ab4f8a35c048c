import type { ByteRange } from './protobuf-reader.ts';

/** A part of a message to be written: bytes that were made, or a range copied from the file that was read. */
export type Piece = Uint8Array | ByteRange;

/** A field of counted bytes (text or a message) made of pieces. */
export function countedField<P extends Piece>(field: number, pieces: readonly P[]): (P | Uint8Array)[] {
  return [...countedHead(field, pieceBytes(pieces)), ...pieces];
}

/** What stands before the bytes of a field of counted bytes. */
export function countedHead(field: number, bytes: number): Uint8Array[] {
  return [encodeVarint(field * 8 + 2), encodeVarint(bytes)];
}

/** A field of text. */
export function textField(field: number, text: string): Uint8Array[] {
  return countedField(field, [Buffer.from(text, 'utf8')]);
}

/** A field of a whole number. */
export function numberField(field: number, value: number): Uint8Array[] {
  return [encodeVarint(field * 8), value < 0 ? encodeNegative(value) : encodeVarint(value)];
}

/** A field of a 32-bit float. */
export function floatField(field: number, value: number): Uint8Array[] {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return [encodeVarint(field * 8 + 5), bytes];
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

/** A negative number is written as its two's complement of 64 bits. */
function encodeNegative(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  return Uint8Array.from([...bytes, Number(rest)]);
}
