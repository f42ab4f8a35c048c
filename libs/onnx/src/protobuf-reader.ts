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
    const tag = readVarint(source, position, end);
    const wireType = tag.low & 7;
    const field = (unsigned(tag) - wireType) / 8;
    if (field === 0) throw new ProtobufError(`no field has number 0 (byte ${String(position)})`, false);
    const value = valueRange(source, wireType, tag.end, end);
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
      return { start, end: readVarint(source, start, limit).end };
    case 1:
      return { start, end: start + 8 };
    case 2: {
      const length = readVarint(source, start, limit);
      return { start: length.end, end: length.end + unsigned(length) };
    }
    case 5:
      return { start, end: start + 4 };
    default:
      throw new ProtobufError(`there is no wire type ${String(wireType)} (byte ${String(start)})`, false);
  }
}

/** A number of up to 64 bits in two halves: files hold many, and big integers are slow. */
interface Varint {
  /** The lowest 28 bits. */
  readonly low: number;
  /** The bits above them. */
  readonly high: number;
  /** Offset behind the last byte. */
  readonly end: number;
}

const lowValues = 2 ** 28;
const highValues = 2 ** 36;

function readVarint(source: ByteSource, start: number, end: number): Varint {
  let low = 0;
  let high = 0;
  for (let position = start, shift = 0; ; position++, shift += 7) {
    if (position >= end) throw new ProtobufError(`a number at byte ${String(start)} is cut off`, true);
    const byte = source.byteAt(position);
    if (shift < 28) low |= (byte & 0x7f) << shift;
    else high += (byte & 0x7f) * 2 ** (shift - 28);
    if (byte < 0x80) return { low, high, end: position + 1 };
    if (shift >= 63) throw new ProtobufError(`a number at byte ${String(start)} is longer than 64 bits`, false);
  }
}

function unsigned({ low, high }: Varint): number {
  return high * lowValues + low;
}

/** The value in two's complement of 64 bits; exact below 2^53, as near as a number can be above. */
function signed({ low, high }: Varint): number {
  const upper = high % highValues;
  return (upper < highValues / 2 ? upper : upper - highValues) * lowValues + low;
}

/** Value of a varint field as a signed whole number. */
export function readInteger(source: ByteSource, { value }: ProtobufField): number {
  return signed(readVarint(source, value.start, value.end));
}

/** Values of a repeated number field, stored one by one or packed. */
export function readIntegers(source: ByteSource, field: ProtobufField): number[] {
  if (field.wireType === 0) return [readInteger(source, field)];
  const numbers: number[] = [];
  for (let position = field.value.start; position < field.value.end;) {
    const number = readVarint(source, position, field.value.end);
    numbers.push(signed(number));
    position = number.end;
  }
  return numbers;
}

/** Value of a text field. */
export function readText(source: ByteSource, { value }: ProtobufField): string {
  return Buffer.from(source.read(value.start, value.end)).toString('utf8');
}
