import type { Mutant } from '../mutant.ts';

/** Faults on the way from matches through profiles to embeddings. */
export const embeddingMutants: readonly Mutant[] = [
  {
    name: 'distances-not-squared',
    find: '.map((drawn) => drawn ** 2),\n        observed: distance ** 2,',
    replace: '.map((drawn) => drawn),\n        observed: distance,',
  },
  {
    name: 'offset-of-the-mean',
    find: 'Array.from(mean, (value, component) => value - (scores[',
    replace: 'Array.from(mean, (value, component) => value + (scores[',
  },
  { name: 'rule-of-three-for-images', find: "count === 0 && replicates.over === 'units' ?", replace: 'count === 0 ?' },
  { name: 'one-stream-for-all', find: 'createRandom(seed, stream + replicate)', replace: 'createRandom(seed, stream)' },
  { name: 'counts-per-category', find: 'return units / conceptsOfCategory;', replace: 'return units;' },
  {
    name: 'share-of-matches-for-units',
    find: 'return units / unitsOfModel;',
    replace: 'return units / matchesOfModel;',
  },
  {
    name: 'hellinger-without-root',
    find: 'return Math.sqrt(units / matchesOfModel);',
    replace: 'return units / matchesOfModel; ',
  },
  {
    name: 'gate-always-strict',
    find: 'new MatchTally({ gate, compareGate, match })',
    replace: "new MatchTally({ gate, compareGate: '>', match })",
  },
  {
    name: 'no-concept-is-one',
    find: 'if (labels[row] === none || labels[row] === empty ||',
    replace: 'if (labels[row] === empty ||',
  },
  {
    name: 'comparison-is-forgotten',
    find: 'gate,\n    compareGate,\n    score,\n    match,\n    conceptsOfCategory:',
    replace: "gate,\n    compareGate: '>',\n    score,\n    match,\n    conceptsOfCategory:",
  },
  { name: 'shares-of-the-components-alone', find: '(value) => value / totalVariance', replace: '(value) => value' },
  {
    name: 'one-component-too-many',
    find: 'Math.min(models.length - 1, concepts.length)',
    replace: 'Math.min(models.length, concepts.length)',
  },
  {
    name: 'unknown-concepts-not-squared',
    find: '(unknown[row] as number) + weight * weight',
    replace: '(unknown[row] as number) + weight',
  },
  { name: 'left-out-concepts-are-strange', find: 'if (ignored.has(name)) return;', replace: '' },
  {
    name: 'farthest-centre',
    find: 'distances.indexOf(Math.min(...distances))',
    replace: 'distances.indexOf(Math.max(...distances))',
  },
  { name: 'difference-turned-round', find: 'difference: inside - outside', replace: 'difference: outside - inside' },
  {
    name: 'missing-values-count',
    find: 'side(model) === inside && !Number.isNaN(value)',
    replace: 'side(model) === inside',
  },
  { name: 'redundancy-turned-round', find: 'matches / unique }', replace: 'unique / matches }' },
  { name: 'compared-with-too-few', find: 'shared.length >= components + 2', replace: 'shared.length >= components' },
  {
    name: 'second-concept-dropped',
    find: '!(dropFirstConcept && index === 0)',
    replace: '!(dropFirstConcept && index === 1)',
  },
  {
    name: 'nearest-centre-for-fitted-models',
    find: 'cluster: names.map((name, row) => categories.get(name) ?? placed',
    replace: 'cluster: names.map((_name, row) => placed',
  },
  {
    name: 'sizes-of-the-table',
    find: 'for (const [category, size] of Object.entries(fixedSizes ?? {})) sizes.set(category, size);',
    replace: '',
  },
  { name: 'traits-in-any-order', find: 'b.difference - a.difference || 0 ||', replace: '0 ||' },
  {
    name: 'spread-about-nothing',
    find: '(value - (referenceMean[index % components] as number)) ** 2',
    replace: 'value ** 2',
  },
  { name: 'added-is-removed', find: 'added: others(after, before)', replace: 'added: others(before, after)' },
  {
    name: 'inertia-of-one-k-more',
    find: 'maximum: Math.min(maximum, models.length)',
    replace: 'maximum: Math.min(maximum, models.length - 1)',
  },
  { name: 'variance-of-kept-alone', find: '[...own, ...remaining.variance]', replace: '[...own]' },
  { name: 'excluded-are-kept', find: '(model: string) => !exclude.includes(model)', replace: '() => true' },
  { name: 'empty-profiles-are-placed', find: 'every((units) => units === 0)', replace: 'every((units) => units < 0)' },
  {
    name: 'presence-is-count',
    find: "    case 'presence':\n      return 1;",
    replace: "    case 'presence':\n      return units;",
  },
  {
    name: 'replicates-pass-any-gate',
    find: 'if (best < 0 || !isMatch(layer.scores[at] as number, q[unit] as number, this.#gate)) continue;',
    replace: 'if (best < 0) continue;',
  },
  {
    name: 'last-layer-alone',
    find: 'into[concept] = (into[concept] as number) + (units[at] as number);',
    replace: 'into[concept] = units[at] as number;',
  },
];
