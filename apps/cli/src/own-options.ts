import { cacheMegabytesDefault } from '@intermodel/distribution';
import {
  extractFeaturesDefaults,
  featureFormats,
  featurePools,
  makeTwinDefaults,
  reportFormats,
  studyWaves,
  worldDefaults,
  worldLayouts,
  type OptionFlag,
  type OptionRow,
} from '@intermodel/pipelines';
import { importOptions, readingOptions } from './checkpoint-options.ts';
import { queueOptions } from './queue-options.ts';
import { submitOptions } from './submit-options.ts';

/** An option as a command has it: of a study, or of the app alone. */
export interface CommandOption {
  /** The option; of one that is no part of a study, the path is what functions call it. */
  readonly row: OptionRow;
  /** How the command takes it. */
  readonly flag: Omit<OptionFlag, 'heading'> & { readonly heading: Heading };
}

type Heading = OptionFlag['heading'] | 'Study';

/** Where an option stands: heading and commands. */
type Place = readonly [Heading, ...(readonly string[])];

const running = ['dissect', 'run', 'watch'];
const looking = ['status', 'clean', 'plan', 'work', 'submit'];
const embedding = ['embed', 'multiverse', 'reproduce'];
const all = [
  ...running,
  ...looking,
  ...embedding,
  'probe',
  'features',
  'layers',
  'checkpoint',
  'import',
  'twin',
  'doctor',
  'data info',
  'data show',
  'place',
  'relate',
  'options',
  'world',
];

const report: Place = ['Report', ...running, ...embedding, 'probe'];
const runs: Place = ['Store and machine', ...running, 'probe', 'features'];
const stores: Place = ['Store and machine', ...running, ...looking, 'probe', 'features'];
const works: Place = ['Store and machine', 'work'];
const cleans: Place = ['Store and machine', 'clean'];
const shows: Place = ['Store and machine', ...all];
const twins: Place = ['Models', 'twin'];
const info: Place = ['Matching', 'data info'];

/** An option whose flag takes a text, or none. */
function own(path: string, flags: string, place: Place, help: string, row: Partial<OptionRow> = {}): CommandOption {
  const [heading, ...commands] = place;
  const type = { kind: flags.includes('<') ? 'text' : 'truth' } as const;
  return { row: { path, type, help, ...row }, flag: { flags, commands, heading } };
}

const study =
  'Study file whose labelled images and data of tasks are shown as a run of it would see them, instead of options.';
const set =
  'Value (YAML) of an option of the study, whatever else says, such as data.maxPixels=400000000, or models[NAME].layer=LAYER of one model, models[].layer=LAYER of all; no value takes it out ("intermodel options" lists them).';
const storeHelp =
  'Folder, or bucket of an S3-compatible service, of finished steps, which are not run again; what a bucket needs is told by "intermodel work --help".';
const cache = 'Local folder for steps of a bucket that were read or written last; may be removed at any time.';
const runOut = 'Folder to write; a model appears there as soon as it is done.';
const placeOut = 'Also write placement.csv and placement.arrow into this folder.';
const formats = `Kinds of report, separated by commas: ${reportFormats.join(', ')}.`;
const featureForms = `Forms of the files, separated by commas: ${Object.keys(featureFormats).join(', ')}.`;
const figures = 'Also write every figure into this folder, as SVG and PNG with its data as CSV.';
const csv = 'Put an apostrophe before text in CSV files that a spreadsheet would take for a formula.';
const labels =
  'Also labels of segmentation models in a folder that a study names (runtime.labelCache): name all studies that share it.';
const shardsPerTask = 'Shards of images of one task: all workers of a study need the same.';
const unmeasured = 'Run no model to tell what tasks take: it stays open for models of which no task was done.';
const concurrency = 'Threads that find thresholds and overlaps once the images are through.';
const fewThreads = 'those of the machine, at most 4; one for few images';
const verbose = 'Say in a line on standard error which steps are run, done or found in the store.';

