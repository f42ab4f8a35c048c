import type { ScoreColumn } from '../tables/score-column.ts';

/** Says a predictor in words: `pc1` is "component 1", `unique:object` "unique object concepts". */
export function predictorWords(predictor: string): string {
  const component = /^pc(\d+)$/u.exec(predictor)?.[1];
  if (component !== undefined) return `component ${component}`;
  const [summary, category] = splitPredictor(predictor);
  if (category === undefined) return summary === 'matches' ? 'number of matching units' : predictor;
  if (summary === 'matches') return `units matching ${category} concepts`;
  if (summary === 'unique') return `unique ${category} concepts`;
  if (summary === 'redundancy') return `redundancy of ${category} concepts`;
  return predictor;
}

/** A larger value of a predictor in words: "a higher value of component 1", "more unique object concepts". */
export function moreOf(predictor: string): string {
  if (predictor === 'matches') return 'more matching units';
  if (predictorFamily(predictor) === 'Redundancy') return `a higher ${predictorWords(predictor)}`;
  return predictorFamily(predictor) === 'Components' || predictorFamily(predictor) === 'Other'
    ? `a higher value of ${predictorWords(predictor)}`
    : `more ${predictorWords(predictor)}`;
}

/** Short heading of a predictor: `pc1` is "C1", `unique:object` "object". */
export function predictorHeading(predictor: string): string {
  const component = /^pc(\d+)$/u.exec(predictor)?.[1];
  if (component !== undefined) return `C${component}`;
  const [summary, category] = splitPredictor(predictor);
  return category ?? (summary === 'matches' ? 'all' : predictor);
}

/** Family of a predictor, under which its heading stands. */
export function predictorFamily(predictor: string): string {
  if (/^pc\d+$/u.test(predictor)) return 'Components';
  const [summary] = splitPredictor(predictor);
  if (summary === 'matches') return 'Matching units';
  if (summary === 'unique') return 'Unique concepts';
  if (summary === 'redundancy') return 'Redundancy';
  return 'Other';
}

/** Score column in words: "CIFAR10, accuracy". */
export function columnWords({ dataset, metric, column }: ScoreColumn): string {
  const words = [dataset, metric].filter((word) => word !== '');
  return words.length === 0 ? column : words.join(', ');
}

/** How models do on a column that have more of what a relation is about: "better on CIFAR10, accuracy". */
export function outcomeWords(column: ScoreColumn | undefined, pearson: number): string {
  const better = (column?.higherIsBetter ?? true) === pearson > 0;
  return `${better ? 'better' : 'worse'} on ${column === undefined ? '' : columnWords(column)}`;
}

/** The score column that partial correlations are given, in words: "ImageNet, accuracy". */
export function givenWords(columns: readonly ScoreColumn[], given: string): string {
  const column = columns.find((each) => each.column === given);
  return column === undefined ? given : columnWords(column);
}

function splitPredictor(predictor: string): readonly [string, string | undefined] {
  const colon = predictor.indexOf(':');
  return colon < 0 ? [predictor, undefined] : [predictor.slice(0, colon), predictor.slice(colon + 1)];
}
