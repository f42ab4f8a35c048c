import { closeSync, openSync, readFileSync, readSync, type Stats } from 'node:fs';
import { InputError } from '@intermodel/errors';
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

/** Whether a file begins like an Arrow IPC file. */
export function isArrowFile(file: string): boolean {
  const head = Buffer.alloc(6);
  try {
    const handle = openSync(file, 'r');
    try {
      readSync(handle, head, 0, head.length, 0);
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw readError(file, cause);
  }
  return head.toString('latin1') === 'ARROW1';
}

/**
 * Reads a file that the user named.
 *
 * @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`.
 */
export function readInputFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw readError(file, cause);
  }
}

/** Code, beside those of the system, for what is there but is neither a file nor a folder. */
const notFile = 'NOT_FILE';

/** Refuses what is no file, before it is opened: to open a pipe waits for its writer, and a device may never end. The error is for {@link readError}. */
export function requireFile(status: Pick<Stats, 'isFile' | 'isDirectory'>): void {
  if (status.isDirectory()) throw Object.assign(new Error('folder'), { code: 'EISDIR' });
  if (!status.isFile()) throw Object.assign(new Error('neither a file nor a folder'), { code: notFile });
}

/** Turns a failure of the file system while reading into an error that says what to do. */
export function readError(file: string, cause: unknown): InputError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new InputError('FILE_MISSING', 'there is no such file', { file, hint: 'Check the path; it is taken from the folder in which the command runs.', cause });
  const reason = { EACCES: 'no permission to read', EPERM: 'no permission to read', EISDIR: 'is a folder, not a file', [notFile]: 'is a pipe, device or socket, not a file' }[code];
  return new InputError('FILE_UNREADABLE', reason ?? `cannot be read (${code === '' ? String(cause) : code})`, { file, expected: 'a file that can be read', hint: 'Check the path and its permissions.', cause });
}
