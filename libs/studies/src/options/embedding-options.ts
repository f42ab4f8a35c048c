import {
  corrections,
  permutationScopes,
  relationDefaults,
  type Correction,
  type PermutationScope,
} from '@intermodel/cross-task-analysis';
import { resampleMatchesDefaults, type ReplicateThresholds } from '@intermodel/concept-matching';
import { modelNameRules, textEncodings, type ModelNameRule } from '@intermodel/data-loading';
import {
  embeddingPresets,
  normalisations,
  resampleUnitsDefaults,
  type EmbeddingPresetName,
  type Normalisation,
  type Resampled,
} from '@intermodel/embedding';
import { choicesOf } from './choices.ts';
import type { OptionRow } from './option-row.ts';

const heading = 'Embedding and scores';

/** What the presets of the embedding do. */
const presets = {
  'paper-2022':
    'the published embedding: seven models left out of the fit, the first concept dropped as the published code did (Mustapha et al. 2022)',
  default: 'no model left out, no concept dropped',
} satisfies Readonly<Record<EmbeddingPresetName, string>>;

const weights = {
  'per-category': 'units of the concept divided by the distinct concepts of its category that any model matches',
  count: 'units of the concept',
  'share-of-units': 'units of the concept divided by all units of the model',
  'share-of-matches': 'units of the concept divided by the matches of the model',
  presence: '1 where the model has the concept',
  hellinger: 'square root of the share of the model’s matches',
} satisfies Readonly<Record<Normalisation, string>>;

const rules = {
  exact: 'as they stand',
  'strip-suffix': 'without a suffix in parentheses',
} satisfies Readonly<Record<ModelNameRule, string>>;

const drawn = {
  images: 'images, in blocks: what would have come of other images',
  units: 'units of each model: what would have come of other units',
} satisfies Readonly<Record<Resampled, string>>;

const replicateThresholds = {
  fixed: 'those of all images',
  redrawn: 'quantiles of its own images',
} satisfies Readonly<Record<ReplicateThresholds, string>>;

const usual = embeddingPresets.default;

