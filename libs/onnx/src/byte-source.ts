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
}

const pageBytes = 65_536;

/**
 * Opens a file as a source of bytes. Nothing stays open between reads; one page of 64 KiB is kept, which is what
 * walking over the tags of a file needs.
 *
 * @throws InputError `MODEL_MISSING` or `MODEL_UNREADABLE`.
 */
export function openByteFile(file: string): ByteSource {
  const { handle: first, bytes: length } = openModelFile(file);
  closeSync(first);
  let page = new Uint8Array();
  let pageStart = 0;
  const read = (start: number, end: number) => {
    const bytes = new Uint8Array(end - start);
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
    return bytes;
  };
  return {
    length,
    read,
    byteAt(offset) {
      if (offset < pageStart || offset >= pageStart + page.length) {
        pageStart = offset;
        page = read(offset, Math.min(length, offset + pageBytes));
      }
      return page[offset - pageStart] as number;
    },
  };
}

/** Offers bytes in memory as a source. */
export function memoryBytes(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    byteAt: (offset) => bytes[offset] as number,
    read: (start, end) => bytes.subarray(start, end),
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
