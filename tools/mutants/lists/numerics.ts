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
    find: 'const gap = mean - Math.log(inertia);',
    replace: 'const gap = mean + Math.log(inertia);',
  },
  {
    name: 'gap-rule-without-error',
    find: 'gap >= next.gap - next.gapError;',
    replace: 'gap >= next.gap;',
  },
  {
    name: 'binomial-of-what-is-left',
    find: 'drawBinomial(left, count / things, random);',
    replace: 'drawBinomial(left, count / left, random);',
  },
  {
    name: 'axes-turned-back',
    find: '(rotation[from * components + to] as number) * (loadings[from',
    replace: '(rotation[to * components + from] as number) * (loadings[from',
  },
  {
    name: 'basic-not-mirrored',
    find: 'return [2 * observed - high, 2 * observed - low];',
    replace: 'return [low, high];',
  },
  {
    name: 'bias-added',
    find: 'return [low - bias, high - bias];',
    replace: 'return [low + bias, high + bias];',
  },
  {
    name: 'columns-permuted-together',
    find: 'random.shuffle(permuted.subarray(column * rows, (column + 1) * rows));',
    replace: 'createRandom(permutation).shuffle(permuted.subarray(column * rows, (column + 1) * rows));',
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
  {
    name: 'inverted-cdf-one-up',
    find: "'inverted-cdf': Math.ceil(level * count) - 1",
    replace: "'inverted-cdf': Math.ceil(level * count)",
  },
  { name: 'clamp-fades', find: "if (padding === 'clamp')", replace: 'if (false)' },
  {
    name: 'kept-maps-of-other-units',
    find: 'ofAllUnits ? (from.units[indices[place] as number] as number) : (indices[place] as number)',
    replace: '(indices[place] as number)',
  },
  { name: 'equal-maps-go', find: 'highest > bound || (keepEqual && highest === bound)', replace: 'highest > bound' },
  { name: 'half-the-weight-of-levels', find: 'before += 2 ** (key % 64);', replace: 'before += 1;' },
  { name: 'always-the-even-ones', find: 'from = stay + this.#random.below(2)', replace: 'from = stay' },
  { name: 'sketch-forgets-the-least', find: 'if (position <= 0) return this.#minimum;', replace: '' },
  { name: 'short-shards-unnoticed', find: 'if ((bounds[unit] as number) > lower) short.add(shard);', replace: '' },
  {
    name: 'joined-bounds-fall',
    find: 'boundBins: choose(({ boundBins }) => boundBins, Math.max),',
    replace: 'boundBins: choose(({ boundBins }) => boundBins, Math.min),',
  },
  {
    name: 'faults-of-one-shard',
    find: '(one, other) => one + other,',
    replace: '(one, other) => Math.max(one, other),',
  },
  {
    name: 'arrangements-of-one-less',
    find: '(count * (places - size + chosen)) / chosen',
    replace: '(count * (places - size + chosen - 1)) / chosen',
  },
  {
    name: 'ties-not-within-tolerance',
    find: 'export const CORRELATION_TOLERANCE = 1e-12;',
    replace: 'export const CORRELATION_TOLERANCE = -1e-9;',
  },
  {
    name: 'bias-without-ties',
    find: 'replicate <= estimate + tolerance ? 0.5 : 0',
    replace: 'replicate <= estimate + tolerance ? 1 : 0',
  },
  {
    name: 'percentiles-not-interpolated',
    find: 'return low + (high - low) * (position - Math.floor(position));',
    replace: 'return low;',
  },
  {
    name: 'unit-is-forgotten',
    find: 'predict({ points, values, dimensions, neighbours }, at, place, -1) * unit',
    replace: 'predict({ points, values, dimensions, neighbours }, at, place, -1)',
  },
  {
    name: 'gap-of-inertia',
    find: 'Math.log(bestPartition(set, k, seed, referenceRestarts(set.rows)).inertia)',
    replace: 'bestPartition(set, k, seed, referenceRestarts(set.rows)).inertia',
  },
  { name: 'singles-are-not-moved', find: 'clusters.moveSingles(); round++);', replace: 'false; round++);' },
  { name: 'lanczos-of-two', find: '(distance >= -3 && distance < 3 ?', replace: '(distance >= -2 && distance < 2 ?' },
  {
    name: 'bilinear-does-not-widen',
    find: 'const filterScale = Math.max(scale, 1);',
    replace: 'const filterScale = 1;',
  },
  {
    name: 'later-image-of-equals',
    find: 'if (!(score > -Infinity && score >= load<f64>(bars + (<usize>unit << 3)))) continue;',
    replace: 'if (!(score > -Infinity && score > load<f64>(bars + (<usize>unit << 3)))) continue;',
    spec: 'top-activations.spec.ts',
  },
  {
    name: 'outline-without-holes',
    find: 'if (!inside(row - 1, column)) addEdge(corner, corner + 1);',
    replace: 'if (row === 0) addEdge(corner, corner + 1);',
    spec: 'top-activations.spec.ts',
  },
  {
    name: 'kernel-strongest-mean',
    find: 'const score = mean ? meanOf(map, size) : greatestOf(map, size);',
    replace: 'const score = greatestOf(map, size);',
    spec: 'top-activations.spec.ts',
  },
  {
    name: 'kernel-greatest-of-tail-only',
    find: 'highs = f32x4.pmax(highs, v128.load(map + (<usize>index << 2)));',
    replace: ';',
    spec: 'top-activations.spec.ts',
  },
  {
    name: 'crowds-are-taken-once',
    find: '(taken[object] === 1 && !isIgnored)',
    replace: 'taken[object] === 1',
    spec: 'average-precision.spec.ts',
  },
  {
    name: 'crowds-before-objects',
    find: 'if (isIgnored && match >= 0 && truth.ignored[match] === 0) break;',
    replace: '',
    spec: 'average-precision.spec.ts',
  },
  {
    name: 'ignored-detections-count-as-wrong',
    find: '(passed[place + 1] as number) - ignoredWeight)',
    replace: '(passed[place + 1] as number))',
  },
  {
    name: 'features-without-variance-have-no-prior',
    find: '(columns - size) * Math.log(alpha)',
    replace: '0',
    spec: 'transferability.spec.ts',
  },
  {
    name: 'columns-are-not-standardised',
    find: 'rescale(standardised, column, columns, rows, Math.sqrt(rows));',
    replace: 'void column;',
    spec: 'transferability.spec.ts',
  },
  {
    name: 'fewer-principal-components',
    find: 'const keptVariance = 0.8;',
    replace: 'const keptVariance = 0.7;',
    spec: 'transferability.spec.ts',
  },
];
