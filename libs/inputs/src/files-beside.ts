import path from 'node:path';
import { IntermodelError } from '@intermodel/streams';
import { holdsCheckpoint } from './holds-checkpoint.ts';

/**
 * Files in which models keep weights beside the one that is named; none for a model that cannot be read, as one that is
 * being written.
 */
export async function filesBeside(models: readonly string[]): Promise<string[]> {
  const beside: string[] = [];
  for (const file of models) beside.push(...(await filesOf(file)));
  return beside;
}

async function filesOf(file: string): Promise<string[]> {
  const { openCheckpoint } = await import('@intermodel/checkpoints');
  const { externalLocations, readModel } = await import('@intermodel/onnx');
  try {
    if (await holdsCheckpoint(file))
      return (await openCheckpoint(file)).files.filter((each) => path.resolve(each) !== path.resolve(file));
    return externalLocations(readModel(file).graph.initializers).map((location) =>
      path.join(path.dirname(file), location),
    );
  } catch (error) {
    if (error instanceof IntermodelError) return [];
    throw error;
  }
}
