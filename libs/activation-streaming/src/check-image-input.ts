import { InputError } from '@intermodel/errors';
import type { ModelInput } from '@intermodel/onnx';
import { channelCount, type InputLayout, type Preprocessing } from './preprocessing.ts';

/** What a model is opened with, as far as its input has to fit it. */
export interface ImageInputSettings {
  /** Path of the model. */
  readonly file: string;
  /** How images become the model's input. */
  readonly preprocessing: Preprocessing;
}

/**
 * Checks that the input of a model takes images of the declared channels and size, and tells the order of its axes.
 *
 * @throws InputError `MODEL_INPUT_LAYOUT`, `MODEL_INPUT_CHANNELS` or `MODEL_INPUT_SIZE`.
 */
export function checkImageInput({ file, preprocessing }: ImageInputSettings, input: ModelInput): InputLayout {
  const { height, width } = preprocessing;
  const place = { file, column: input.name };
  const layout = preprocessing.layout === 'auto' ? input.layout : preprocessing.layout;
  const channels = channelCount(preprocessing.channels);
  const told = input.channels === channels;
  if (layout !== input.layout && told) {
    throw new InputError(
      'MODEL_INPUT_LAYOUT',
      `the input of the model is ${input.layout}, but ${layout} was declared`,
      { ...place, hint: `Declare "layout: ${input.layout}", or leave it out.` },
    );
  }
  if (input.channels !== undefined && input.channels !== channels) {
    throw new InputError(
      'MODEL_INPUT_CHANNELS',
      `the model takes ${String(input.channels)} channel${input.channels === 1 ? '' : 's'}, but its input is set to ${preprocessing.channels}`,
      {
        ...place,
        expected:
          input.channels === 1
            ? '"channels: grey"'
            : input.channels === 3
              ? '"channels: rgb" or "channels: bgr"'
              : 'one channel (grey) or three (colours)',
        hint:
          input.channels === 1
            ? 'Set input to "{channels: grey}" for values from 0 to 1, or as the model was trained, such as "{channels: grey, mean: [0.5], std: [0.5]}".'
            : input.channels === 3
              ? 'Leave "channels: grey" out.'
              : 'Export the model for colour or grey images.',
      },
    );
  }
  if ((input.height ?? height) !== height || (input.width ?? width) !== width) {
    throw new InputError(
      'MODEL_INPUT_SIZE',
      `the model takes images of ${String(input.width ?? 'any')} x ${String(input.height ?? 'any')} pixels, but its input is set to ${String(width)} x ${String(height)}`,
      {
        ...place,
        hint: `Set input to "{width: ${String(input.width ?? width)}, height: ${String(input.height ?? height)}}", with mean and std where the model wants others than those of ImageNet.`,
      },
    );
  }
  return layout;
}