/** Options of the embedding, of scores and of relations to them. */
export const embeddingOptions: readonly OptionRow[] = [
  {
    path: 'scores',
    type: {
      kind: 'either',
      of: [
        { kind: 'text', names: 'file', role: 'scores' },
        { kind: 'list', of: { kind: 'text', names: 'file', role: 'scores' }, fewest: 1, isUnique: true },
      ],
    },
    otherwise: 'nothing is related',
    help: 'Benchmark scores of the models, CSV or Arrow: one file or a list.',
    flags: [
      {
        flags: '--scores <FILE>',
        commands: ['dissect', 'embed', 'multiverse', 'relate'],
        heading,
        help: 'Table of scores to relate to, wide or tidy.',
      },
    ],
  },
  {
    path: 'scoreColumns',
    type: { kind: 'text', names: 'file', role: 'score columns' },
    beside: ['scores'],
    otherwise: 'they are those of published tables',
    help: 'CSV that says what the columns of wide score tables mean: column, task, dataset, metric, higherIsBetter.',
    flags: [{ flags: '--score-columns <FILE>', commands: ['embed', 'multiverse', 'relate'], heading }],
  },
  {
    path: 'modelNames',
    type: { kind: 'choice', choices: choicesOf<ModelNameRule>(modelNameRules) },
    otherwise: 'as the preset of the embedding says',
    help: 'Whether the models of score tables are named exactly as here, or with a suffix in parentheses.',
    flags: [
      {
        flags: '--model-names <RULE>',
        commands: ['embed', 'multiverse', 'relate', 'place'],
        heading,
        help: 'How names of models are read (default: exact).',
      },
    ],
    words: { name: 'model names', values: rules },
    enters: ['relations'],
  },
  {
    path: 'encoding',
    type: { kind: 'choice', choices: choicesOf(textEncodings) },
    otherwise: 'utf-8',
    help: 'Encoding of the CSV tables of scores; a byte-order mark goes before it.',
    flags: [
      {
        flags: '--encoding <NAME>',
        commands: ['dissect', 'embed', 'multiverse', 'relate', 'place'],
        heading,
        help: 'Encoding of CSV files without a byte-order mark (default: utf-8).',
      },
    ],
    enters: ['relations'],
  },
  {
    path: 'embedding',
    type: { kind: 'group', name: 'embedding' },
    help: 'The embedding of models by their concepts, and the categories of models.',
  },
  {
    path: 'embedding.preset',
    type: { kind: 'choice', choices: choicesOf<EmbeddingPresetName>(embeddingPresets) },
    default: 'default' satisfies EmbeddingPresetName,
    help: 'Choices that the others change; of the models that `paper-2022` leaves out, those in this study.',
    flags: [
      { flags: '--preset <NAME>', commands: ['embed', 'multiverse'], heading, help: 'Named choices.' },
      {
        flags: '--preset <NAME>',
        commands: ['reproduce'],
        heading,
        help: 'Named choices: paper-2022 gives the published figures; default drops no concept (default: paper-2022).',
      },
    ],
    words: { values: presets },
  },
  {
    path: 'embedding.components',
    type: { kind: 'whole', minimum: 1 },
    otherwise: `${String(usual.components)}, or one fewer than models if that is less`,
    help: 'Principal components, fewer than models.',
    flags: [
      {
        flags: '--components <N>',
        commands: ['dissect', 'embed', 'multiverse'],
        heading,
        help: 'Principal components.',
      },
    ],
    words: { name: 'principal components' },
    enters: ['embedding'],
  },
  {
    path: 'embedding.clusters',
    type: { kind: 'whole', minimum: 1 },
    otherwise: `${String(usual.clusters)}, or the number of models if that is less`,
    help: 'Categories of models.',
    flags: [{ flags: '--clusters <K>', commands: ['dissect', 'embed', 'multiverse'], heading }],
    words: { name: 'categories of models' },
    enters: ['embedding'],
  },
  {
    path: 'embedding.exclude',
    type: { kind: 'list', of: { kind: 'text' }, isUnique: true },
    otherwise: 'those of the preset',
    help: 'Models left out of the fit; their concepts count as columns all the same.',
    flags: [
      { flags: '--exclude <MODEL>', commands: ['embed', 'multiverse'], heading, help: 'Leave a model out of the fit.' },
    ],
    words: { name: 'models left out of the fit' },
    enters: ['embedding'],
  },
  {
    path: 'embedding.normalisation',
    type: { kind: 'choice', choices: normalisations },
    otherwise: `that of the preset (${usual.normalisation})`,
    help: 'How counts of units become weights.',
    flags: [
      { flags: '--normalisation <NAME>', commands: ['embed', 'multiverse'], heading, help: 'Weights of concepts.' },
    ],
    words: { name: 'weights of concepts', values: weights },
    enters: ['profiles'],
  },
  {
    path: 'embedding.dropFirstConcept',
    type: { kind: 'truth' },
    otherwise: 'as the preset says',
    help: 'Whether the first concept in (category, label) order is dropped, as the published code did by mistake.',
    words: { name: 'first concept dropped, as the published code did' },
    enters: ['embedding'],
  },
  {
    path: 'embedding.frozen',
    type: { kind: 'text', names: 'folder', role: 'embedding' },
    help: 'Output folder of an earlier run: models are placed in its embedding, which stays as it is; no other key may stand beside it.',
  },
  {
    path: 'resampling',
    type: { kind: 'group', name: 'resampling' },
    help: 'How sure profiles and embedding are: what would have come of other images, or other units.',
  },
  {
    path: 'resampling.replicates',
    type: { kind: 'whole', minimum: 0, maximum: 100_000 },
    default: resampleUnitsDefaults.replicates,
    help: 'Bootstrap replicates that intervals and ellipses come from, and permutations that components are tested by; 0 leaves both out.',
    flags: [{ flags: '--replicates <N>', commands: ['dissect', 'embed', 'multiverse', 'reproduce'], heading }],
    words: { name: 'bootstrap replicates, and permutations that components are tested by' },
    enters: ['embedding', 'bootstrap'],
  },
  {
    path: 'resampling.over',
    type: { kind: 'choice', choices: choicesOf<Resampled>(drawn) },
    default: 'images' satisfies Resampled,
    help: 'What is drawn with replacement: images in blocks, so that IoU has intervals too, or units, which needs no count; tables of units have no images to draw.',
    flags: [{ flags: '--resample <WHAT>', commands: ['dissect', 'run', 'watch', 'status', 'clean'], heading }],
    words: { name: 'what is drawn with replacement', values: drawn },
  },
  {
    path: 'resampling.blocks',
    type: { kind: 'whole', unit: 'blocks', minimum: 2, maximum: 10_000 },
    default: resampleMatchesDefaults.blocks,
    help: 'Most blocks that images are cut into to be drawn; memory and time grow with them.',
    flags: [{ flags: '--blocks <N>', commands: ['dissect', 'run', 'watch', 'status', 'clean'], heading }],
    words: { name: 'most blocks of images' },
    enters: ['replicates'],
  },
  {
    path: 'resampling.thresholds',
    type: { kind: 'choice', choices: choicesOf<ReplicateThresholds>(replicateThresholds) },
    default: 'fixed' satisfies ReplicateThresholds,
    help: 'Thresholds of a replicate: those of all images, or quantiles of the images it has, rounded to one of nine; the latter goes through all maps up to 18 times and keeps more of them.',
    flags: [
      { flags: '--resample-thresholds <HOW>', commands: ['dissect', 'run', 'watch', 'status', 'clean'], heading },
    ],
    words: { name: 'thresholds of replicates', values: replicateThresholds },
    enters: ['replicates'],
  },
  {
    path: 'relations',
    type: { kind: 'group', name: 'relations' },
    help: 'Relations of the embedding to scores.',
  },
  {
    path: 'relations.permutations',
    type: { kind: 'whole', minimum: 1 },
    default: relationDefaults.permutations,
    help: 'Orderings drawn where there are too many to try all.',
    flags: [{ flags: '--permutations <N>', commands: ['relate'], heading }],
    words: { name: 'orderings of permutation tests' },
    enters: ['relations'],
  },
  {
    path: 'relations.families',
    type: { kind: 'text', names: 'file', role: 'model families' },
    otherwise: 'every model is its own family',
    help: 'Table that says which models are of one family (one code base, one method), CSV or Arrow: model, family and, if wanted, reason; it may be one of scores. No relation that hangs on a single family is called supported.',
    flags: [
      {
        flags: '--families <FILE>',
        commands: ['dissect', 'embed', 'multiverse', 'relate', 'reproduce'],
        heading,
        help: 'Table of the families of the models: model, family, reason (reproduce: a bundled one by default).',
      },
    ],
  },
  {
    path: 'relations.given',
    type: { kind: 'text' },
    otherwise: 'only given the number of matching units',
    help: 'Score column given which relations are stated too, as partial correlations: `dt_ImageNet`.',
    flags: [
      {
        flags: '--given <COLUMN>',
        commands: ['dissect', 'embed', 'multiverse', 'relate', 'reproduce'],
        heading,
        help: 'Score column given which partial correlations are stated (reproduce: dt_ImageNet by default).',
      },
    ],
    words: { name: 'partial correlations given' },
    enters: ['relations'],
  },
  {
    path: 'relations.correction',
    type: { kind: 'choice', choices: choicesOf<Correction>(corrections) },
    default: relationDefaults.correction,
    help: 'Correction for the number of tests that decides which relations are supported: false discovery rate of independent tests or of any, or family-wise error by the maximum statistic.',
    flags: [
      { flags: '--correction <NAME>', commands: ['dissect', 'embed', 'multiverse', 'relate', 'reproduce'], heading },
    ],
    words: { name: 'correction of relations', values: corrections },
    enters: ['relations'],
  },
  {
    path: 'relations.permuteWithin',
    type: { kind: 'choice', choices: choicesOf<PermutationScope>(permutationScopes) },
    default: relationDefaults.permuteWithin,
    help: 'Among which models permutation tests exchange scores: among all, or only within families, so that what goes with families is no evidence.',
    flags: [
      {
        flags: '--permute-within <SCOPE>',
        commands: ['dissect', 'embed', 'multiverse', 'relate', 'reproduce'],
        heading,
      },
    ],
    words: { name: 'exchange of models by permutation tests', values: permutationScopes },
    enters: ['relations'],
  },
];
