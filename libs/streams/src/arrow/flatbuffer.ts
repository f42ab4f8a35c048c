/** Bytes that are not what the format says; what is wrong is a clause for a message. */
export class BrokenBytes extends Error {
  override readonly name = 'BrokenBytes';
}

/**
 * What a flatbuffer may name for each of its bytes: bytes of text, elements of vectors; parts can be shared, but not
 * without end.
 */
const namedPerByte = 2;
/** What a table counts for, which takes more bytes than that. */
const tableWeight = 8;

/** A flatbuffer that is read with every offset and length checked against its bytes. */
export class FlatBuffer {
  readonly #view: DataView;
  #budget: number;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = namedPerByte * bytes.byteLength;
  }

  /** The table that the buffer begins with. */
  root(): FlatTable {
    return new FlatTable(this, this.uint(0, 4));
  }

  /** Unsigned little-endian integer of 1, 2 or 4 bytes. */
  uint(at: number, bytes: 1 | 2 | 4): number {
    this.check(at, bytes);
    return bytes === 1
      ? this.#view.getUint8(at)
      : bytes === 2
        ? this.#view.getUint16(at, true)
        : this.#view.getUint32(at, true);
  }

  /** Signed integer of 4 bytes. */
  int(at: number): number {
    this.check(at, 4);
    return this.#view.getInt32(at, true);
  }

  /** Signed integer of 8 bytes, of those that a number holds exactly. */
  long(at: number): number {
    this.check(at, 8);
    const value = Number(this.#view.getBigInt64(at, true));
    if (!Number.isSafeInteger(value)) throw new BrokenBytes(`a length or offset is ${String(value)}`);
    return value;
  }

  /** Text whose length stands before it. */
  text(at: number): string {
    const length = this.uint(at, 4);
    this.check(at + 4, length);
    this.spend(length);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at + 4, length).toString('utf8');
  }

  /** Refuses a range that leaves the buffer. */
  check(at: number, bytes: number): void {
    if (at < 0 || at + bytes > this.#view.byteLength) throw new BrokenBytes('an offset leaves its message');
  }

  /** Counts what the buffer names, so that parts that are named again and again come to an end. */
  spend(amount: number): void {
    this.#budget -= amount;
    if (this.#budget < 0) throw new BrokenBytes('a message names more than it holds');
  }
}

/** Where a vector of a flatbuffer stands. */
interface FlatVector {
  /** Place of the first element. */
  readonly at: number;
  /** Elements. */
  readonly length: number;
}

/** A table of a flatbuffer; fields are named by their number in the schema, counted from 0. */
export class FlatTable {
  readonly #buffer: FlatBuffer;
  readonly #at: number;
  readonly #fields: number;
  readonly #fieldsBytes: number;
  readonly #bytes: number;

  constructor(buffer: FlatBuffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
    this.#fields = at - buffer.int(at);
    this.#fieldsBytes = buffer.uint(this.#fields, 2);
    this.#bytes = buffer.uint(this.#fields + 2, 2);
    buffer.check(this.#fields, this.#fieldsBytes);
    buffer.check(at, this.#bytes);
    buffer.spend(tableWeight);
  }

  /** Integer of a field of 1, 2 or 4 bytes, unsigned unless it has 4; `otherwise` where it is left out. */
  number(field: number, bytes: 1 | 2 | 4, otherwise = 0): number {
    const at = this.#place(field);
    if (at === undefined) return otherwise;
    return bytes === 4 ? this.#buffer.int(at) : this.#buffer.uint(at, bytes);
  }

  /** Integer of a field of 8 bytes. */
  long(field: number): number {
    const at = this.#place(field);
    return at === undefined ? 0 : this.#buffer.long(at);
  }

  /** Text of a field. */
  text(field: number): string | undefined {
    const at = this.#follow(field);
    return at === undefined ? undefined : this.#buffer.text(at);
  }

  /** Table of a field. */
  table(field: number): FlatTable | undefined {
    const at = this.#follow(field);
    return at === undefined ? undefined : new FlatTable(this.#buffer, at);
  }

  /** Tables of a field. */
  tables(field: number): FlatTable[] {
    const { at, length } = this.#vector(field, 4);
    return Array.from(
      { length },
      (_, index) => new FlatTable(this.#buffer, at + 4 * index + this.#buffer.uint(at + 4 * index, 4)),
    );
  }

  /** Structures of a field, each of so many integers of 8 bytes. */
  longs(field: number, each: number): number[][] {
    const { at, length } = this.#vector(field, 8 * each);
    return Array.from({ length }, (_, index) =>
      Array.from({ length: each }, (__, place) => this.#buffer.long(at + 8 * (each * index + place))),
    );
  }

  /**
   * Blocks of a footer: offset (8 bytes), length of the metadata (4 bytes and 4 of padding), length of the body (8
   * bytes).
   */
  blocks(field: number): { readonly offset: number; readonly metadataBytes: number; readonly bodyBytes: number }[] {
    const { at, length } = this.#vector(field, 24);
    return Array.from({ length }, (_, index) => ({
      offset: this.#buffer.long(at + 24 * index),
      metadataBytes: this.#buffer.int(at + 24 * index + 8),
      bodyBytes: this.#buffer.long(at + 24 * index + 16),
    }));
  }

  #vector(field: number, elementBytes: number): FlatVector {
    const at = this.#follow(field);
    if (at === undefined) return { at: 0, length: 0 };
    const length = this.#buffer.uint(at, 4);
    this.#buffer.check(at + 4, length * elementBytes);
    this.#buffer.spend(length);
    return { at: at + 4, length };
  }

  #follow(field: number): number | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : at + this.#buffer.uint(at, 4);
  }

  #place(field: number): number | undefined {
    const entry = 4 + 2 * field;
    if (entry + 2 > this.#fieldsBytes) return undefined;
    const offset = this.#buffer.uint(this.#fields + entry, 2);
    if (offset >= this.#bytes && offset !== 0) throw new BrokenBytes('a field leaves its table');
    return offset === 0 ? undefined : this.#at + offset;
  }
}
