import { InputError, suggestName } from '@intermodel/errors';

/** Order of the axes of a model's input: channels first or last. */
export type InputLayout = 'NCHW' | 'NHWC';

/** How an image becomes the input of a model: every choice made, as a manifest records it. */
export interface Preprocessing {
  /** Rows of the input, in pixels. */
  readonly height: number;
  /** Columns of the input, in pixels. */
  readonly width: number;
  /**
   * `exact` squashes the whole image; `shortest-side` scales it evenly and crops the centre; `squash-crop` squashes it to a
   * square and crops the centre.
   */
  readonly resize: 'exact' | 'shortest-side' | 'squash-crop';
  /** Length that `shortest-side` scales the shorter side to, and `squash-crop` both sides, in pixels. */
  readonly shortestSide: number;
  /** Filter of the resizing. */
  readonly filter: 'bilinear' | 'bicubic' | 'lanczos3' | 'nearest';
  /** Order of the channels; `grey`: one channel of luma as ITU-R 601 and Pillow's `convert("L")` have it. */
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** Factor of the bytes 0..255. */
  readonly scale: number;
  /** Subtracted after scaling, in the order of `channels`; for `grey` three times the same. */
  readonly mean: readonly [number, number, number];
  /** Divides what is left, in the order of `channels`; for `grey` three times the same. */
  readonly std: readonly [number, number, number];
  /** Order of the axes; `auto` takes what the sizes of the model's input tell. */
  readonly layout: InputLayout | 'auto';
}

/** Channels that a model is given for an order of channels. */
export function channelCount(channels: Preprocessing['channels']): 1 | 3 {
  return channels === 'grey' ? 1 : 3;
}

/** What a user declares: any part of {@link Preprocessing}, and the preset that the rest is taken from. */
export type PreprocessingInput = Partial<Omit<Preprocessing, 'mean' | 'std'>> & {
  /**
   * Three numbers in the order of `channels`; one for `grey`. @default that of the preset; for `grey` 0 where that is
   * of colours
   */
  readonly mean?: readonly number[];
  /**
   * Three numbers in the order of `channels`; one for `grey`. @default that of the preset; for `grey` 1 where that is
   * of colours
   */
  readonly std?: readonly number[];
  /** Preset that holds for everything not declared. @default 'imagenet' */
  readonly preset?: string;
};

const base = {
  height: 224,
  width: 224,
  resize: 'exact',
  shortestSide: 224,
  filter: 'bilinear',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  layout: 'auto',
} as const satisfies Preprocessing;

