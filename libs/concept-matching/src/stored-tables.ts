import { arrowFileBytes, readArrowBytes } from '@intermodel/streams';
import type { RecordBatch, TypeMap } from 'apache-arrow';

/** Packs a table of one batch for a file: an Arrow IPC file, its facts with it. */
export function packTable<T extends TypeMap>(batch: RecordBatch<T>): Uint8Array {
  return arrowFileBytes(batch.schema, [batch]);
}

/**
 * Table that {@link packTable} packed; whoever takes it checks its columns.
 *
 * @throws InputError `ARROW_BROKEN`
 */
// Whoever stored a table knows which one it is.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function unpackTable<Batch extends RecordBatch>(bytes: Uint8Array): Batch {
  return readArrowBytes(bytes, 'a table of a stored step').batches[0] as unknown as Batch;
}