const submissions = 'Folder of scripts and logs of what was submitted to Slurm; needed where the store is a bucket.';
const batch =
  'Go on past tasks that fail, do not wait for what nobody makes, and end with an error that names both: for elements of job arrays.';

const texts = { type: { kind: 'list', of: { kind: 'text' } } } as const;
const share = { type: { kind: 'number', minimum: 0, maximum: 1 } } as const;
const whole = (minimum: number) => ({ type: { kind: 'whole', minimum } }) as const;

const worlds: Place = ['Study', 'world'];
const nuisance =
  'Something that goes with something else, and need not: THING@PLACE, a thing that occurs in one kind of place alone; THING=COLOUR, one that always has one colour.';

/** Options of commands that are no part of a study. */
export const ownOptions: readonly CommandOption[] = [
  own('study', '--study <FILE>', ['Study', 'data info', 'data show'], study),
  own('out', '--out <FILE>', ['Report', 'data show'], 'PNG file to write, or SVG where its name ends so.'),
  own(
    'set',
    '--set <PATH=VALUE>',
    ['Study', ...running, ...looking, 'doctor', 'probe', 'features', 'data info', 'data show'],
    set,
    texts,
  ),
  own('run', '--run', worlds, 'Run a whole study of it with the networks that come with the program.', {
    otherwise: 'draw the images and labels alone',
  }),
  own('images', '--images <N>', worlds, 'Scenes to draw.', { ...whole(1), default: worldDefaults.images }),
  own('seed', '--seed <N>', worlds, 'Seed that all is drawn from.', { ...whole(0), default: worldDefaults.seed }),
  own('nuisances', '--nuisance <WHAT>', worlds, nuisance, { ...texts, otherwise: 'none' }),
  own('layouts', '--layout <NAME>', worlds, `Layouts besides plain: ${worldLayouts.join(', ')}.`, {
    ...texts,
    otherwise: 'all',
  }),
  own('models', '--models <NAMES>', worlds, 'Networks of the study with --run, separated by commas.', {
    ...texts,
    otherwise: 'all',
  }),
  own('inputSize', '--size <PIXELS>', ['Models', 'layers'], 'Side of the input where the model leaves it open.', {
    ...whole(1),
    default: 224,
  }),
  ...readingOptions.map(([path, flags, help, row]) =>
    own(path, flags, ['Models', 'checkpoint', 'import', 'layers'], help, row),
  ),
  own('families', '--families', ['Models', 'checkpoint'], 'List the families that are known.', {
    otherwise: 'tell of a file',
  }),
  ...importOptions.map(([path, flags, help, row]) => own(path, flags, ['Models', 'import'], help, row)),
  own('twinImages', '--twin-images <N>', twins, 'Most images that statistics are measured on.', {
    ...whole(1),
    default: makeTwinDefaults.twinImages,
  }),
  own('input', '--input <INPUT>', twins, 'Preprocessing of these images: a preset or its parts, as of dissect.', {
    otherwise: 'as the file says, else imagenet',
  }),
  own('activeShare', '--active-share <SHARE>', info, 'Share of pixels on which a unit is active.', {
    ...share,
    otherwise: 'that of the study, else 0.01',
  }),
  own('fewImages', '--few-images <N>', info, 'Warn of concepts in fewer images.', { ...whole(0), default: 10 }),
  own(
    'embedding',
    '--embedding <DIR>',
    ['Embedding and scores', 'place', 'relate'],
    'Output folder of embed, reproduce or run.',
  ),
  own('out', '--out <DIR>', ['Report', ...running], runOut),
  own('out', '--out <DIR>', ['Report', ...embedding, 'relate'], 'Folder to write; an earlier run there is replaced.'),
  own('out', '--out <DIR>', ['Report', 'probe', 'features'], 'Folder to write; finished steps are kept in it.'),
  own('out', '--out <DIR>', ['Report', 'world'], 'Folder to write; with --run, finished steps are kept in it.'),
  own('out', '--out <FILE>', twins, 'ONNX file to write.'),
  own('pool', '--pool <POOL>', ['Report', 'features'], 'What becomes of the maps of a layer.', {
    type: { kind: 'choice', choices: featurePools },
    default: extractFeaturesDefaults.pool,
  }),
  own('featureFormats', '--format <NAMES>', ['Report', 'features'], featureForms, {
    default: extractFeaturesDefaults.formats.join(','),
  }),
  own('out', '--out <DIR>', ['Report', 'place'], placeOut),
  own('out', '--out <DIR>', ['Store and machine', ...looking], 'Output folder of the study.'),
  own('formats', '--format <NAMES>', report, formats, { default: 'html' }),
  own('figures', '--figures <DIR>', report, figures),
  own('spreadsheetCsv', '--spreadsheet-csv', [...report, 'place', 'relate'], csv, {
    otherwise: 'names as they are',
  }),
  own('store', '--store <DIR|s3://BUCKET/PREFIX>', stores, storeHelp, { otherwise: '.store in --out' }),
  own('cacheFolder', '--cache <DIR>', stores, cache, { otherwise: "intermodel in the user's cache folder" }),
  own('cacheMegabytes', '--cache-megabytes <N>', stores, 'MiB of steps in --cache; the oldest go first.', {
    ...whole(0),
    default: cacheMegabytesDefault,
  }),
  own(
    'graph',
    '--graph',
    ['Study', 'status'],
    'Draw the steps as a graph, Mermaid text, with what is done, stale and missing; dotted arrows: what a step only reads besides.',
    { otherwise: 'list them' },
  ),
  own('part', '--part <K/N>', works, 'Take the K-th of N parts of each wave, cut alike on every machine.', {
    otherwise: 'all tasks that nobody else holds',
  }),
  own('tasks', '--task <KEY>', works, 'Take this task ("intermodel plan --json" lists them).', texts),
  own('wave', '--wave <NAME>', works, 'Take the tasks of one wave.', {
    type: { kind: 'choice', choices: studyWaves },
    otherwise: 'all, in their order',
  }),
  own('shardsPerTask', '--shards-per-task <N>', ['Store and machine', 'plan', 'work', 'submit'], shardsPerTask, {
    ...whole(1),
    default: 8,
  }),
  own(
    'expectStudy',
    '--expect-study <HASH>',
    works,
    'Refuse a study, or a program, other than the one that "intermodel submit" handed out.',
    {
      otherwise: 'any study',
    },
  ),
  own('batch', '--batch', works, batch),
  own('submissions', '--submissions <DIR>', ['Store and machine', 'submit', 'status'], submissions, {
    otherwise: 'submissions in --store',
  }),
  ...queueOptions.map(([path, flags, help, row]) => own(path, flags, works, help, row)),
  ...submitOptions.map(([path, flags, help, row]) => own(path, flags, ['Store and machine', 'submit'], help, row)),
  own('unmeasured', '--unmeasured', ['Store and machine', 'plan', 'submit'], unmeasured, {
    otherwise: 'some are run on one image',
  }),
  own('remove', '--remove', cleans, 'Remove them.', { otherwise: 'list them' }),
  own('sharedLabels', '--labels', cleans, labels),
  own('verify', '--verify', runs, 'Hash input files again whose size and times have not changed.'),
  own('lock.waitMilliseconds', '--wait', runs, 'Wait for another run of the same store instead of refusing.'),
  own('concurrency', '--concurrency <N>', ['Store and machine', ...running, 'work'], concurrency, {
    ...whole(1),
    otherwise: fewThreads,
  }),
  own(
    'terminal.verbose',
    '--verbose',
    ['Store and machine', ...running, 'probe', 'features', 'work', 'world'],
    verbose,
  ),
  own('terminal.json', '--json', shows, 'Print the result as JSON on standard output.'),
  own('terminal.quiet', '--quiet', shows, 'Print nothing but errors.'),
];
