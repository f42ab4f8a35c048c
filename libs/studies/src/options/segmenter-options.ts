import type { Preprocessing } from '@intermodel/activation-streaming';
import {
  segmenterHeadDefaults,
  segmenterPresetNames,
  type SegmenterHead,
  type SegmenterPresetName,
} from '@intermodel/data-loading';
import { choicesOf } from './choices.ts';
import { inputChoices, inputOptions } from './input-options.ts';
import type { OptionRow } from './option-row.ts';

const images = { commands: ['dissect', 'data info', 'data show'], heading: 'Images and labels' } as const;

const presets = choicesOf<SegmenterPresetName>(segmenterPresetNames);

const name = { kind: 'text' } as const;

/** Options of a segmentation model in the place of label files. */
export const segmenterOptions: readonly OptionRow[] = [
  {
    path: 'data.segmenters',
    type: {
      kind: 'list',
      of: {
        kind: 'group',
        name: 'segmenter',
        about:
          'A segmentation model: a usual export by its preset, or its heads one by one. Each image is segmented once for all models.',
      },
      fewest: 1,
    },
    help: 'Segmentation models that label the images, instead of label files; their concepts become one vocabulary.',
    flags: [
      {
        flags: '--segmenter <PRESET=FILE>',
        ...images,
        help: `ONNX segmentation model that labels the images instead of label files: ${presets.join(', ')} (other exports: in a study file).`,
      },
    ],
  },
  {
    path: 'data.segmenters[].file',
    type: { kind: 'text', names: 'file', role: 'segmenter' },
    help: 'ONNX file.',
  },
  {
    path: 'data.segmenters[].checkpoint',
    type: { kind: 'list', of: { kind: 'text', names: 'file', role: 'segmenter' }, fewest: 2, isUnique: true },
    help: 'Instead of `file`, for the preset dissect-2020: encoder and decoder of one network or both of the published study, as they were published, in any order.',
  },
  {
    path: 'data.segmenters[].preset',
    type: { kind: 'choice', choices: presets },
    help: 'Usual export: 150 classes of ADE20K, background and 20 classes of Pascal VOC, or unified parsing (objects, materials, parts). `dissect-2020`: the networks of the published study, from their checkpoints or as `intermodel import` writes them, fed and numbered as there.',
  },
  {
    path: 'data.segmenters[].tensors',
    type: { kind: 'list', of: { kind: 'text', names: 'tensor' }, fewest: 1, isUnique: true },
    otherwise: 'the one output or that named logits or out, or object, material and part',
    help: "Tensors of the preset's heads, in its order.",
  },
  {
    path: 'data.segmenters[].labels',
    type: {
      kind: 'either',
      of: [
        { kind: 'text', names: 'file', role: 'class names' },
        { kind: 'list', of: { kind: 'text', names: 'file', role: 'class names' }, fewest: 1, isUnique: true },
      ],
    },
    help: 'File labels.json that the network of unified parsing was published with; for dissect-2020 that of each network, in any order.',
    flags: [
      {
        flags: '--segmenter-labels <FILE>',
        ...images,
        help: 'File labels.json of the segmenters unified-parsing and dissect-2020.',
      },
    ],
  },
  {
    path: 'data.segmenters[].anyWidth',
    type: { kind: 'truth' },
    otherwise: 'they are refused',
    help: 'Whether checkpoints of networks of another width than the published ones are meant.',
  },
  ...inputOptions('data.segmenters[].input', {
    name: 'segmenterInput',
    help: 'How a whole image becomes the input: a preset, or settings on top of one (imagenet, if none is named). Input = (byte x scale - mean) / std.',
    otherwise: 'that of the preset of the segmenter, else imagenet',
    keys: ['preset', 'width', 'height', 'filter', 'channels', 'scale', 'mean', 'std'],
    size: '224',
    channels: inputChoices.channels.filter(
      (order): order is Exclude<Preprocessing['channels'], 'grey'> => order !== 'grey',
    ),
  }),
  {
    path: 'data.segmenters[].heads',
    type: {
      kind: 'list',
      of: { kind: 'group', name: 'segmenterHead', about: 'One output of a segmentation model.' },
      fewest: 1,
    },
    otherwise: 'those of the preset',
    help: 'Outputs of the model, where no preset is named.',
  },
  {
    path: 'data.segmenters[].heads[].tensor',
    type: { kind: 'text', names: 'tensor' },
    isRequired: true,
    help: 'Tensor of images x classes x height x width: logits or probabilities; or of class numbers, images x height x width or images x 1 x height x width.',
  },
  {
    path: 'data.segmenters[].heads[].category',
    type: name,
    isRequired: true,
    help: 'Category of its concepts, such as object.',
  },
  {
    path: 'data.segmenters[].heads[].classes',
    type: { kind: 'text', names: 'file', role: 'class names' },
    isRequired: true,
    help: 'CSV with the columns index (channel, from 0) and name, and if need be category and threshold; channels that are not listed mean nothing, such as the background.',
  },
  {
    path: 'data.segmenters[].heads[].decide',
    type: {
      kind: 'choice',
      choices: choicesOf<NonNullable<SegmenterHead['decide']>>({ argmax: 1, threshold: 1, numbers: 1 }),
    },
    otherwise: `numbers for a tensor of whole numbers, else ${segmenterHeadDefaults.decide}`,
    help: 'Whether the largest value of a pixel wins, every class above its threshold is there, or the values are class numbers. A tensor of a single class needs threshold.',
  },
  {
    path: 'data.segmenters[].heads[].confidence',
    type: { kind: 'number', minimum: 0, maximum: 1 },
    otherwise: 'any',
    help: 'Share of the softmax of the logits that the winner must have, else the pixel is unlabelled. Of probabilities, decide by threshold instead.',
  },
  {
    path: 'data.segmenters[].heads[].threshold',
    type: { kind: 'number' },
    otherwise: String(segmenterHeadDefaults.threshold),
    help: 'Value above which a pixel bears a class without a threshold of its own.',
  },
  {
    path: 'data.segmenters[].heads[].upsample',
    type: { kind: 'truth' },
    otherwise: 'they are',
    help: 'Whether values are upsampled to the size of the input before deciding, bilinearly or class numbers to the nearest.',
  },
  {
    path: 'data.segmenters[].heads[].ownedBy',
    type: { kind: 'text', names: 'tensor' },
    beside: ['owners'],
    help: 'Tensor of an earlier head, inside whose concepts those of this one are trusted.',
  },
  {
    path: 'data.segmenters[].heads[].owners',
    type: { kind: 'text', names: 'file', role: 'owners' },
    beside: ['ownedBy'],
    help: 'CSV with the columns owner and part: inside which concepts of that head each class is trusted.',
  },
];
