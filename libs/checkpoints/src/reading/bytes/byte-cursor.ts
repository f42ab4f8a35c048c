import { truncatedError } from '../checkpoint-error.ts';
import type { ByteSource } from './byte-source.ts';

/** Names and numbers lie close together: a page holds many of them. */
const usualPageBytes = 65_536;

/** Reads a source from one place on, a page at a time; what it steps over is not read. */
export class ByteCursor {
  /** What is read. */
  readonly source: ByteSource;
  /** Place of the next byte. */
  position: number;
  #page: Uint8Array = new Uint8Array();
  #view: DataView = new DataView(new ArrayBuffer(0));
  #pageStart = 0;
  readonly #pageBytes: number;

  constructor(source: ByteSource, position = 0, pageBytes = usualPageBytes) {
    this.source = source;
    this.position = position;
    this.#pageBytes = pageBytes;
  }

  /** Bytes that are left. */
  get left(): number {
    return this.source.length - this.position;
  }

  /** Steps over bytes. @returns their place. @throws InputError `CHECKPOINT_TRUNCATED`. */
  skip(count: number): number {
    if (!(count <= this.left))
      throw truncatedError(this.source.file, this.position + count, this.source.length, 'what is written there');
    const start = this.position;
    this.position += count;
    return start;
  }

  /** Takes the next bytes, as bytes of their own. @throws InputError `CHECKPOINT_TRUNCATED`. */
  take(count: number): Uint8Array {
    const start = this.skip(count);
    if (count > this.#pageBytes) return this.source.read(start, start + count);
    const at = this.#turnTo(start, count);
    return this.#page.slice(at, at + count);
  }

  /** Next byte. */
  byte(): number {
    const at = this.#turnTo(this.skip(1), 1);
    return this.#page[at] as number;
  }

  /** Next whole number without sign, of 1, 2, 4 or 8 bytes. */
  unsigned(bytes: 1 | 2 | 4 | 8, littleEndian = true): number {
    const at = this.#turnTo(this.skip(bytes), bytes);
    switch (bytes) {
      case 1:
        return this.#view.getUint8(at);
      case 2:
        return this.#view.getUint16(at, littleEndian);
      case 4:
        return this.#view.getUint32(at, littleEndian);
      case 8:
        return Number(this.#view.getBigUint64(at, littleEndian));
    }
  }

  /** Next whole number of 8 bytes with sign. */
  integer64(littleEndian: boolean): bigint {
    const at = this.#turnTo(this.skip(8), 8);
    return this.#view.getBigInt64(at, littleEndian);
  }

  /** Next whole number of 4 bytes with sign. */
  int32(): number {
    const at = this.#turnTo(this.skip(4), 4);
    return this.#view.getInt32(at, true);
  }

  /** Next number of 8 bytes in IEEE 754. */
  float64(littleEndian: boolean): number {
    const at = this.#turnTo(this.skip(8), 8);
    return this.#view.getFloat64(at, littleEndian);
  }

  /** Next number of 4 bytes in IEEE 754. */
  float32(littleEndian: boolean): number {
    const at = this.#turnTo(this.skip(4), 4);
    return this.#view.getFloat32(at, littleEndian);
  }

  /** Turns to the page that has these bytes. @returns their place in it. */
  #turnTo(start: number, count: number): number {
    if (start < this.#pageStart || start + count > this.#pageStart + this.#page.length) {
      this.#page = this.source.read(start, Math.min(this.source.length, start + this.#pageBytes));
      this.#view = new DataView(this.#page.buffer, this.#page.byteOffset, this.#page.byteLength);
      this.#pageStart = start;
    }
    return start - this.#pageStart;
  }
}
