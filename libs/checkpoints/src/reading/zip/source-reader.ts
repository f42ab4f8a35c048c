import { RandomAccessReader } from 'yauzl';
import { ByteCursor } from '../bytes/byte-cursor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';

/** The heads of entries lie far apart, with their bytes between them. */
const pageBytes = 4096;

/**
 * Gives the library that reads archives what it asks for: it asks for places that a bent archive tells, and lets the
 * errors of the system's own reader escape.
 */
export class SourceReader extends RandomAccessReader {
  readonly #cursor: ByteCursor;

  constructor(source: ByteSource) {
    super();
    this.#cursor = new ByteCursor(source, 0, pageBytes);
  }

  /** Reads a range into a part of a buffer. */
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    let fault: Error | null = null;
    try {
      this.#cursor.position = position;
      buffer.set(this.#cursor.take(length), offset);
    } catch (error) {
      fault = error as Error;
    }
    callback(fault);
  }
}
