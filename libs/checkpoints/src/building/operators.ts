import type { WrittenAttribute } from '@intermodel/onnx';
import type { GraphDraft } from './graph-draft.ts';

/** How a convolution or pooling moves over its input. */
export interface Window {
  /** Pixels between two places, along both axes or along each. */
  readonly stride?: number | readonly [rows: number, columns: number];
  /** Rows and columns of nothing around the input, or TensorFlow's SAME: as many as the stride needs, fewer before. */
  readonly padding?: number | 'same';
  /** Pixels from one value of the window to the next. @default 1 */
  readonly dilation?: number;
}

/** Padding that keeps the size under a window of so many rows. */
export function halfOf(rows: number): number {
  return Math.floor(rows / 2);
}

/** Attributes of a window of so many rows and columns. */
export function windowAttributes(
  size: readonly number[],
  { stride = 1, padding = 0, dilation = 1 }: Window,
): Record<string, WrittenAttribute> {
  return {
    kernel_shape: size,
    strides: typeof stride === 'number' ? [stride, stride] : stride,
    ...(padding === 'same' ? { auto_pad: 'SAME_UPPER' } : { pads: [padding, padding, padding, padding] }),
    ...(dilation === 1 ? {} : { dilations: [dilation, dilation] }),
  };
}

/** What the weights of a convolution have to be. */
export interface ConvolutionShape {
  /** Channels that it reads. */
  readonly channels: number;
  /** Filters that it has. @default any number */
  readonly filters?: number;
  /** Its rows and columns. @default any number */
  readonly size?: readonly [rows: number, columns: number];
}

/** A convolution with the weights `NAME.weight` and, where that is said, `NAME.bias`; the output bears the name. */
export function convolve(
  draft: GraphDraft,
  input: string,
  name: string,
  { channels, filters: wanted, size: wantedSize }: ConvolutionShape,
  window: Window & { readonly groups?: number; readonly bias?: boolean } = {},
): { readonly output: string; readonly filters: number } {
  const { groups = 1, bias = false } = window;
  const weight = `${name}.weight`;
  const { filters, size } = draft.kernel(weight);
  const [rows, columns] = wantedSize ?? [];
  // Each group has as many filters.
  const whole = wanted ?? (filters % groups === 0 ? undefined : Math.ceil(filters / groups) * groups);
  const inputs = [
    input,
    draft.weight(weight, [whole, Math.floor(channels / groups), rows, columns]),
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
