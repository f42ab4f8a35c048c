import { InputError } from '@intermodel/errors';
import type { ModelInput } from '@intermodel/onnx';
import { channelCount, type InputLayout, type Preprocessing } from './preprocessing.ts';

/** What a model is opened with, as far as its input has to fit it. */
export interface ImageInputSettings {
  /** Path of the model. */
  readonly file: string;
  /** How images become the model's input. */
  readonly input: Preprocessing;
}

/**
 * Checks that the input of a model takes images of the declared channels and size, and tells the order of its axes.
 *
 * @throws InputError `MODEL_INPUT_LAYOUT`, `MODEL_INPUT_CHANNELS` or `MODEL_INPUT_SIZE`.
 */
export function checkImageInput({ file, input }: ImageInputSettings, model: ModelInput): InputLayout {
  const { height, width } = input;
  const place = { file, column: model.name, columnIs: 'tensor' } as const;
  const layout = input.layout === 'auto' ? model.layout : input.layout;
  const channels = channelCount(input.channels);
  const told = model.channels === channels;
  if (layout !== model.layout && told) {
    throw new InputError(
      'MODEL_INPUT_LAYOUT',
      `the input of the model is ${model.layout}, but ${layout} was declared`,
      { ...place, hint: `Declare \`models[].input.layout: ${model.layout}\`, or leave it out.` },
    );
  }
  if (model.channels !== undefined && model.channels !== channels) {
    throw new InputError(
      'MODEL_INPUT_CHANNELS',
      `the model takes ${String(model.channels)} channel${model.channels === 1 ? '' : 's'}, but its input is set to ${input.channels}`,
      {
        ...place,
        expected:
          model.channels === 1
            ? '"channels: grey"'
            : model.channels === 3
              ? '"channels: rgb" or "channels: bgr"'
              : 'one channel (grey) or three (colours)',
        hint:
          model.channels === 1
            ? 'Set `models[].input: {channels: grey}` for values from 0 to 1, or as the model was trained, such as {channels: grey, mean: [0.5], std: [0.5]}.'
            : model.channels === 3
              ? 'Leave "channels: grey" out.'
              : 'Export the model for colour or grey images.',
      },
    );
  }
  if ((model.height ?? height) !== height || (model.width ?? width) !== width) {
    throw new InputError(
      'MODEL_INPUT_SIZE',
      `the model takes images of ${String(model.width ?? 'any')} x ${String(model.height ?? 'any')} pixels, but its input is set to ${String(width)} x ${String(height)}`,
      {
        ...place,
        hint: `Set \`models[].input: {width: ${String(model.width ?? width)}, height: ${String(model.height ?? height)}}\`, with mean and std where the model wants others than those of ImageNet.`,
      },
    );
  }
  return layout;
}
