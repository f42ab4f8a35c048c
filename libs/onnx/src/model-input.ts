import { InputError } from '@intermodel/errors';
import type { CutModel } from './cut-graph.ts';
import { floatTypes } from './onnx-model.ts';

/** Order of the axes of images or maps behind the batch: channels first or channels last. */
export type Layout = 'NCHW' | 'NHWC';

/** The one input of a model. */
export interface ModelInput {
  /** Name of the tensor. */
  readonly name: string;
  /**
   * Element type; float16 is rounded from the float32 values that a run is given, and bytes are taken from such as are
   * whole numbers from 0 to 255.
   */
  readonly type: 'float32' | 'float16' | 'uint8';
  /** Order of the axes, as its sizes tell; channels first where they do not. */
  readonly layout: Layout;
  /** Images that every run takes, if the file fixes their number. */
  readonly batch: number | undefined;
  /** Channels, if the file fixes their number. */
  readonly channels: number | undefined;
  /** Channels that images are given with: those of the file, else those that were asked for. */
  readonly givenChannels: number;
  /** Rows of an image, if the file fixes their number. */
  readonly height: number | undefined;
  /** Columns of an image, if the file fixes their number. */
  readonly width: number | undefined;
  /** Sizes of the axes behind the batch for images of `length` values; free sizes are taken to be square. */
  dims(length: number): number[];
}

/** Number of `uint8` in `TensorProto.DataType`. */
const uint8 = 2;

/** Sizes of images where a model leaves them free. */
export interface FreeSizes {
  /** Rows, in pixels. */
  readonly height: number;
  /** Columns, in pixels. */
  readonly width: number;
  /** Channels. @default 3 */
  readonly channels?: number;
}

/**
 * Describes the input of a cut model.
 *
 * @throws InputError `MODEL_INPUTS`, `MODEL_INPUT_RANK` or `MODEL_INPUT_TYPE`.
 */
export function describeInput(file: string, { inputs }: Pick<CutModel, 'inputs'>, size?: FreeSizes): ModelInput {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw new InputError(
      'MODEL_INPUTS',
      `the layer needs ${String(inputs.length)} inputs: ${inputs.map(({ name }) => name).join(', ')}`,
      {
        file,
        expected: 'a model that takes images only',
        hint: 'Export the part of the model that takes the images.',
      },
    );
  }
  const { name, type } = input;
  const place = { file, column: name, columnIs: 'tensor' } as const;
  const dims = type?.dims;
  if (dims !== undefined && dims.length !== 4) {
    throw new InputError('MODEL_INPUT_RANK', `the input has ${String(dims.length)} axes`, {
      ...place,
      expected: 'four: images x channels x height x width',
      hint: 'Export the model for images.',
    });
  }
  const elementType = type?.elementType === uint8 ? 'uint8' : floatTypes.get(type?.elementType ?? 1);
  if (elementType === undefined || elementType === 'float64') {
    throw new InputError(
      'MODEL_INPUT_TYPE',
      `the input takes ${elementType ?? `numbers of ONNX's type ${String(type?.elementType)}`}`,
      { ...place, expected: 'float32, float16 or uint8', hint: 'Export the model with such an input.' },
    );
  }
  const sizes = [0, 1, 2, 3].map((axis) => fixedSize(dims?.[axis]));
  // Three channels tell more than one, which may be a row or column of an image.
  const first = [3, 1].find((channels) => sizes[1] === channels || sizes[3] === channels);
  const layout: Layout = first !== undefined && sizes[1] !== first ? 'NHWC' : 'NCHW';
  const [channels, height, width] = layout === 'NCHW' ? [sizes[1], sizes[2], sizes[3]] : [sizes[3], sizes[1], sizes[2]];
  const givenChannels = channels ?? size?.channels ?? 3;
  return {
    name,
    type: elementType,
    layout,
    batch: sizes[0],
    channels,
    givenChannels,
    height,
    width,
    dims(length) {
      const pixels = length / givenChannels;
      const rows = height ?? size?.height ?? pixels / (width ?? Math.sqrt(pixels));
      const columns = width ?? pixels / rows;
      return layout === 'NCHW' ? [givenChannels, rows, columns] : [rows, columns, givenChannels];
    },
  };
}

function fixedSize(size: number | string | undefined): number | undefined {
  return typeof size === 'number' && size > 0 ? size : undefined;
}
