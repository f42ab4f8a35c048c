import { poolFeaturesDefaults, type PoolFeaturesOptions } from '@intermodel/activation-streaming';
import { probeDefaults, taskKinds, type TaskKind } from '@intermodel/transfer-probing';
import { datasetFormats, taskFormats, type DatasetFormatName, type TaskFormatName } from '@intermodel/data-loading';
import { choicesOf } from './choices.ts';
import { dataOptions } from './data-options.ts';
import type { OptionRow, OptionStep } from './option-row.ts';

const tasks = { commands: ['probe'], heading: 'Tasks' } as const;

/** Where the data of tasks are read from, which can also be looked into. */
const reading = { commands: ['probe', 'data info'], heading: 'Tasks' } as const;

const formats = choicesOf<TaskFormatName>(taskFormats);

const share = { kind: 'number', minimum: 0, maximum: 1 } as const;

const probing = ['probe'] as const satisfies readonly OptionStep[];

/** Options of labelled images that tasks have too. */
const sharedKeys = ['unpaired', 'encoding', 'imageSuffix', 'labelSuffix', 'ignore', 'reducedZero'].map(
  (key) => `data.${key}`,
);

/** Kinds of pooled features; heads on grids take the grid itself. */
const pools = choicesOf<Exclude<NonNullable<PoolFeaturesOptions['pool']>, 'grid'>>({
  mean: 1,
  max: 1,
  'class-token': 1,
});

