import { closeSync, readSync } from 'node:fs';
import { InputError, openInputFile, type OpenFile } from '@intermodel/errors';

/** Bytes that are read by ranges, so that a large file is never held as a whole. */
export interface ByteSource {
  /** Number of bytes. */
  readonly length: number;
  /** One byte; `offset` must lie below `length`. */
  byteAt(offset: number): number;
  /** Bytes from `start` to before `end`, as a view or a copy. */
  read(start: number, end: number): Uint8Array;
  /** Copies the bytes from `start` on into a target, which they fill. */
  copy(start: number, target: Uint8Array): void;
}

/** Names and tags lie close together, and weights between them: a page holds many of the former, and few of the latter. */
const pageBytes = 16_384;

/**
 * Opens a file as a source of bytes. Nothing stays open between reads; one page of 16 KiB is kept, which is what walking
 * over the tags and names of a file needs.
 *
 * @throws InputError `MODEL_MISSING` or `MODEL_UNREADABLE`.
 */
export function openByteFile(file: string): ByteSource {
  const { handle: first, bytes: length } = openModelFile(file);
  closeSync(first);
  let page = new Uint8Array();
  let pageStart = 0;
  const turnTo = (start: number) => {
    const next = new Uint8Array(Math.min(length - start, pageBytes));
    fill(file, start, next);
    page = next;
    pageStart = start;
  };
  return {
    length,
    read(start, end) {
      if (end - start > pageBytes || end > length) {
        const bytes = new Uint8Array(end - start);
        fill(file, start, bytes);
        return bytes;
      }
      if (start < pageStart || end > pageStart + page.length) turnTo(start);
      return page.subarray(start - pageStart, end - pageStart);
    },
    byteAt(offset) {
      if (offset < pageStart || offset >= pageStart + page.length) turnTo(offset);
      return page[offset - pageStart] as number;
    },
    copy(start, target) {
      fill(file, start, target);
    },
  };
}

/** Fills bytes with those of a file from `start` on. */
function fill(file: string, start: number, bytes: Uint8Array): void {
  const { handle } = openModelFile(file);
  try {
    for (let filled = 0; filled < bytes.length;) {
      const count = readSync(handle, bytes, filled, bytes.length - filled, start + filled);
      if (count === 0)
        throw new InputError('MODEL_TRUNCATED', 'the file became shorter while it was read', {
          file,
          hint: 'Wait until it is written whole, and run again.',
        });
      filled += count;
    }
  } finally {
    closeSync(handle);
  }
}

/** Offers bytes in memory as a source. */
export function memoryBytes(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    byteAt: (offset) => bytes[offset] as number,
    read: (start, end) => bytes.subarray(start, end),
    copy(start, target) {
      target.set(bytes.subarray(start, start + target.length));
    },
  };
}

function openModelFile(file: string): OpenFile {
  try {
    return openInputFile(file);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const missing = cause.code === 'FILE_MISSING';
    throw new InputError(
      missing ? 'MODEL_MISSING' : 'MODEL_UNREADABLE',
      missing ? 'there is no such model file' : `the model ${cause.problem}`,
      { ...cause.details, expected: 'an .onnx file', cause },
    );
  }
}
