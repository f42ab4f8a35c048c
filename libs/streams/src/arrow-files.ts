import { closeSync, readSync } from 'node:fs';
import { InputError, openInputFile, readError, readInputFile } from '@intermodel/errors';
import { RecordBatchFileWriter, tableFromIPC, type RecordBatch, type Schema, type TypeMap } from 'apache-arrow';
import { CompressedBytes, UnreadableColumn } from './arrow/check-columns.ts';
import { checkArrowBytes } from './arrow/check-ipc.ts';
import { BrokenBytes } from './arrow/flatbuffer.ts';
import { writeFileAtomically } from './atomic-files.ts';

/** Writes batches of one schema as an Arrow IPC file, whole or not at all. */
export function writeArrowFile<T extends TypeMap>(
  file: string,
  schema: Schema<T>,
  batches: Iterable<RecordBatch<T>>,
): void {
  writeFileAtomically(file, arrowFileBytes(schema, batches));
}

/** Bytes of an Arrow IPC file of batches of one schema. */
export function arrowFileBytes<T extends TypeMap>(schema: Schema<T>, batches: Iterable<RecordBatch<T>>): Uint8Array {
  const writer = new RecordBatchFileWriter<T>();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

/** Columns and batches of an Arrow file or stream. */
export interface ArrowTable {
  /** Columns. */
  readonly schema: Schema;
  /** Batches in order. */
  readonly batches: readonly RecordBatch[];
}

/**
 * Reads the batches of an Arrow IPC file or stream file.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, and those of {@link readArrowBytes}, naming the file.
 */
export function readArrowFile(file: string): ArrowTable {
  return readArrowBytes(readInputFile(file), file);
}

/**
 * Reads the batches of the bytes of an Arrow IPC file or stream, once every length and offset in them has been checked:
 * bytes that were cut or changed cost neither memory nor time beyond their own.
 *
 * @param bytes the whole file or stream
 * @param file what messages call it
 * @throws InputError `ARROW_BROKEN`; `ARROW_COMPRESSED`; `COLUMN_TYPE` for a kind of column that cannot be read
 */
export function readArrowBytes(bytes: Uint8Array, file: string): ArrowTable {
  try {
    checkArrowBytes(bytes);
    const { schema, batches } = tableFromIPC(bytes);
    return { schema, batches };
  } catch (cause) {
    if (cause instanceof CompressedBytes)
      throw new InputError('ARROW_COMPRESSED', 'is a compressed Arrow file', {
        file,
        expected: 'an Arrow IPC file without compression',
        hint: 'Write it again without: compression="uncompressed" in pandas, pyarrow and Polars.',
        cause,
      });
    if (cause instanceof UnreadableColumn)
      throw new InputError('COLUMN_TYPE', cause.message, {
        file,
        column: cause.column,
        expected: 'text, numbers or other plain columns',
        hint: 'Write the column plainly, or leave it out.',
        cause,
      });
    const reason = cause instanceof BrokenBytes ? ` (${cause.message})` : '';
    throw new InputError('ARROW_BROKEN', `is not a whole Arrow IPC file${reason}`, {
      file,
      expected: 'an Arrow IPC file (.arrow, .feather version 2)',
      hint: 'Write it again; a copy may have been cut short.',
      cause,
    });
  }
}

/** Whether a file begins like an Arrow IPC file. @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`. */
export function isArrowFile(file: string): boolean {
  const head = Buffer.alloc(6);
  const { handle } = openInputFile(file);
  try {
    readSync(handle, head, 0, head.length, 0);
  } catch (cause) {
    throw readError(file, cause);
  } finally {
    closeSync(handle);
  }
  return head.toString('latin1') === 'ARROW1';
}
