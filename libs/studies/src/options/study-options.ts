import type { OptionRow } from './option-row.ts';

/** Options of a study as a whole. */
export const headOptions: readonly OptionRow[] = [
  { path: '$schema', type: { kind: 'text', mayBeEmpty: true }, help: 'Schema for editors; not read.' },
  {
    path: 'title',
    type: { kind: 'text' },
    default: 'Inter-model study',
    help: 'Headline of the report.',
    flags: [{ flags: '--title <TEXT>', commands: ['dissect', 'embed', 'multiverse'], heading: 'Report' }],
  },
  {
    path: 'abstract',
    type: { kind: 'text' },
    otherwise: 'nothing',
    help: 'What the study asks and from what, in a few sentences; stands below the headline of the report.',
    flags: [
      {
        flags: '--abstract <TEXT>',
        commands: ['dissect', 'embed', 'multiverse'],
        heading: 'Report',
        help: 'A few sentences below the headline.',
      },
    ],
  },
];

/** The option of everything that is random. */
export const seedOptions: readonly OptionRow[] = [
  {
    path: 'seed',
    type: { kind: 'whole', minimum: 0, maximum: 2_147_483_647 },
    default: 0,
    help: 'Seed of everything that is random.',
    flags: [
      {
        flags: '--seed <N>',
        commands: ['dissect', 'embed', 'multiverse', 'reproduce', 'relate', 'probe', 'twin'],
        heading: 'Embedding and scores',
        help: 'Seed of everything that is random: permutations, bootstrap, k-means, null replicates, weights of a twin.',
      },
    ],
    words: { name: 'seed of everything that is random' },
    enters: ['nulls', 'replicates', 'embedding', 'bootstrap', 'relations', 'probe'],
  },
];
