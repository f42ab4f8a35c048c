import { decimals, whole } from '../page/number-text.ts';
import type { Embedding, Trait } from '../tables/study.ts';

/** Factor by which means differ at least where a category of models is named after them. */
const tellingFactor = 1.15;

/** The mean units of a concept category that set a category of models apart most; undefined where none does. */
function telling({ traits }: Pick<Embedding, 'traits'>, group: number): Trait | undefined {
  const [strongest] = traits
    .filter(
      ({ group: own, trait, inside, outside }) =>
        own === group &&
        trait === 'matches' &&
        Math.max(inside, outside) >= tellingFactor * Math.max(1e-9, Math.min(inside, outside)),
    )
    .sort((a, b) => weight(b) - weight(a));
  return strongest;
}

/** How much a trait tells: by how many units, and by which factor. */
function weight({ inside, outside, difference }: Trait): number {
  return Math.abs(difference * Math.log((inside + 1) / (outside + 1)));
}

/**
 * Names of the categories of models from what sets each apart most: `object-heavy` where its models have more units for
 * objects than the others, `part-light` where they have fewer, `unremarkable` where no concept category tells. Two may
 * have one name: the letters remain their keys.
 */
export function categoryNames(embedding: Pick<Embedding, 'traits' | 'groups'>): readonly string[] {
  return Array.from({ length: embedding.groups }, (_, group) => {
    const trait = telling(embedding, group);
    if (embedding.groups < 2) return '';
    if (trait === undefined) return embedding.traits.length === 0 ? '' : 'unremarkable';
    return `${trait.category}-${trait.difference > 0 ? 'heavy' : 'light'}`;
  });
}

/** What sets a category of models apart, such as "750 object units against 376 in the others". */
export function categorySentence(embedding: Pick<Embedding, 'traits'>, group: number): string {
  const trait = telling(embedding, group);
  if (trait === undefined) return 'about as many units of every concept category as the others';
  const said = (value: number): string => (value >= 10 ? whole(value) : decimals(value, 1));
  return `${said(trait.inside)} ${trait.category} units against ${said(trait.outside)} in the others, on average`;
}
