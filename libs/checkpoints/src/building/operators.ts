import type { WrittenAttribute } from '@intermodel/onnx';
import type { GraphDraft } from './graph-draft.ts';

/** How a convolution or pooling moves over its input. */
export interface Window {
  /** Pixels between two places. */
  readonly stride?: number;
  /** Rows and columns of nothing around the input, or TensorFlow's SAME: as many as the stride needs, fewer before. */
  readonly padding?: number | 'same';
}

/** Padding that keeps the size under a window of so many rows. */
export function halfOf(rows: number): number {
  return Math.floor(rows / 2);
}

/** Attributes of a window of so many rows and columns. */
export function windowAttributes(
  size: readonly number[],
  { stride = 1, padding = 0 }: Window,
): Record<string, WrittenAttribute> {
  return {
    kernel_shape: size,
    strides: [stride, stride],
    ...(padding === 'same' ? { auto_pad: 'SAME_UPPER' } : { pads: [padding, padding, padding, padding] }),
  };
}

/** A convolution with the weights `NAME.weight` and, where they are, `NAME.bias`; the output bears the name. */
export function convolve(
  draft: GraphDraft,
  input: string,
  name: string,
  shape: { readonly channels: number; readonly filters?: number },
  window: Window & { readonly groups?: number; readonly bias?: boolean } = {},
): { readonly output: string; readonly filters: number } {
  const { groups = 1, bias = false } = window;
  const weight = `${name}.weight`;
  const { filters, size } = draft.kernel(weight);
  const inputs = [
    input,
    draft.weight(weight, [shape.filters, Math.floor(shape.channels / groups), undefined, undefined]),
    ...(bias ? [draft.weight(`${name}.bias`, [filters])] : []),
  ];
  const attributes = { ...windowAttributes(size, window), group: groups };
  return { output: draft.add('Conv', inputs, name, attributes), filters };
}

/** Batch normalisation by the statistics that were kept. */
export function normaliseBatch(
  draft: GraphDraft,
  input: string,
  name: string,
  channels: number,
  epsilon: number,
): string {
  const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((each) =>
    draft.weight(`${name}.${each}`, [channels]),
  );
  return draft.add('BatchNormalization', [input, ...parameters], name, { epsilon: { float: epsilon } });
}

/** The mean of each map, classified by the weights `NAME.weight` and `NAME.bias`. */
export function classifyMeans(draft: GraphDraft, input: string, name: string, channels: number): string {
  const pooled = draft.add('GlobalAveragePool', [input], 'avgpool');
  return classify(draft, draft.add('Flatten', [pooled], 'flatten', { axis: 1 }), name, channels);
}

/** A layer of images x channels, by the weights `NAME.weight` and `NAME.bias`. */
export function classify(draft: GraphDraft, input: string, name: string, channels: number): string {
  const weight = draft.weight(`${name}.weight`, [undefined, channels]);
  const bias = draft.has(`${name}.bias`) ? [draft.weight(`${name}.bias`, [draft.shape(weight)[0]])] : [];
  return draft.add('Gemm', [input, weight, ...bias], name, { transB: 1 });
}
