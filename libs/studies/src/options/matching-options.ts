import {
  dissectionPresetNames,
  matchScores,
  type DissectionPreset,
  type DissectionPresetName,
  type MatchScoreName,
} from '@intermodel/concept-matching';
import { choicesOf } from './choices.ts';
import type { OptionRow } from './option-row.ts';

const heading = 'Matching';

/** What the presets of the dissection do. */
const presets = {
  'dissect-2020':
    'exact 99 % quantiles of upsampled maps, areas over all images, IoU above 0.04 (Bau et al. 2020; base of the published study)',
  'netdissect-2017':
    '99.5 % quantiles of raw maps, areas over images that hold the category, best label per category (Bau et al. 2017)',
  'netdissect-lite': 'as netdissect-2017, areas only of images where mask and category overlap',
  gandissect: '99.5 % quantiles of raw maps, IoU above 0.05 and information quality above 0.01 (Bau et al. 2019)',
} satisfies Readonly<Record<DissectionPresetName, string>>;

const comparisons = choicesOf<DissectionPreset['compare']>({ '>': 1, '>=': 1 });

const scores = choicesOf<MatchScoreName>(matchScores);

/** Gates of the scores but IoU, as help tells them. */
const gates = scores
  .filter((name) => name !== 'iou')
  .map((name) => `${String(Number(matchScores[name].gate.toPrecision(3)))} for ${matchScores[name].title}`)
  .join(', ');

const ofPreset = { otherwise: 'that of the preset' } as const;

