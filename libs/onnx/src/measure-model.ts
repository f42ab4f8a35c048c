import type { FreeSizes } from './model-input.ts';
import { ModelProber } from './model-prober.ts';
import type { MeasuredRun, RunRequest } from './probe-messages.ts';
import type { ProbeLimits } from './probe-limits.ts';
import { readModel } from './read-model.ts';
import { weightBytes } from './weight-bytes.ts';

/** Settings of {@link measureModel}. */
export interface MeasureModelOptions extends Pick<RunRequest, 'graph' | 'tensors' | 'threads'>, ProbeLimits {
  /** Size of the image, in pixels, where the file leaves it free. */
  readonly inputSize: FreeSizes;
  /** Ends the look at once. */
  readonly signal?: AbortSignal;
}

/**
 * Measures what a run of one image takes, in a process of its own: time on processors, memory, and the sizes of what is
 * put out.
 *
 * @throws InputError as the opening of a session does, `MODEL_PROBE_LIMIT`.
 */
export async function measureModel(
  file: string,
  { graph, tensors, threads, inputSize, ...limits }: MeasureModelOptions,
): Promise<MeasuredRun> {
  const prober = new ModelProber({ ...limits, weightBytes: weightBytes(readModel(file, graph)) });
  try {
    return await prober.ask({
      kind: 'run',
      file,
      graph,
      tensors,
      inputSize,
      ...(threads === undefined ? {} : { threads }),
    });
  } finally {
    prober.end();
  }
}
