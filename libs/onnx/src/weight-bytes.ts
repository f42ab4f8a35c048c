import type { OnnxModel } from './onnx-model.ts';

/** Bytes of a model's weights, in its own file or others, as far as the file tells. */
export function weightBytes({ source, graph }: OnnxModel): number {
  return graph.initializers.reduce((sum, { external }) => sum + (external?.length ?? 0), source.length);
}
