import type { MatchRule } from '@intermodel/numerics';
import type { NullChoice } from '@intermodel/concept-matching';
import { choicesOf } from './choices.ts';
import type { OptionRow } from './option-row.ts';

const matching = { commands: ['dissect', 'run', 'watch', 'status', 'clean'], heading: 'Matching' } as const;

const kinds = {
  exchange: 'labels exchanged among images: keeps where a unit fires and where a concept lies',
  roll: 'labels rolled over the edges of their image: keeps what is in an image and its shapes',
  both: 'labels exchanged, and labels rolled besides',
} satisfies Readonly<Record<NullChoice, string>>;

const pools = {
  none: 'those of the unit',
  alike: 'those of all units of the model whose best scores are alike by chance (the same tenth), scaled',
};

const rules = {
  gate: 'units that pass the gate, as published',
  significant: 'units that match better than chance (q at most 0.05)',
  both: 'units that pass the gate and match better than chance',
} satisfies Readonly<Record<MatchRule, string>>;

/** Options of the tests of matches against chance. */
export const significanceOptions: readonly OptionRow[] = [
  {
    path: 'significance',
    type: { kind: 'group', name: 'significance' },
    help: 'Tests of matches against chance.',
  },
  {
    path: 'significance.nulls',
    type: { kind: 'whole', unit: 'replicates', minimum: 0, maximum: 100_000 },
    default: 200,
    help: 'Replicates in which labels are taken from their images, to tell what chance gives; 0 for no tests. More can be added later.',
    flags: [{ flags: '--nulls <N>', ...matching, help: 'Replicates of the test against chance, 0 for none.' }],
    words: { name: 'null replicates' },
  },
  {
    path: 'significance.kind',
    type: { kind: 'choice', choices: choicesOf<NullChoice>(kinds) },
    default: 'exchange',
    help: 'How labels are taken from their images: exchanged among images of a shard, rolled over the edges of their own, or both, one after the other: what is significant is so against exchanged labels.',
    flags: [
      {
        flags: '--null-kind <KIND>',
        ...matching,
        help: 'Whether labels are exchanged among images, rolled within them, or both in turn.',
      },
    ],
    words: { name: 'null', values: kinds },
    enters: ['nulls'],
  },
  {
    path: 'significance.pool',
    type: { kind: 'choice', choices: Object.keys(pools) },
    default: 'none',
    help: 'Which replicates p compares a unit with: its own, or those of all units of the model whose best scores are alike by chance, scaled, so that p can be smaller than one in all replicates.',
    flags: [
      { flags: '--null-pool <POOL>', ...matching, help: 'Whether replicates of units are pooled: none or alike.' },
    ],
    words: { name: 'replicates that units are compared with', values: pools },
  },
  {
    path: 'significance.maximumImages',
    type: { kind: 'whole', unit: 'images', minimum: 8 },
    otherwise: 'all',
    help: 'Most images that the tests use: whole shards, at equal distances.',
    flags: [{ flags: '--null-images <N>', ...matching }],
    words: { name: 'most images of the tests' },
    enters: ['nulls'],
  },
  {
    path: 'significance.match',
    type: { kind: 'choice', choices: choicesOf<MatchRule>(rules) },
    default: 'gate',
    help: 'What counts as a match in profiles, embedding and report: passing the gate, being significant (q at most 0.05), or both.',
    flags: [
      {
        flags: '--match <RULE>',
        ...matching,
        commands: [...matching.commands, 'embed', 'multiverse'],
        help: 'What counts as a match: gate, significant or both.',
      },
    ],
    words: { name: 'what counts as a match', values: rules },
    enters: ['profiles', 'gallery'],
  },
];