/** Changes of the preset of the dissection. */
const matchingOptions: readonly OptionRow[] = [
  {
    path: 'matching',
    type: {
      kind: 'group',
      name: 'matching',
      about: 'Changes of a preset of the dissection; what is not given is that of the preset.',
    },
    help: 'Changes of the preset of the dissection.',
  },
  {
    path: 'matching.level',
    type: { kind: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
    ...ofPreset,
    help: "Share of the values under a unit's threshold.",
    words: { name: 'share of the values under a threshold' },
    enters: ['histogram', 'matches'],
  },
  {
    path: 'matching.rule',
    type: { kind: 'choice', choices: choicesOf<DissectionPreset['rule']>({ hazen: 1, linear: 1, 'inverted-cdf': 1 }) },
    ...ofPreset,
    help: 'How the level becomes a position among the sorted values.',
    words: { name: 'rule of the quantile' },
    enters: ['histogram', 'matches'],
  },
  {
    path: 'matching.values',
    type: { kind: 'choice', choices: choicesOf<DissectionPreset['values']>({ upsampled: 1, raw: 1 }) },
    ...ofPreset,
    help: 'Whether the quantile is one of the upsampled values or of the maps as they are.',
    enters: ['histogram', 'matches'],
  },
  {
    path: 'matching.compare',
    type: { kind: 'choice', choices: comparisons },
    ...ofPreset,
    help: 'By which comparison with its threshold an activation is active.',
    words: { name: 'comparison with the threshold' },
    enters: ['histogram', 'overlaps', 'matches'],
  },
  {
    path: 'matching.padding',
    type: {
      kind: 'choice',
      choices: choicesOf<DissectionPreset['padding']>({ zeros: 1, clamp: 1 }),
    },
    ...ofPreset,
    help: 'What lies outside a map when it is upsampled.',
    enters: ['histogram', 'matches'],
  },
  {
    path: 'matching.alignment',
    type: {
      kind: 'choice',
      choices: choicesOf<DissectionPreset['alignment']>({ 'half-pixel': 1, corners: 1 }),
    },
    ...ofPreset,
    help: 'Which points of map and label grid coincide.',
    enters: ['histogram', 'matches'],
  },
  {
    path: 'matching.ignoredPixels',
    type: {
      kind: 'choice',
      choices: choicesOf<DissectionPreset['ignoredPixels']>({ unlabelled: 1, 'left-out': 1 }),
    },
    ...ofPreset,
    help: 'Whether pixels that nobody judged count as unlabelled or are left out of every area.',
    enters: ['labels', 'overlaps', 'matches'],
  },
  {
    path: 'matching.areaScope',
    type: {
      kind: 'choice',
      choices: choicesOf<DissectionPreset['areaScope']>({
        all: 1,
        'category-in-image': 1,
        'category-under-mask': 1,
      }),
    },
    ...ofPreset,
    help: 'Which images count for the area of a unit.',
    words: { name: 'images that a concept’s area is counted over' },
    enters: ['overlaps', 'matches'],
  },
  {
    path: 'matching.epsilon',
    type: { kind: 'number', minimum: 0, maximum: 1 },
    ...ofPreset,
    help: 'What is added to a union before dividing.',
    enters: ['matches'],
  },
  {
    path: 'matching.matchScope',
    type: { kind: 'choice', choices: choicesOf<DissectionPreset['matchScope']>({ global: 1, 'per-category': 1 }) },
    ...ofPreset,
    help: 'How ties between concepts are broken.',
    enters: ['matches'],
  },
  {
    path: 'matching.score',
    type: { kind: 'choice', choices: scores },
    default: 'iou' satisfies MatchScoreName,
    help: "Score of unit and concept that units are matched by: intersection over union, F1, Matthews correlation, lift, precision, recall or Cohen's kappa.",
    flags: [
      {
        flags: '--score <NAME>',
        commands: ['embed', 'multiverse'],
        heading,
        help: 'Score that the gate is one of, in a column of its name.',
      },
      { flags: '--score <NAME>', commands: ['dissect'], heading, help: 'Score that units are matched by.' },
    ],
    words: {
      name: 'score that units are matched by',
      values: Object.fromEntries(scores.map((name) => [name, matchScores[name].definition])),
    },
    enters: ['matches'],
  },
  {
    path: 'matching.gate',
    type: { kind: 'number', minimum: 0 },
    otherwise: `that of the preset for IoU, ${gates}`,
    help: 'Score that a match must pass, at most 1 but for lift.',
    flags: [
      {
        flags: '--gate <SCORE>',
        commands: ['dissect'],
        heading,
        help: 'Score that a match must pass (default: that of the preset for IoU, the usual one of another score).',
      },
      {
        flags: '--gate <IOU>',
        commands: ['embed', 'multiverse'],
        heading,
        help: 'Score strictly above which a unit matches (default: 0.04 of IoU, the usual one of another score).',
      },
      {
        flags: '--gate <IOU>',
        commands: ['data info'],
        heading,
        help: 'IoU, or score of the study, that a unit has to exceed (default: that of the study, else 0.04).',
      },
    ],
    words: { name: 'IoU gate, strictly above' },
    enters: ['matches', 'profiles'],
  },
  {
    path: 'matching.compareGate',
    type: { kind: 'choice', choices: comparisons },
    ...ofPreset,
    help: 'By which comparison it must pass.',
    flags: [
      {
        flags: '--compare-gate <HOW>',
        commands: ['dissect'],
        heading,
        help: 'Whether a match must exceed the gate, or may equal it.',
      },
    ],
    words: { name: 'comparison with the gate' },
    enters: ['matches', 'profiles', 'embedding'],
  },
  {
    path: 'matching.minimumQuality',
    type: { kind: 'number', minimum: 0, maximum: 1 },
    ...ofPreset,
    help: 'Information quality ratio that a match must exceed; 0 for none.',
    enters: ['matches'],
  },
  {
    path: 'matching.minimumImages',
    type: { kind: 'whole', unit: 'images', minimum: 0 },
    ...ofPreset,
    help: 'Images in which a concept must occur to take part.',
    enters: ['matches'],
  },
  {
    path: 'matching.minimumCoverage',
    type: { kind: 'number', unit: 'images', minimum: 0 },
    ...ofPreset,
    help: "Whole images' worth of pixels that a concept must cover to take part.",
    enters: ['matches'],
  },
];

/** The same of the second variant; whoever computes under it takes its values for those of `matching`. */
function ofDiff({ path, flags, enters, ...row }: OptionRow): OptionRow {
  return {
    ...row,
    path: path.replace(/^matching/u, 'diffMatching'),
    ...(path === 'matching'
      ? {
          help: 'Changes of the second variant, which those of `matching` leave as it is.',
          words: { name: 'second preset' },
        }
      : {}),
  };
}

/** Options of how activations become concepts of units. */
export const dissectionOptions: readonly OptionRow[] = [
  {
    path: 'preset',
    type: { kind: 'choice', choices: dissectionPresetNames },
    default: dissectionPresetNames[0],
    help: 'How activations become concepts of units: a published variant of network dissection.',
    flags: [{ flags: '--preset <NAME>', commands: ['dissect'], heading, help: 'Variant of network dissection.' }],
    words: { values: presets },
  },
  {
    path: 'diffPreset',
    type: { kind: 'choice', choices: dissectionPresetNames },
    help: 'Second variant, run on the same activations; units whose concept changes are listed.',
    flags: [
      {
        flags: '--diff-preset <NAME>',
        commands: ['dissect'],
        heading,
        help: 'Second variant on the same activations and the label grid of --preset; lists the units whose concept changes in diff.csv.',
      },
    ],
    words: { name: 'second preset', values: presets },
  },
  ...matchingOptions,
  ...matchingOptions.map(ofDiff),
];
