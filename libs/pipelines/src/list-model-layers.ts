import type { LayerList, ListLayersOptions } from '@intermodel/onnx';

export type { LayerList } from '@intermodel/onnx';

/**
 * Lists the tensors of an ONNX file that can be dissected, with the usual choice marked.
 *
 * @throws InputError for a file that is missing, cut short or no ONNX model.
 */
export async function listModelLayers(file: string, options?: ListLayersOptions): Promise<LayerList> {
  // The runtime is large; commands that run no model do without it.
  const { listLayers } = await import('@intermodel/onnx');
  return listLayers(file, options);
}
