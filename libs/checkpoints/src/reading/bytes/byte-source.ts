import { closeSync, readSync } from 'node:fs';
import { openInputFile, readError } from '@intermodel/errors';
import { truncatedError } from '../checkpoint-error.ts';
import type { FileSpan } from '../../tensor.ts';

/** Bytes that are read by ranges: those of a file, of a part of it, or unpacked ones. */
export interface ByteSource {
  /** Path of the file that they come from, for messages. */
  readonly file: string;
  /** Number of bytes. */
  readonly length: number;
  /**
   * Reads from `start` to before `end`, into bytes of their own.
   *
   * @throws InputError `CHECKPOINT_TRUNCATED`.
   */
  read(start: number, end: number): Uint8Array;
  /** Where a range lies in the file; undefined where it does not stand there as it is read. */
  span(start: number, length: number): FileSpan | undefined;
}

/**
 * Opens a file as a source. Nothing stays open between reads.
 *
 * @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`.
 */
export function fileSource(file: string): ByteSource {
  const { handle, bytes: length } = openInputFile(file);
  closeSync(handle);
  return {
    file,
    length,
    read(start, end) {
      if (end > length) throw truncatedError(file, end, length, 'what is read');
      const bytes = new Uint8Array(end - start);
      fill(file, start, bytes);
      return bytes;
    },
    span: (offset, bytes) => ({ file, offset, length: bytes }),
  };
}

function fill(file: string, start: number, bytes: Uint8Array): void {
  const { handle } = openInputFile(file);
  try {
    for (let filled = 0; filled < bytes.length;) {
      const count = readSync(handle, bytes, filled, bytes.length - filled, start + filled);
      if (count === 0) throw truncatedError(file, start + bytes.length, start + filled, 'what is read');
      filled += count;
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).errno === undefined ? error : readError(file, error);
  } finally {
    closeSync(handle);
  }
}

/** A part of a source, which must lie within it. @throws InputError `CHECKPOINT_TRUNCATED`. */
export function partOf(source: ByteSource, offset: number, length: number): ByteSource {
  if (offset + length > source.length) throw truncatedError(source.file, offset + length, source.length, 'a part');
  return {
    file: source.file,
    length,
    read(start, end) {
      if (end > length) throw truncatedError(source.file, offset + end, offset + length, 'what is read');
      return source.read(offset + start, offset + end);
    },
    span: (start, bytes) => source.span(offset + start, bytes),
  };
}

/**
 * Bytes that are unpacked when they are first read. They are held weakly: tensors that are read one after another share
 * one unpacking, and the memory is given back when it is needed. `unpackHead` unpacks as many of the first bytes as come
 * cheaply.
 */
export function unpackedSource(
  file: string,
  length: number,
  unpack: () => Uint8Array,
  unpackHead?: () => Uint8Array,
): ByteSource {
  let held: WeakRef<Uint8Array> | undefined;
  let head: Uint8Array | undefined;
  return {
    file,
    length,
    read(start, end) {
      if (end > length) throw truncatedError(file, end, length, 'what is unpacked');
      if (unpackHead !== undefined && end <= cheapBytes) {
        head ??= unpackHead();
        if (end <= head.length) return head.slice(start, end);
      }
      const bytes = held?.deref() ?? unpack();
      held = new WeakRef(bytes);
      return bytes.slice(start, end);
    },
    span: () => undefined,
  };
}

/** Bytes up to which it is tried to unpack a head alone. */
const cheapBytes = 4096;

/** Bytes in memory as a source. */
export function memorySource(file: string, bytes: Uint8Array): ByteSource {
  return unpackedSource(file, bytes.length, () => bytes);
}
