import { buildOnnxModel, onnxTypes, type OnnxNode, type OnnxTensor, type OnnxValue } from './onnx-model.ts';
import { writeFile } from './write-scene-files.ts';

/** One output of a model that tells classes by colour. */
export interface ColourHead {
  /** Name of the output. */
  readonly name: string;
  /** Number of classes. */
  readonly classes: number;
  /** Weights of red, green and blue of the classes that can win, by class; all others have large negative logits. */
  readonly weights: Readonly<Record<number, readonly [red: number, green: number, blue: number]>>;
  /** Pixels of the input that one value stands for in each direction. @default 1 */
  readonly stride?: number;
  /** Class numbers instead of logits, as exports with an argmax inside put out. @default logits */
  readonly numbers?: { readonly type: 'int64' | 'int32'; readonly keepsAxis: boolean };
}

/** What {@link writeColourSegmenter} writes. */
export interface ColourSegmenterOptions {
  /** Name of the input. @default 'pixel_values' */
  readonly input?: string;
  /** Rows and columns of the input. @default free */
  readonly size?: number;
  /** Outputs in their order. */
  readonly heads: readonly ColourHead[];
}

/** Writes a segmentation model with the interface of a usual export, whose logits are weighted sums of the channels. */
export function writeColourSegmenter(
  file: string,
  { input = 'pixel_values', size, heads }: ColourSegmenterOptions,
): string {
  const [nodes, outputs]: [OnnxNode[], OnnxValue[]] = [[], []];
  const initializers: Record<string, OnnxTensor> = {};
  for (const { name, classes, weights, stride = 1, numbers } of heads) {
    const axis = (letter: string) => (size === undefined ? `${name}_${letter}` : size / stride);
    const logits = numbers === undefined ? name : `${name}.logits`;
    const rows = Array.from({ length: classes }, (_, index) => weights[index] ?? [0, 0, 0]);
    initializers[`${name}.weight`] = { dims: [classes, 3, 1, 1], data: rows.flat() };
    initializers[`${name}.bias`] = {
      dims: [classes],
      data: rows.map((_, index) => (weights[index] === undefined ? -1000 : 0)),
    };
    if (stride > 1)
      nodes.push({
        op: 'AveragePool',
        inputs: [input],
        outputs: [`${name}.small`],
        attributes: { kernel_shape: [stride, stride], strides: [stride, stride] },
      });
    nodes.push({
      op: 'Conv',
      inputs: [stride > 1 ? `${name}.small` : input, `${name}.weight`, `${name}.bias`],
      outputs: [logits],
    });
    if (numbers === undefined) {
      outputs.push({ name, dims: ['batch', classes, axis('h'), axis('w')] });
      continue;
    }
    const { type, keepsAxis } = numbers;
    nodes.push({
      op: 'ArgMax',
      inputs: [logits],
      outputs: [`${name}.argmax`],
      attributes: { axis: 1, keepdims: keepsAxis ? 1 : 0 },
    });
    nodes.push({ op: 'Cast', inputs: [`${name}.argmax`], outputs: [name], attributes: { to: onnxTypes[type] } });
    outputs.push({ name, type, dims: ['batch', ...(keepsAxis ? [1] : []), axis('h'), axis('w')] });
  }
  writeFile(
    file,
    buildOnnxModel({
      inputs: [{ name: input, dims: ['batch', 3, size ?? 'height', size ?? 'width'] }],
      outputs,
      nodes,
      initializers,
    }),
  );
  return file;
}
