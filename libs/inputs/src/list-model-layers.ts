import type { CheckpointReading } from '@intermodel/studies';
import { checkpointGraph } from './checkpoint-graph.ts';
import { checkNothingSaid, checkpointReading } from './checkpoint-reading.ts';
import type { LayerList, ListLayersOptions, MeasuredRun, MeasureModelOptions, ProbeLimits } from '@intermodel/onnx';

export type { LayerList, MeasuredRun } from '@intermodel/onnx';

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
 * Lists the tensors of an ONNX file, or of what is built of a checkpoint, that can be dissected, with the usual choice
 * marked.
 *
 * @throws InputError for a file that is missing, cut short or no model.
 */
export async function listModelLayers(
  file: string,
  options: ListLayersOptions & CheckpointReading = {},
): Promise<LayerList> {
  // The runtime is large; commands that run no model do without it.
  const { listLayers } = await import('@intermodel/onnx');
  const { graph = await checkpointGraph(file, { ...checkpointReading(options), inputSize: options.inputSize }) } =
    options;
  if (graph === undefined) checkNothingSaid(file, options);
  return listLayers(file, { ...options, graph });
}

/**
 * Measures what a run of one image takes on processors, in a process of its own.
 *
 * @throws InputError as the opening of a session does, `MODEL_PROBE_LIMIT`.
 */
export async function measureModelRun(file: string, options: MeasureModelOptions): Promise<MeasuredRun> {
  const { measureModel } = await import('@intermodel/onnx');
  return measureModel(file, options);
}
