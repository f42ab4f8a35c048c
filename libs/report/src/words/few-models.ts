import { counted } from '../page/number-text.ts';
import type { Embedding } from '../tables/study.ts';

/** Models for each component, and for each category of models, from which on findings are told of them. */
const modelsForEach = 3;

/** Models that each category has at least where findings are told of categories. */
const membersOfEach = 2;

/**
 * Whether shares of variance are a finding: n models always lie within n - 1 components, so that a few components hold
 * all of a few models whatever these are.
 */
export function tellsComponents({ points, components }: Pick<Embedding, 'points' | 'components'>): boolean {
  return points.length >= modelsForEach * components;
}

/** Whether categories are a finding: a category of one model is that model. */
export function tellsCategories({ points, groups }: Pick<Embedding, 'points' | 'groups'>): boolean {
  if (groups < 2 || points.length < modelsForEach * groups) return false;
  return Array.from({ length: groups }, (_, group) => points.filter((point) => point.group === group).length).every(
    (size) => size >= membersOfEach,
  );
}

/** What so few models do not allow to be said, with the rule; undefined where they allow all of it. */
export function fewModelsSentence(embedding: Pick<Embedding, 'points' | 'components' | 'groups'>): string | undefined {
  const lacking = [
    ...(tellsComponents(embedding) ? [] : ['components']),
    ...(embedding.groups < 2 || tellsCategories(embedding) ? [] : ['categories']),
  ];
  if (lacking.length === 0) return undefined;
  return `With ${counted(embedding.points.length, 'embedded model')}, ${lacking.join(' and ')} describe these models and nothing else: findings are told of components from ${String(modelsForEach)} models for each of them on, and of categories likewise where each has ${String(membersOfEach)} models or more.`;
}