/** Named ways to prepare images; the first is the default. */
export const preprocessingPresets = {
  /** As torchvision's ImageNet models want it. */
  imagenet: { ...base, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  /** 0..1 without mean and deviation, as SimCLR's checkpoints want it. */
  'zero-one': base,
  /** -1..1, as Inception, MobileNet and many transformers want it. */
  'minus-one-one': { ...base, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  /**
   * Bytes in order blue, green, red with the mean of ImageNet subtracted, as models from Caffe (and Keras' VGG and
   * ResNet) want it.
   */
  caffe: { ...base, channels: 'bgr', scale: 1, mean: [103.939, 116.779, 123.68] },
  /** ImageNet models as Network Dissection of 2020 fed them: squashed to 256 x 256, 224 x 224 of the centre. */
  'dissect-2020': {
    ...base,
    resize: 'squash-crop',
    shortestSide: 256,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
} as const satisfies Readonly<Record<string, Preprocessing>>;

/** Name of a preset of {@link preprocessingPresets}. */
export type PreprocessingPreset = keyof typeof preprocessingPresets;

const choices = {
  resize: ['exact', 'shortest-side', 'squash-crop'],
  filter: ['bilinear', 'bicubic', 'lanczos3', 'nearest'],
  channels: ['rgb', 'bgr', 'grey'],
  layout: ['NCHW', 'NHWC', 'auto'],
} as const;
const checks: Readonly<Record<string, { readonly expected: string; readonly passes: (value: unknown) => boolean }>> = {
  ...Object.fromEntries(
    ['height', 'width', 'shortestSide'].map((key) => [
      key,
      {
        expected: 'a whole number of pixels, at least 1',
        passes: (value: unknown) => Number.isInteger(value) && (value as number) >= 1,
      },
    ]),
  ),
  scale: { expected: 'a number other than 0', passes: (value) => Number.isFinite(value) && value !== 0 },
};

/** Whether a value is the mean (or, without 0, the deviation) of the channels. */
function isOfChannels(value: unknown, channels: Preprocessing['channels'], key: 'mean' | 'std'): value is number[] {
  if (!Array.isArray(value) || !value.every((number) => Number.isFinite(number) && (key === 'mean' || number !== 0)))
    return false;
  // What was filled in once may be filled in again: for grey it then stands three times.
  return value.length === 3 ? channels !== 'grey' || isEven(value) : value.length === 1 && channels === 'grey';
}

/**
 * Fills in a declared preprocessing from its preset, and checks it.
 *
 * @param declared name of a preset, or any of the settings (what is unknown of a study file)
 * @param file file that the declaration stands in, for messages
 * @throws InputError `PREPROCESSING_PRESET`, `PREPROCESSING_KEY` or `PREPROCESSING_VALUE`, with the nearest name.
 */
export function resolvePreprocessing(declared: string | PreprocessingInput = 'imagenet', file?: string): Preprocessing {
  const place = file === undefined ? {} : { file };
  const settings: Readonly<Record<string, unknown>> =
    typeof declared === 'string' ? { preset: declared } : { ...declared };
  const { preset: name = 'imagenet', ...own } = settings;
  const presets: Readonly<Record<string, Preprocessing>> = preprocessingPresets;
  const preset = typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined)
    throw new InputError('PREPROCESSING_PRESET', `there is no preprocessing "${String(name)}"`, {
      ...place,
      hint: suggestName(String(name), Object.keys(presets)),
    });
  for (const [key, value] of Object.entries(own)) {
    if (!(key in preset))
      throw new InputError('PREPROCESSING_KEY', `an input has no setting "${key}"`, {
        ...place,
        column: key,
        hint: suggestName(key, ['preset', ...Object.keys(preset)]),
      });
    const allowed: readonly string[] | undefined = key in choices ? choices[key as keyof typeof choices] : undefined;
    if (allowed !== undefined && !allowed.includes(String(value))) {
      throw new InputError('PREPROCESSING_VALUE', `"${String(value)}" is no ${key}`, {
        ...place,
        column: key,
        hint: suggestName(String(value), allowed),
      });
    }
    const check = checks[key];
    if (check?.passes(value) === false)
      throw new InputError('PREPROCESSING_VALUE', `${JSON.stringify(value)} is no ${key}`, {
        ...place,
        column: key,
        expected: check.expected,
      });
  }
  const merged = { ...preset, ...own };
  const ofChannels = (key: 'mean' | 'std', grey: number): Preprocessing['mean'] => {
    const value: unknown =
      merged.channels === 'grey' && !(key in own) ? [isEven(preset[key]) ? preset[key][0] : grey] : merged[key];
    if (!isOfChannels(value, merged.channels, key))
      throw new InputError('PREPROCESSING_VALUE', `${JSON.stringify(value)} is no ${key}`, {
        ...place,
        column: key,
        expected: `a list of ${merged.channels === 'grey' ? 'one number' : 'three numbers'}${key === 'std' ? ' other than 0' : ''}`,
      });
    const [first = grey, second = first, third = first] = value;
    return [first, second, third];
  };
  // The longer side of the input is the smallest side that leaves something to crop everywhere.
  const isSaid = 'shortestSide' in own || (preset.resize !== 'exact' && merged.resize === preset.resize);
  const shortestSide = isSaid ? merged.shortestSide : Math.max(merged.height, merged.width);
  return { ...merged, mean: ofChannels('mean', 0), std: ofChannels('std', 1), shortestSide };
}

/** Whether all channels have the same value. */
function isEven([first, ...others]: readonly number[]): boolean {
  return others.every((value) => value === first);
}
