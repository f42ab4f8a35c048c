import { activationDefaults } from '@intermodel/activation-streaming';
import { inputChoices, inputOptions } from './input-options.ts';
import type { OptionRow } from './option-row.ts';

const models = { commands: ['dissect', 'probe', 'features'], heading: 'Models' } as const;

const sides = { kind: 'whole', unit: 'cells', minimum: 1, maximum: 65_535 } as const;

/** Options of the models. */
export const modelOptions: readonly OptionRow[] = [
  {
    path: 'models',
    type: {
      kind: 'list',
      of: { kind: 'group', name: 'model', about: 'A model, and how it is fed and read.' },
      fewest: 1,
      most: 10_000,
    },
    isRequired: true,
    help: 'Models to compare, at least one.',
    flags: [
      {
        flags: '--model <[NAME=]FILE[:LAYER]>',
        ...models,
        help: 'ONNX file, a name for it (default: that of the file, with the folder where several files have one name), and a tensor of it (default: the last map before global pooling).',
      },
    ],
  },
  {
    path: 'models[].name',
    type: { kind: 'text', longest: 100 },
    isRequired: true,
    help: "Name in tables and figures, and of the model's folder in the output.",
    enters: ['matches'],
  },
  {
    path: 'models[].file',
    type: { kind: 'text', names: 'file', role: 'model' },
    help: 'ONNX file, or a checkpoint.',
  },
  {
    path: 'models[].checkpoint',
    type: { kind: 'text', names: 'file', role: 'model' },
    help: 'Checkpoint as it was published (torch, safetensors, NumPy, flax, TensorFlow), instead of `file`: recognised, and built as an ONNX graph (`intermodel checkpoint FILE` tells what is in it).',
  },
  {
    path: 'models[].family',
    type: { kind: 'text' },
    otherwise: 'recognised by the names and shapes of its tensors',
    help: 'Family of a checkpoint, such as moco-v2: how its tensors are named, what its weights do not tell, and its preprocessing.',
  },
  {
    path: 'models[].recipe',
    type: { kind: 'text', names: 'file', role: 'recipe' },
    help: 'YAML file that describes a family of your own, as those that are built in are described.',
  },
  {
    path: 'models[].take',
    type: { kind: 'text' },
    otherwise: 'as the family says',
    help: 'Dictionary of a checkpoint that holds the weights, such as teacher or state_dict.',
  },
  {
    path: 'models[].strip',
    type: { kind: 'list', of: { kind: 'text' }, fewest: 1, isUnique: true },
    otherwise: 'as the family says',
    help: 'Prefixes that are taken off the names of the tensors of a checkpoint, such as module.encoder_q.',
  },
  {
    path: 'models[].heads',
    type: { kind: 'whole', unit: 'heads', minimum: 1, maximum: 1024 },
    otherwise: 'as the family says',
    help: 'Attention heads of a transformer, which the weights of a checkpoint do not tell.',
  },
  {
    path: 'models[].layer',
    type: { kind: 'text', names: 'tensor' },
    otherwise: 'the last spatial map before global pooling',
    help: 'Tensor to dissect (`intermodel layers MODEL` lists them).',
  },
  {
    path: 'models[].layers',
    type: { kind: 'list', of: { kind: 'text', names: 'tensor' }, fewest: 1, isUnique: true },
    help: 'Several tensors to dissect, in one forward pass.',
  },
  {
    path: 'models[].classifier',
    type: { kind: 'text', names: 'tensor' },
    otherwise: 'none',
    help: 'Tensor of the scores or probabilities of the classes that the model was trained on (images x classes), by which LEEP rates it on `tasks`.',
  },
  {
    path: 'models[].twin',
    type: { kind: 'truth' },
    default: false,
    help: 'Dissects an untrained twin beside the model, NAME-twin: the same graph with weights drawn from `seed`, read and fed alike. It is left out of the embedding, and tells how many units match without training.',
    flags: [
      {
        flags: '--twin',
        commands: ['dissect'],
        heading: 'Models',
        help: 'Dissect an untrained twin beside each model given, as a baseline of its architecture.',
      },
    ],
  },
  ...inputOptions('models[].input', {
    name: 'input',
    help: "How an image becomes the model's input: a preset, or settings on top of one (imagenet, if none is named). Input = (byte x scale - mean) / std.",
    default: activationDefaults.input,
    keys: [
      'preset',
      'width',
      'height',
      'resize',
      'shortestSide',
      'filter',
      'channels',
      'scale',
      'mean',
      'std',
      'layout',
    ],
    size: 'that which the model fixes, else 224, unless width or height are given',
    channels: inputChoices.channels,
    whole: {
      flags: [
        {
          flags: '--input <INPUT>',
          ...models,
          help: `Preprocessing of all models given (for different ones write a study file): ${inputChoices.preset.join(', ')}, or its parts such as "{width: 32, height: 32, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}".`,
        },
      ],
      // As it is resolved: every setting.
      enters: ['maps', 'histogram', 'top', 'own', 'features'],
    },
    // Labels and thumbnails are brought to the size of the input, and are the same for models that normalise otherwise.
    geometrySteps: ['labels', 'gallery'],
  }),
  {
    path: 'models[].tokens',
    type: { kind: 'group', name: 'tokens', fewest: 1 },
    help: 'How the tokens of a vision transformer lie on the image; what is not given is inferred.',
  },
  {
    path: 'models[].tokens.prefix',
    type: { kind: 'whole', unit: 'tokens', minimum: 0, maximum: 65_535 },
    otherwise: 'inferred',
    help: 'Class and register tokens before those of the grid.',
  },
  {
    path: 'models[].tokens.height',
    type: sides,
    beside: ['width'],
    otherwise: 'inferred',
    help: 'Rows of the grid.',
  },
  {
    path: 'models[].tokens.width',
    type: sides,
    beside: ['height'],
    otherwise: 'inferred',
    help: 'Columns of the grid.',
  },
];
