import type { Embedding, Relation, Tasks } from '../tables/study.ts';
import { listed } from '../page/number-text.ts';
import { moreOf, outcomeWords } from './predictor-words.ts';

/** Concepts that a component is told by. */
const conceptsTold = 3;

/** A relation as somebody new to it says it, such as "Models that spend more units on each material concept do worse on CIFAR10, accuracy." */
export function plainRelation(tasks: Tasks, relation: Relation, embedding: Embedding | undefined): string {
  const column = tasks.columns[relation.column];
  return `Models ${plainMore(relation.predictor, embedding)} do ${outcomeWords(column, relation.pearson)}.`;
}

function plainMore(predictor: string, embedding: Embedding | undefined): string {
  const component = /^pc(\d+)$/u.exec(predictor)?.[1];
  if (component !== undefined && embedding !== undefined && embedding.loadings.length > 0) {
    const at = Number(component) - 1;
    const concepts = [...embedding.loadings]
      .sort((a, b) => (b.loadings[at] ?? 0) - (a.loadings[at] ?? 0))
      .slice(0, conceptsTold)
      .map(({ concept }) => concept);
    return `with more units for ${listed(concepts)} (far along component ${component})`;
  }
  const [kind, category] = predictor.split(':');
  if (category === undefined) return `with ${moreOf(predictor)}`;
  if (kind === 'redundancy') return `that spend more units on each ${category} concept`;
  if (kind === 'unique') return `that know more different ${category} concepts`;
  return kind === 'matches' ? `with more units for ${category} concepts` : `with ${moreOf(predictor)}`;
}
