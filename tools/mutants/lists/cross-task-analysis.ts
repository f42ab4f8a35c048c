import type { Mutant } from '../mutant.ts';

/** Faults in the relations of models with their scores. */
export const crossTaskMutants: readonly Mutant[] = [
  { name: 'pearson-for-spearman', find: 'rho: spearman(x, y)', replace: 'rho: pearson(x, y)' },
  {
    name: 'supported-without-interval',
    find: 'interval: low * high > 0,',
    replace: 'interval: true,',
  },
  {
    name: 'supported-without-correction',
    find: 'correction: corrected <= supportedBelow,',
    replace: 'correction: true,',
  },
  {
    name: 'supported-though-a-family-makes-it',
    find: 'sign: r * lofoLow > 0 && r * lofoHigh > 0,',
    replace: 'sign: true,',
  },
  {
    name: 'other-sign-without-all-families',
    find: 'sign: r * lofoLow > 0 && r * lofoHigh > 0,',
    replace: 'sign: lofoLow * lofoHigh > 0,',
  },
  {
    name: 'models-for-families',
    find: 'leaveOutRange(this.x, this.y, this.#families)',
    replace: 'leaveOutRange(this.x, this.y, this.x.map((_, row) => row))',
  },
  {
    name: 'families-of-one-name',
    find: 'const key = JSON.stringify([family === undefined, family ?? model]);',
    replace: 'const key = family ?? model;',
  },
  {
    name: 'families-exchange-freely',
    find: "...(permuteWithin === 'families' ? { within: family.of } : {}) };",
    replace: '};',
  },
  {
    name: 'given-the-score-itself',
    find: 'score: partialAt(score, index, values, scored),',
    replace: 'score: partialAt(units, index, values, scored),',
  },
  {
    name: 'hochberg-for-yekutieli',
    find: "'benjamini-yekutieli': qBy,",
    replace: "'benjamini-yekutieli': q,",
  },
  {
    name: 'power-of-one-test',
    find: 'criticalAll: criticalCorrelation(n, all),',
    replace: 'criticalAll: criticalCorrelation(n, supportedBelow),',
  },
  {
    name: 'support-at-a-tenth',
    find: 'export const supportedBelow = significantBelow;',
    replace: 'export const supportedBelow = 0.1;',
  },
  {
    name: 'intervals-of-ninety',
    find: 'export const intervalLevel = 0.95;',
    replace: 'export const intervalLevel = 0.9;',
  },
  {
    name: 'models-without-score-count',
    find: 'for (const series of all) if (Number.isNaN(series[row])) isComplete = false;',
    replace: 'if (Number.isNaN(all[0]?.[row])) isComplete = false;',
  },
  {
    name: 'family-p-is-p',
    find: 'pFamily: tests.pFamily[index] as number',
    replace: 'pFamily: tests.p[index] as number',
    file: 'relate-tasks.ts',
  },
  {
    name: 'q-is-p',
    find: 'const q = benjaminiHochberg(p);',
    replace: 'const q = p as Float64Array;',
  },
  { name: 'bootstrap-of-ranks', find: 'statistic: pearson,', replace: 'statistic: spearman,' },
  {
    name: 'bootstrap-ends-swapped',
    find: 'const [bootstrapLow, bootstrapHigh] = bcaInterval',
    replace: 'const [bootstrapHigh, bootstrapLow] = bcaInterval',
  },
  {
    name: 'fisher-ends-swapped',
    find: 'return this.#ends()[0];',
    replace: 'return this.#ends()[1];',
  },
  { name: 'concepts-by-sign', find: 'strength(b.r) - strength(a.r)', replace: 'b.r - a.r' },
  { name: 'missing-scores-are-zero', find: 'scores.get(model) ?? Number.NaN', replace: 'scores.get(model) ?? 0' },
  {
    name: 'baseline-of-one-category',
    find: 'total.set(model, (total.get(model) ?? 0) + matches)',
    replace: 'total.set(model, matches)',
  },
  {
    name: 'components-from-the-second',
    find: 'scores[row * components + index] as number',
    replace: 'scores[row * components + components - 1 - index] as number',
  },
  { name: 'surface-of-too-few', find: 'values.length >= neighbours', replace: 'values.length > 0' },
  {
    name: 'error-of-the-mean-as-error',
    find: 'error: rows.map(({ error }) => error),',
    replace: 'error: rows.map(({ meanError }) => meanError),',
  },
  {
    name: 'rated-with-as-many-neighbours',
    find: 'values.length > neighbours)',
    replace: 'values.length >= neighbours)',
  },
  { name: 'six-neighbours', find: '  neighbours: 5,', replace: '  neighbours: 6,' },
  { name: 'half-the-grid', find: '  gridSize: 20,', replace: '  gridSize: 10,' },
  { name: 'n-of-all-models', find: 'n: correlation.x.length, r,', replace: 'n: models.length, r,' },
  { name: 'few-resamples', find: '  resamples: 2_000,', replace: '  resamples: 200,' },
  { name: 'few-permutations', find: '  permutations: 100_000,', replace: '  permutations: 1_000,' },
  {
    name: 'weights-of-labels',
    find: 'const key = JSON.stringify([category, concept]);',
    replace: 'const key = concept;',
  },
  {
    name: 'undefined-first',
    find: 'return Number.isNaN(r) ? -1 : Math.abs(r);',
    replace: 'return Number.isNaN(r) ? 2 : Math.abs(r);',
  },
  {
    name: 'components-swapped',
    find: '[scores[row * components] as number, scores[row * components + 1] as number]',
    replace: '[scores[row * components + 1] as number, scores[row * components] as number]',
  },
  {
    name: 'shared-in-order-of-scores',
    find: 'models.filter((model) => names.has(model))',
    replace: '[...names].filter((name) => models.includes(name))',
  },
];
