import { keepFrequentDefaults } from '@intermodel/data-loading';
import type { OptionRow } from './option-row.ts';

const names = { kind: 'list', of: { kind: 'text' }, fewest: 1, isUnique: true } as const;

/** Options that change the vocabulary of the labels. */
export const vocabularyOptions: readonly OptionRow[] = [
  {
    path: 'data.vocabulary',
    type: { kind: 'group', name: 'vocabulary', fewest: 1 },
    help: 'Changes of the vocabulary, made in this order before colours and halves of objects are added.',
  },
  {
    path: 'data.vocabulary.synonyms',
    type: { kind: 'text', names: 'file', role: 'synonyms' },
    help: 'CSV with the columns name and synonym: concepts of one category that become one.',
  },
  {
    path: 'data.vocabulary.categories',
    type: { kind: 'text', names: 'file', role: 'categories' },
    help: 'CSV with the columns name and category: concepts that change their category.',
  },
  {
    path: 'data.vocabulary.keep',
    type: names,
    otherwise: 'all',
    help: 'Names of the concepts that are kept; all others become unlabelled.',
  },
  { path: 'data.vocabulary.keepCategories', type: names, otherwise: 'all', help: 'Categories that are kept.' },
  {
    path: 'data.vocabulary.minimumImages',
    type: { kind: 'whole', unit: 'images', minimum: 0 },
    otherwise: 'none',
    help: `Fewest images in which a concept has to occur; Broden has ${String(keepFrequentDefaults.minimumImages)}.`,
  },
  {
    path: 'data.vocabulary.minimumCoverage',
    type: { kind: 'number', unit: 'images', minimum: 0 },
    otherwise: 'none',
    help: `Whole images' worth of pixels that a concept has to cover; Broden has ${String(keepFrequentDefaults.minimumCoverage)}.`,
  },
];
