import type { OptionRow } from '@intermodel/pipelines';

/** An option of the commands that read checkpoints: path, flag, help and what else its row says. */
type CheckpointOption = readonly [path: string, flags: string, help: string, row?: Partial<OptionRow>];

const ofFamily = { otherwise: 'as the family says' };

/** Options of `intermodel checkpoint` and `intermodel import`; a study has them under `models[]`. */
export const readingOptions: readonly CheckpointOption[] = [
  [
    'family',
    '--family <NAME>',
    'Family of the checkpoint, such as moco-v2.',
    { otherwise: 'recognised by the names and shapes of its tensors' },
  ],
  ['recipe', '--recipe <FILE>', 'YAML file that describes a family of your own.'],
  ['take', '--take <NAME>', 'Dictionary that holds the weights, such as teacher.', ofFamily],
  [
    'strip',
    '--strip <PREFIX>',
    'Prefix that is taken off the names of tensors, such as module.encoder_q.',
    { type: { kind: 'list', of: { kind: 'text' } }, ...ofFamily },
  ],
  [
    'heads',
    '--heads <N>',
    'Attention heads of a transformer, which weights do not tell.',
    { type: { kind: 'whole', minimum: 1 }, ...ofFamily },
  ],
];

/** Options of `intermodel import` alone. */
export const importOptions: readonly CheckpointOption[] = [
  ['out', '--out <FILE|DIR>', 'ONNX file to write; for several checkpoints a folder.'],
  [
    'layer',
    '--layer <TENSOR>',
    'Last tensor of the model, such as layer3.',
    { otherwise: 'the one that is dissected' },
  ],
  ['head', '--head', 'Go on to the classifier, where the checkpoint has one.'],
  [
    'dtype',
    '--dtype <TYPE>',
    'Type of weights and activations.',
    { type: { kind: 'choice', choices: ['float32', 'float16'] }, default: 'float32' },
  ],
  [
    'weights',
    '--weights <PLACE>',
    'Whether weights stand inside the model, or it refers to where they lie in the checkpoint.',
    {
      type: { kind: 'choice', choices: ['inside', 'referred'] },
      otherwise: 'referred where the checkpoint is in the folder of the model or below, else inside',
    },
  ],
  [
    'importSize',
    '--size <PIXELS>',
    'Side of the images that a transformer or segmentation network is made for; other networks take images of any size.',
    { type: { kind: 'whole', minimum: 1 }, otherwise: 'that of the family; 224 for segmentation networks' },
  ],
  [
    'labels',
    '--labels <FILE>',
    'Names of the classes of a segmentation network, labels.json: the checkpoints are its encoder and decoder.',
    { type: { kind: 'list', of: { kind: 'text' } }, otherwise: 'the checkpoints are no segmentation networks' },
  ],
  ['logits', '--logits', 'With --labels: put out logits, not class numbers.'],
  ['anyWidth', '--any-width', 'With --labels: take networks of another width than the published one too.'],
];
