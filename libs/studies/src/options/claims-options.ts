import { normalisations, profileDistances } from '@intermodel/embedding';
import type { OptionRow } from './option-row.ts';

const commands = ['dissect', 'embed', 'multiverse', 'reproduce'];
const heading = 'Embedding and scores';

/** Scopes of leaving models out in universes, in words. */
const scopes = {
  none: 'no others than in the study',
  families: 'any one family of models besides those of the study',
} as const;

/** Options of claims about models, and of the universes that they are judged in. */
export const claimsOptions: readonly OptionRow[] = [
  {
    path: 'claims',
    type: { kind: 'group', name: 'claims' },
    help: 'Claims about the models, judged in the study, its replicates, and universes of other choices; given an empty group, the study judges its own findings.',
  },
  {
    path: 'claims.file',
    type: { kind: 'text', names: 'file', role: 'claims' },
    otherwise: 'what the study finds itself',
    help: 'YAML file of claims (docs/claims.md).',
    flags: [
      {
        flags: '--claims <FILE>',
        commands,
        heading,
        help: 'File of claims to judge (reproduce: those of the paper by default).',
      },
    ],
  },
  {
    path: 'claims.universes',
    type: { kind: 'whole', minimum: 0, maximum: 100_000 },
    otherwise: '200 where claims are judged',
    help: 'Most universes besides the study itself: combinations of other defensible choices, drawn by the seed where there are more; 0 for none.',
    flags: [
      {
        flags: '--universes <N>',
        commands,
        heading,
        help: 'Most universes that claims are judged in (multiverse: 1000 by default).',
      },
    ],
    words: { name: 'universes' },
    enters: ['claims'],
  },
  {
    path: 'claims.gates',
    type: { kind: 'list', of: { kind: 'number', minimum: 0 }, fewest: 1, isUnique: true },
    otherwise: '0.5, 0.75, 1, 1.25, 1.75 and 2.5 times that of the study',
    help: 'Gates of universes; that of the study is always among them.',
    words: { name: 'gates of universes' },
    enters: ['claims'],
  },
  {
    path: 'claims.normalisations',
    type: { kind: 'list', of: { kind: 'choice', choices: normalisations }, fewest: 1, isUnique: true },
    otherwise: 'all',
    help: 'Weights of concepts of universes.',
    words: { name: 'weights of concepts of universes' },
    enters: ['claims'],
  },
  {
    path: 'claims.components',
    type: { kind: 'list', of: { kind: 'whole', minimum: 1 }, fewest: 1, isUnique: true },
    otherwise: '2, 3, 4',
    help: 'Numbers of components of universes, as far as there are so many.',
    words: { name: 'components of universes' },
    enters: ['claims'],
  },
  {
    path: 'claims.clusters',
    type: { kind: 'list', of: { kind: 'whole', minimum: 1 }, fewest: 1, isUnique: true },
    otherwise: '2, 3, 4',
    help: 'Numbers of categories of models of universes, as far as there are so many models.',
    words: { name: 'categories of models of universes' },
    enters: ['claims'],
  },
  {
    path: 'claims.distances',
    type: { kind: 'list', of: { kind: 'choice', choices: profileDistances }, fewest: 1, isUnique: true },
    otherwise: 'all',
    help: 'Distances of models of universes: Euclidean of profiles or components, or the cosine of profiles.',
    words: { name: 'distances of models of universes' },
    enters: ['claims'],
  },
  {
    path: 'claims.leaveOut',
    type: { kind: 'choice', choices: Object.keys(scopes) },
    otherwise: 'families',
    help: 'Which models are left out in universes besides those that the study leaves out: any one family, or none.',
    words: { name: 'models left out in universes', values: scopes },
    enters: ['claims'],
  },
];