/** Options of tasks of one's own, on which models are scored. */
export const taskOptions: readonly OptionRow[] = [
  {
    path: 'tasks',
    type: {
      kind: 'list',
      of: {
        kind: 'group',
        name: 'task',
        about:
          "A task of one's own: images with what is to be told of them, on which simple heads on the frozen features of each model are scored.",
      },
      fewest: 1,
      most: 1_000,
    },
    otherwise: 'no model is probed',
    help: "Tasks of one's own, which give scores of the models as score tables do.",
    flags: [{ flags: '--task <DIR>', ...tasks, help: 'Folder of images with what is to be told of them.' }],
  },
  {
    path: 'tasks[].name',
    type: { kind: 'text', longest: 100 },
    otherwise: 'the name of its folder',
    help: 'Name of its data set in tables.',
    flags: [{ flags: '--task-name <NAME>', ...tasks }],
  },
  {
    path: 'tasks[].kinds',
    type: { kind: 'list', of: { kind: 'choice', choices: choicesOf<TaskKind>(taskKinds) }, fewest: 1, isUnique: true },
    otherwise: 'all that the data allow',
    help: `What is measured: ${Object.entries(taskKinds)
      .map(([kind, { help }]) => `${kind} (${help})`)
      .join(', ')}.`,
    flags: [{ flags: '--kind <KIND>', ...tasks, help: 'What is measured (default: all that the data allow).' }],
  },
  {
    path: 'tasks[].format',
    type: { kind: 'choice', choices: formats },
    default: 'class-folders',
    help: `Layout of its data: ${Object.entries(taskFormats)
      .map(([name, { title }]) => `${name} (${title})`)
      .join('; ')}.`,
    flags: [{ flags: '--task-format <NAME>', ...reading, help: 'Layout of --task.' }],
  },
  {
    path: 'tasks[].root',
    type: { kind: 'text', names: 'folder', role: 'task' },
    help: 'Folder of the data in the layout of `format`.',
  },
  {
    path: 'tasks[].images',
    type: { kind: 'text', names: 'folder', role: 'task images' },
    otherwise: 'as the layout has it',
    help: 'Folder of images, where it is not that of the layout.',
    flags: [{ flags: '--task-images <DIR>', ...reading }],
  },
  {
    path: 'tasks[].annotations',
    type: { kind: 'text', names: 'file', role: 'task annotations' },
    otherwise: 'as the layout has it',
    help: 'File that says what holds of the images: CSV of image, label and, if they are given, split; or COCO JSON.',
    flags: [{ flags: '--task-annotations <FILE>', ...reading }],
  },
  {
    path: 'tasks[].labels',
    type: { kind: 'text', names: 'folder', role: 'task labels' },
    otherwise: 'as the layout has it',
    help: 'Folder of label images, surface normals or depths with the stems of the images.',
    flags: [{ flags: '--task-labels <DIR>', ...reading }],
  },
  {
    path: 'tasks[].labelNames',
    type: { kind: 'text', names: 'file', role: 'task label names' },
    otherwise: 'as the layout has it',
    help: 'CSV that names the numbers of label images: number, name, category.',
    flags: [{ flags: '--task-label-names <FILE>', ...reading }],
  },
  {
    path: 'tasks[].dataset',
    type: { kind: 'choice', choices: choicesOf<DatasetFormatName>(datasetFormats) },
    otherwise: 'plain',
    help: 'Layout of label planes, as of labelled images.',
    flags: [{ flags: '--task-dataset <NAME>', ...reading }],
  },
  {
    path: 'tasks[].parts',
    type: { kind: 'group', name: 'taskParts', fewest: 1 },
    otherwise: 'those found',
    help: 'Names that the layout has for the parts, such as train2017.',
  },
  { path: 'tasks[].parts.train', type: { kind: 'text' }, help: 'Name of the part that heads are fitted on.' },
  { path: 'tasks[].parts.val', type: { kind: 'text' }, help: 'Name of the part that choices are made on.' },
  { path: 'tasks[].parts.test', type: { kind: 'text' }, help: 'Name of the part that scores come from.' },
  {
    path: 'tasks[].depthScale',
    type: { kind: 'number', exclusiveMinimum: 0 },
    default: 1000,
    help: 'Units of 16-bit depth images that make one unit of depth, such as 1000 for millimetres to metres.',
    flags: [{ flags: '--depth-scale <N>', ...reading }],
    enters: probing,
  },
  ...dataOptions
    .filter(({ path }) => sharedKeys.includes(path))
    .map(({ path, type, otherwise, default: usual, help }): OptionRow => {
      const told = otherwise ?? (typeof usual === 'string' ? usual : 'nothing');
      const row = { path: path.replace('data.', 'tasks[].'), type, help, otherwise: told };
      return path === 'data.encoding' ? { ...row, flags: [{ flags: '--task-encoding <NAME>', ...reading }] } : row;
    }),
  {
    path: 'tasks[].split',
    type: { kind: 'group', name: 'taskSplit' },
    otherwise: 'as the data are split, else 0.7, 0.1 and 0.2',
    help: 'Shares of the images that are drawn for each part, where the data are not split.',
    flags: [{ flags: '--task-split <SPLIT>', ...reading, help: 'Shares such as "{train: 0.7, val: 0.1, test: 0.2}".' }],
  },
  { path: 'tasks[].split.train', type: share, default: 0.7, help: 'Share that heads are fitted on.' },
  { path: 'tasks[].split.val', type: share, default: 0.1, help: 'Share that choices are made on.' },
  { path: 'tasks[].split.test', type: share, default: 0.2, help: 'Share that scores come from.' },
  {
    path: 'tasks[].split.seed',
    type: { kind: 'whole', minimum: 0, maximum: 2_147_483_647 },
    default: 0,
    help: 'Seed of the draw.',
  },
  {
    path: 'tasks[].pool',
    type: { kind: 'choice', choices: pools },
    default: poolFeaturesDefaults.pool,
    help: 'What becomes of the maps of a layer where features are those of an image: their mean or maximum, or the token of the class.',
    flags: [{ flags: '--pool <POOL>', ...tasks }],
  },
  {
    path: 'tasks[].ways',
    type: { kind: 'whole', unit: 'classes', minimum: 2, maximum: 1_000 },
    default: probeDefaults.ways,
    help: 'Classes of an episode of few-shot classification.',
    enters: probing,
  },
  {
    path: 'tasks[].shots',
    type: {
      kind: 'list',
      of: { kind: 'whole', unit: 'images', minimum: 1, maximum: 1_000 },
      fewest: 1,
      isUnique: true,
    },
    default: probeDefaults.shots,
    help: 'Training images of each class in an episode.',
    enters: probing,
  },
  {
    path: 'tasks[].queries',
    type: { kind: 'whole', unit: 'images', minimum: 1, maximum: 1_000 },
    default: probeDefaults.queries,
    help: 'Test images of each class in an episode.',
    enters: probing,
  },
  {
    path: 'tasks[].episodes',
    type: { kind: 'whole', minimum: 2, maximum: 100_000 },
    default: probeDefaults.episodes,
    help: 'Episodes, the same for all models.',
    flags: [{ flags: '--episodes <N>', ...tasks }],
    enters: probing,
  },
  {
    path: 'tasks[].cells',
    type: { kind: 'whole', minimum: 100 },
    otherwise: 'as many as 256 MB hold',
    help: 'Cells of grids that a classifier is fitted on at most (detection, dense-classes), drawn with the seed: fewer take less time.',
    enters: probing,
  },
  {
    path: 'tasks[].replicates',
    type: { kind: 'whole', minimum: 100, maximum: 100_000 },
    default: probeDefaults.replicates,
    help: 'Bootstrap samples of the test images that intervals come from.',
    flags: [{ flags: '--replicates <N>', ...tasks }],
    enters: probing,
  },
];
