import type { LayerList, ListLayersOptions, ProbeLimits } from '@intermodel/onnx';

export type { LayerList } from '@intermodel/onnx';

/** What a look at a model by the runtime may take, and what ends it. */
export type ProbeOptions = Pick<ListLayersOptions, keyof ProbeLimits | 'signal'>;

/** Options of a look at the models of a study. */
export function probeOptions({ probeSeconds, probeMegabytes }: ProbeLimits, signal?: AbortSignal): ProbeOptions {
  return {
    ...(probeSeconds === undefined ? {} : { probeSeconds }),
    ...(probeMegabytes === undefined ? {} : { probeMegabytes }),
    ...(signal === undefined ? {} : { signal }),
  };
}

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
