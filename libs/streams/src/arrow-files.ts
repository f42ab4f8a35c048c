import { closeSync, readSync } from 'node:fs';
import { InputError, openInputFile, readError, readInputFile } from '@intermodel/errors';
import { RecordBatchFileWriter, tableFromIPC, type RecordBatch, type Schema, type TypeMap } from 'apache-arrow';
import { writeFileAtomically } from './atomic-files.ts';

/** Writes batches of one schema as an Arrow IPC file, whole or not at all. */
export function writeArrowFile<T extends TypeMap>(file: string, schema: Schema<T>, batches: Iterable<RecordBatch<T>>): void {
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

/**
 * Reads the batches of an Arrow IPC file or stream file.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE` or `ARROW_BROKEN` naming the file.
 */
export function readArrowFile(file: string): { readonly schema: Schema; readonly batches: readonly RecordBatch[] } {
  const bytes = readInputFile(file);
  try {
    const table = tableFromIPC(bytes);
    return { schema: table.schema, batches: table.batches };
  } catch (cause) {
    throw new InputError('ARROW_BROKEN', 'is not a whole Arrow IPC file', { file, expected: 'an Arrow IPC file (.arrow, .feather version 2)', hint: 'Write it again; a copy may have been cut short.', cause });
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
