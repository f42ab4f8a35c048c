import path from 'node:path';
import { IntermodelError } from '@intermodel/streams';

/**
 * Files in which models keep weights beside their graph; none for a model that cannot be read, as one that is being
 * written.
 */
export async function externalWeights(models: readonly string[]): Promise<string[]> {
  const { externalLocations, readModel } = await import('@intermodel/onnx');
  return models.flatMap((file) => {
    try {
      return externalLocations(readModel(file).graph.initializers).map((location) =>
        path.join(path.dirname(file), location),
      );
    } catch (error) {
      if (error instanceof IntermodelError) return [];
      throw error;
    }
  });
}
