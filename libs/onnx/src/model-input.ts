import { InputError } from '@intermodel/errors';
import type { CutModel } from './cut-graph.ts';
import { floatTypes } from './onnx-model.ts';

/** Order of the axes of images or maps behind the batch: channels first or channels last. */
export type Layout = 'NCHW' | 'NHWC';

/** The one input of a model. */
export interface ModelInput {
  /** Name of the tensor. */
  readonly name: string;
  /** Element type; float16 is rounded from the float32 values that a run is given. */
  readonly type: 'float32' | 'float16';
  /** Order of the axes, as its sizes tell; channels first where they do not. */
  readonly layout: Layout;
  /** Images that every run takes, if the file fixes their number. */
  readonly batch: number | undefined;
  /** Channels, if the file fixes their number. */
  readonly channels: number | undefined;
  /** Rows of an image, if the file fixes their number. */
  readonly height: number | undefined;
  /** Columns of an image, if the file fixes their number. */
  readonly width: number | undefined;
  /** Sizes of the axes behind the batch for images of `length` values; free sizes are taken to be square. */
  dims(length: number): number[];
}

/**
 * Describes the input of a cut model.
 *
 * @throws InputError `MODEL_INPUTS`, `MODEL_INPUT_RANK` or `MODEL_INPUT_TYPE`.
 */
export function describeInput(file: string, { inputs }: Pick<CutModel, 'inputs'>, size?: { readonly height: number; readonly width: number }): ModelInput {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw new InputError('MODEL_INPUTS', `the layer needs ${String(inputs.length)} inputs: ${inputs.map(({ name }) => name).join(', ')}`, {
      file,
      expected: 'a model that takes images only',
      hint: 'Export the part of the model that takes the images.',
    });
  }
  const { name, type } = input;
  const place = { file, column: name };
  const dims = type?.dims;
  if (dims !== undefined && dims.length !== 4) {
    throw new InputError('MODEL_INPUT_RANK', `the input has ${String(dims.length)} axes`, { ...place, expected: 'four: images x channels x height x width', hint: 'Export the model for images.' });
  }
  const elementType = floatTypes.get(type?.elementType ?? 1);
  if (elementType !== 'float32' && elementType !== 'float16') {
    throw new InputError('MODEL_INPUT_TYPE', 'the input does not take float32 or float16 numbers', { ...place, hint: 'Export the model before it is quantized, or with a float input.' });
  }
  const sizes = [0, 1, 2, 3].map((axis) => fixedSize(dims?.[axis]));
  const isColour = (channels: number | undefined) => channels === 3 || channels === 1;
  const layout: Layout = !isColour(sizes[1]) && isColour(sizes[3]) ? 'NHWC' : 'NCHW';
  const [channels, height, width] = layout === 'NCHW' ? [sizes[1], sizes[2], sizes[3]] : [sizes[3], sizes[1], sizes[2]];
  const free = { height: size?.height, width: size?.width };
  return {
    name,
    type: elementType,
    layout,
    batch: sizes[0],
    channels,
    height,
    width,
    dims(length) {
      const pixels = length / (channels ?? 3);
      const rows = height ?? free.height ?? pixels / (width ?? Math.sqrt(pixels));
      const columns = width ?? pixels / rows;
      return layout === 'NCHW' ? [channels ?? 3, rows, columns] : [rows, columns, channels ?? 3];
    },
  };
}

function fixedSize(size: number | string | undefined): number | undefined {
  return typeof size === 'number' && size > 0 ? size : undefined;
}
