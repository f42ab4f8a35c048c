import type { Mutant } from '../mutant.ts';

/** Faults in the numerics: scores, thresholds, areas, statistics, clusters, and the compiled kernels. */
export const numericsMutants: readonly Mutant[] = [
  {
    name: 'union-counts-twice',
    find: 'unitArea + conceptArea - intersection + epsilon',
    replace: 'unitArea + conceptArea + epsilon',
  },
  {
    name: 'gate-lets-nothing-in-at-it',
    find: 'return score > 0 && passesLimit(score, comparison, gate);',
    replace: "return score > 0 && passesLimit(score, '>', gate);",
  },
  {
    name: 'quality-of-the-unit-alone',
    find: 'surprise(both, unit * concept) +',
    replace: 'surprise(both, unit) +',
  },
  { name: 'hazen-without-half', find: 'hazen: level * count - 0.5', replace: 'hazen: level * count' },
  { name: 'linear-over-all', find: 'linear: level * (count - 1)', replace: 'linear: level * count' },
  {
    name: 'upsampling-by-corners-of-pixels',
    find: '? ((index + 0.5) * size) / target - 0.5',
    replace: '? (index * size) / target',
  },
  {
    name: 'blank-pixels-are-labelled',
    find: 'if (number !== 0 && number !== blank) borne.push(number);',
    replace: 'if (number !== 0) borne.push(number);',
  },
  {
    name: 'threshold-never-between-values',
    find: 'this.#thresholds[unit] = lower + fraction * (upper - lower) + 0;',
    replace: 'this.#thresholds[unit] = lower + 0;',
  },
  {
    name: 'invalid-units-have-thresholds',
    find: 'if ((this.#memory.faults[unit] as number) > 0) return;',
    replace: '',
  },
  { name: 'dead-is-constant', find: "return least === 0 ? 'dead' : 'constant';", replace: "return 'constant';" },
  { name: 'ignored-pixels-are-counted', find: 'this.#pixels += pixels;', replace: 'this.#pixels += all;' },
  {
    name: 'category-pixels-once-a-run',
    find: '(this.#categoryPixels[category] as number) + pixels;',
    replace: '(this.#categoryPixels[category] as number) + 1;',
  },
  {
    name: 'rank-error-without-exponent',
    find: 'return kllErrorModel.factor / k ** kllErrorModel.exponent;',
    replace: 'return kllErrorModel.factor / k;',
  },
  {
    name: 'spearman-of-values',
    find: 'return pearson(averageRanks(first), averageRanks(second));',
    replace: 'return pearson(first, second);',
  },
  {
    name: 'ties-share-the-lowest-rank',
    find: '= (start + 1 + end) / 2;',
    replace: '= start + 1;',
  },
  { name: 'fisher-of-one-pair-more', find: 'Math.sqrt(n - 3)', replace: 'Math.sqrt(n - 2)', file: 'correlation.ts' },
  {
    name: 'false-discovery-not-monotone',
    find: 'least = Math.min(least, ((p[index] as number) * order.length) / rank);',
    replace: 'least = ((p[index] as number) * order.length) / rank;',
  },
  {
    name: 'undefined-p-counts',
    find: '((p[index] as number) * order.length) / rank',
    replace: '((p[index] as number) * p.length) / rank',
  },
  {
    name: 'bootstrap-without-acceleration',
    find: '(1 - acceleration * shifted)',
    replace: '1',
  },
  {
    name: 'sampled-p-can-be-zero',
    find: 'all ? extremes / of : (extremes + 1) / (of + 1);',
    replace: 'all ? extremes / of : extremes / of;',
  },
  {
    name: 'family-p-of-one-pair',
    find: 'plan.thresholds.forEach((threshold, pair) => {\n    if (!Number.isNaN(threshold)) counts.family[pair] = reached[atMost(sorted, threshold)] as number;',
    replace:
      'plan.thresholds.forEach((threshold, pair) => {\n    if (!Number.isNaN(threshold)) counts.family[pair] = counts.own[pair] as number;',
  },
  {
    name: 'mean-with-the-point-itself',
    find: '((total - value) / (count - 1) - value)',
    replace: '(total / count - value)',
  },
  {
    name: 'silhouette-with-the-row-itself',
    find: '((sizes[own] as number) - 1)',
    replace: '(sizes[own] as number)',
  },
  {
    name: 'gap-turned-round',
    find: '/ sets.length - Math.log(inertia);',
    replace: '/ sets.length + Math.log(inertia);',
  },
  {
    name: 'clusters-numbered-by-chance',
    find: 'return labels.map((label) => numbers[label] as number);',
    replace: 'return labels;',
  },
  {
    name: 'residual-not-squared',
    find: 'Math.min(1, squaredNorm(residual) / whole)',
    replace: 'Math.min(1, Math.sqrt(squaredNorm(residual) / whole))',
  },
  {
    name: 'aligned-about-nothing',
    find: 'aligned[row * columns + column] = turned + (referenceMean[column] as number);',
    replace: 'aligned[row * columns + column] = turned;',
  },
  {
    name: 'kernel-active-above-only',
    find: 'const bound = inclusive ? below(threshold) : threshold;',
    replace: 'const bound = threshold;',
    spec: 'overlap-tally.spec.ts',
  },
  {
    name: 'kernel-drops-maps-at-the-bound',
    find: 'if (!(highest > risen || (inclusive && highest == risen))) continue;',
    replace: 'if (!(highest > risen)) continue;',
    spec: 'threshold-selection.spec.ts',
  },
  {
    name: 'kernel-no-zeros-around',
    find: 'const highest: f32 = clampBorder || high > 0 ? high : 0;',
    replace: 'const highest: f32 = high;',
    spec: 'threshold-selection.spec.ts',
  },
  {
    name: 'kernel-mean-is-sum',
    find: '/ <f64>size;',
    replace: ';',
    spec: 'top-activations.spec.ts',
  },
];
