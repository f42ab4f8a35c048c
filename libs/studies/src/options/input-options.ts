import {
  activationDefaults,
  preprocessingPresets,
  type Preprocessing,
  type PreprocessingPreset,
} from '@intermodel/activation-streaming';
import { choicesOf } from './choices.ts';
import type { OptionRow, OptionStep } from './option-row.ts';

/** Choices of how an image becomes the input of a model. */
export const inputChoices = {
  preset: choicesOf<PreprocessingPreset>(preprocessingPresets),
  resize: choicesOf<Preprocessing['resize']>({ exact: 1, 'shortest-side': 1, 'squash-crop': 1 }),
  filter: choicesOf<Preprocessing['filter']>({ bilinear: 1, bicubic: 1, lanczos3: 1, nearest: 1 }),
  channels: choicesOf<Preprocessing['channels']>({ rgb: 1, bgr: 1, grey: 1 }),
  layout: choicesOf<Preprocessing['layout']>({ NCHW: 1, NHWC: 1, auto: 1 }),
} as const;

/** What inputs of one kind of model have of their own. */
export interface InputRows {
  /** Name of the group. */
  readonly name: string;
  /** What the input as a whole is. */
  readonly help: string;
  /** Default of the whole, and of its parts where these have one. */
  readonly default?: PreprocessingPreset;
  /** What holds where none is given. */
  readonly otherwise?: string;
  /** Settings that it has. */
  readonly keys: readonly (keyof Preprocessing | 'preset')[];
  /** Size where none is given. */
  readonly size: string;
  /** Orders of channels that it may have. */
  readonly channels: readonly Preprocessing['channels'][];
  /** More of the row of the whole. */
  readonly whole?: Pick<OptionRow, 'flags' | 'enters'>;
  /** Steps that take images of its size, whatever their values. */
  readonly geometrySteps?: readonly OptionStep[];
}

const sides = { kind: 'whole', unit: 'pixels', minimum: 1, maximum: 65_535 } as const;

/** Options of how an image becomes the input of a model. */
export function inputOptions(
  path: string,
  { name, help, default: preset, otherwise, keys, size, channels, whole, geometrySteps }: InputRows,
): readonly OptionRow[] {
  const usual = preprocessingPresets[activationDefaults.input];
  const fewest = channels.includes('grey') ? 1 : 3;
  const forGrey = fewest === 1 ? '; one number for grey' : '';
  const enters = geometrySteps === undefined ? {} : { enters: geometrySteps };
  /** A default of its own, or that of a preset above it. */
  const usually = (key: 'resize' | 'filter' | 'layout') =>
    preset === undefined ? { otherwise: usual[key] } : { default: usual[key] };
  const rows: Readonly<Record<keyof Preprocessing | 'preset', Omit<OptionRow, 'path'>>> = {
    preset: {
      type: { kind: 'choice', choices: inputChoices.preset },
      ...(preset === undefined ? { otherwise: activationDefaults.input } : { default: preset }),
      help: 'Preset that everything not given is taken from.',
    },
    width: { type: sides, otherwise: size, help: 'Columns of the input.', ...enters },
    height: { type: sides, otherwise: size, help: 'Rows of the input.', ...enters },
    resize: {
      type: { kind: 'choice', choices: inputChoices.resize },
      ...usually('resize'),
      help: '`exact` squashes the whole image; `shortest-side` scales it evenly and crops the centre; `squash-crop` squashes it to a square and crops the centre.',
      ...enters,
    },
    shortestSide: {
      type: sides,
      otherwise: 'the longer side of the input; 256 of the preset dissect-2020',
      help: 'Length that `shortest-side` scales the shorter side to, and `squash-crop` both sides, such as 256 for a crop of 224.',
      ...enters,
    },
    filter: {
      type: { kind: 'choice', choices: inputChoices.filter },
      ...usually('filter'),
      help: 'Filter of the resizing.',
      ...enters,
    },
    channels: {
      type: { kind: 'choice', choices: channels },
      otherwise: 'that of the preset',
      help: `Order of the channels${fewest === 1 ? '; grey: one channel of luma (ITU-R 601)' : ''}.`,
    },
    scale: {
      type: { kind: 'number', not: 0 },
      otherwise: 'that of the preset',
      help: `Factor of the bytes 0..255, such as 1/255 = ${String(1 / 255)}.`,
    },
    mean: {
      type: { kind: 'list', of: { kind: 'number' }, fewest, most: 3 },
      otherwise: 'that of the preset',
      help: `Subtracted after scaling, in the order of the channels${forGrey}.`,
    },
    std: {
      type: { kind: 'list', of: { kind: 'number', not: 0 }, fewest, most: 3 },
      otherwise: 'that of the preset',
      help: `Divides what is left, in the order of the channels${forGrey}.`,
    },
    layout: {
      type: { kind: 'choice', choices: inputChoices.layout },
      ...usually('layout'),
      help: "Order of the axes; `auto` takes what the sizes of the model's input tell.",
    },
  };
  return [
    {
      path,
      type: {
        kind: 'either',
        of: [
          { kind: 'choice', choices: inputChoices.preset },
          { kind: 'group', name },
        ],
      },
      ...(preset === undefined ? {} : { default: preset }),
      ...(otherwise === undefined ? {} : { otherwise }),
      help,
      ...whole,
    },
    ...keys.map((key) => ({ path: `${path}.${key}`, ...rows[key] })),
  ];
}
