import type { ImportCheckpointOptions } from '@intermodel/checkpoints';
import { holdsCheckpoint } from './holds-checkpoint.ts';

/**
 * The ONNX graph of a checkpoint, whose weights stay in its files; undefined for a file that is none.
 *
 * @throws InputError for a checkpoint that cannot be read, recognised or built.
 */
export async function checkpointGraph(
  file: string,
  options?: ImportCheckpointOptions,
): Promise<Uint8Array | undefined> {
  if (!(await holdsCheckpoint(file))) return undefined;
  const { folderOf, importCheckpoint, openCheckpoint } = await import('@intermodel/checkpoints');
  const checkpoint = await openCheckpoint(file);
  return importCheckpoint(checkpoint, options).graph.toBytes({ weights: 'referred', folder: folderOf(checkpoint) });
}
