import type { ByteSource } from './byte-source.ts';

/** Bytes from `start` to before `end` of a source. */
export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset behind the last byte. */
  readonly end: number;
}

/** A field of a protobuf message; `start` is that of its tag, so that the field can be copied as it is. */
export interface ProtobufField extends ByteRange {
  /** Number of the field in its message. */
  readonly field: number;
  /** 0 varint, 1 eight bytes, 2 counted bytes, 5 four bytes. */
  readonly wireType: number;
  /** The value's bytes (behind tag and length). */
  readonly value: ByteRange;
}

/** The bytes are not a protobuf message, or end inside one. */
export class ProtobufError extends Error {
  /** Whether the bytes end too early (else they are no protobuf at all). */
  readonly truncated: boolean;

  constructor(message: string, truncated: boolean) {
    super(message);
    this.truncated = truncated;
  }
}

/** Walks over the fields of a message without reading their values: a gigabyte of weights costs one jump. */
export function* walkFields(source: ByteSource, { start, end }: ByteRange): Generator<ProtobufField> {
  let position = start;
  while (position < end) {
    const [tag, tagEnd] = readVarint(source, position, end);
    const wireType = Number(tag & 7n);
    const field = Number(tag >> 3n);
    if (field === 0) throw new ProtobufError(`no field has number 0 (byte ${String(position)})`, false);
    const value = valueRange(source, wireType, tagEnd, end);
    if (value.end > end)
      throw new ProtobufError(
        `field ${String(field)} at byte ${String(position)} needs ${String(value.end - end)} bytes more than there are`,
        true,
      );
    yield { field, wireType, start: position, end: value.end, value };
    position = value.end;
  }
}

function valueRange(source: ByteSource, wireType: number, start: number, limit: number): ByteRange {
  switch (wireType) {
    case 0:
      return { start, end: readVarint(source, start, limit)[1] };
    case 1:
      return { start, end: start + 8 };
    case 2: {
      const [length, valueStart] = readVarint(source, start, limit);
      return { start: valueStart, end: valueStart + Number(length) };
    }
    case 5:
      return { start, end: start + 4 };
    default:
      throw new ProtobufError(`there is no wire type ${String(wireType)} (byte ${String(start)})`, false);
  }
}

function readVarint(source: ByteSource, start: number, end: number): [value: bigint, end: number] {
  let low = 0;
  let high = 0n;
  for (let position = start, shift = 0; ; position++, shift += 7) {
    if (position >= end) throw new ProtobufError(`a number at byte ${String(start)} is cut off`, true);
    const byte = source.byteAt(position);
    if (shift < 28) low |= (byte & 0x7f) << shift;
    else high |= BigInt(byte & 0x7f) << BigInt(shift);
    if (byte < 0x80) return [BigInt(low) | high, position + 1];
    if (shift >= 63) throw new ProtobufError(`a number at byte ${String(start)} is longer than 64 bits`, false);
  }
}

/** Value of a varint field as a signed whole number. */
export function readInteger(source: ByteSource, { value }: ProtobufField): number {
  return Number(BigInt.asIntN(64, readVarint(source, value.start, value.end)[0]));
}

/** Values of a repeated number field, stored one by one or packed. */
export function readIntegers(source: ByteSource, field: ProtobufField): number[] {
  if (field.wireType === 0) return [readInteger(source, field)];
  const numbers: number[] = [];
  for (let position = field.value.start; position < field.value.end;) {
    const [number, end] = readVarint(source, position, field.value.end);
    numbers.push(Number(BigInt.asIntN(64, number)));
    position = end;
  }
  return numbers;
}

/** Value of a text field. */
export function readText(source: ByteSource, { value }: ProtobufField): string {
  return Buffer.from(source.read(value.start, value.end)).toString('utf8');
}
