import type { Mutant } from '../mutant.ts';

/** Faults on the way from counts to the concepts of units. */
export const conceptMatchingMutants: readonly Mutant[] = [
  {
    name: 'last-of-equals',
    find: 'if (!(next > score) && !(laterWins',
    replace: 'if (!(next >= score) && !(laterWins',
  },
  {
    name: 'first-category-of-equals',
    find: 'next === score && (category[row] as number) > bestCategory',
    replace: 'next === score && (category[row] as number) < bestCategory',
  },
  {
    name: 'one-tie-rule',
    find: "const laterWins = matchScope === 'per-category';",
    replace: 'const laterWins = false;',
  },
  {
    name: 'quality-over-active-pixels',
    find: 'informationQuality(pair, pair.pixels) > minimumQuality',
    replace: 'informationQuality(pair, pair.unitArea) > minimumQuality',
  },
  {
    name: 'nine-tenths-of-score',
    find: 'score[row] = !pair.active ? NaN : isNamed ? pair.score : 0;',
    replace: 'score[row] = !pair.active ? NaN : isNamed ? 0.9 * pair.score : 0;',
  },
  {
    name: 'never-active-is-zero',
    find: '  score[row] = !pair.active ? NaN',
    replace: '  score[row] = !pair.active ? 0',
  },
  { name: 'single-pixels-do-not-count', find: 'if (!(count > 0)) continue;', replace: 'if (!(count > 1)) continue;' },
  {
    name: 'one-image-more-wanted',
    find: 'return images >= minimumImages &&',
    replace: 'return images > minimumImages &&',
  },
  {
    name: 'more-coverage-wanted',
    find: '/ (labelHeight * labelWidth) >= minimumCoverage',
    replace: '/ (labelHeight * labelWidth) > minimumCoverage',
  },
  {
    name: 'areas-of-all-images',
    find: 'counts.scopedAreas[(unit[row] as number) * categories + (category[row] as number)]',
    replace: 'counts.unitAreas[unit[row] as number]',
  },
  {
    name: 'pixels-of-all-images',
    find: 'gather(counts.categoryPixels, category, pixels);',
    replace: 'pixels.fill(counts.pixels);',
  },
  {
    name: 'category-quality-turned-round',
    find: ') <= minimumQuality\n',
    replace: ') > minimumQuality\n',
  },
  {
    name: 'last-of-equals-in-category',
    find: 'if (!(score > (scores[category] as number))) continue;',
    replace: 'if (!(score >= (scores[category] as number))) continue;',
  },
  { name: 'categories-of-the-unit-before', find: '    scores.fill(0);\n', replace: '' },
  {
    name: 'gate-always-strict',
    find: 'isMatch(score, q, gate)',
    replace: "isMatch(score, q, { ...gate, compareGate: '>' })",
  },
  {
    name: 'equal-activations-are-dropped',
    find: 'maximumImages,\n    compare,',
    replace: "maximumImages,\n    compare: '>',",
  },
  {
    name: 'equal-activations-never-active',
    find: '{ compare: preset.compare, ignore:',
    replace: "{ compare: '>', ignore:",
  },
  {
    name: 'ignored-pixels-always-blank',
    find: "ignoredPixels === 'left-out' ? ignore : 0",
    replace: "ignoredPixels === 'left-out' ? 0 : 0",
  },
  {
    name: 'maps-always-fade',
    find: 'targetWidth: labelWidth,\n    padding,',
    replace: "targetWidth: labelWidth,\n    padding: 'zeros',",
  },
  {
    name: 'concepts-as-they-come',
    find: 'vocabulary.toSorted((one, other) => one.number - other.number)',
    replace: 'vocabulary.slice()',
  },
  {
    name: 'detected-whatever-the-gate',
    find: 'const named = passesGate(score, preset);',
    replace: 'const named = score > 0;',
  },
  {
    name: 'sketched-dead-is-constant',
    find: "return minimum === 0 ? 'dead' : 'constant';",
    replace: "return 'constant';",
  },
  {
    name: 'bounds-fall',
    find: 'Math.max(bound, bounds[unit] as number)',
    replace: 'Math.min(bound, bounds[unit] as number)',
  },
  {
    name: 'dropped-zeros-are-forgotten',
    find: '(bound > -Infinity ? Math.max(bound, 0) : bound)',
    replace: 'bound',
    spec: 'kept-maps.spec.ts',
  },
  {
    name: 'unjudged-pixels-are-labelled',
    find: "ignoredPixels === 'unlabelled' ? ignore : 0",
    replace: "ignoredPixels === 'unlabelled' ? 0 : 0",
  },
  {
    name: 'images-without-kept-maps-do-not-count',
    find: 'for (let image = own.length; image < images; image++) selection.add(whole);',
    replace: '',
  },
  {
    name: 'equal-maps-are-forgotten',
    find: 'keepEqual: known.keepEqual && keepEqual',
    replace: 'keepEqual: known.keepEqual',
  },
  {
    name: 'maps-under-thresholds-suffice',
    find: 'Number.isNaN(threshold) || bound < threshold ||',
    replace: 'Number.isNaN(threshold) || bound <= threshold ||',
    spec: 'kept-maps.spec.ts',
  },
  {
    name: 'labels-of-active-images-alone',
    find: 'own.map((_, image) => images.get(image) ?? { image, ...none })',
    replace: 'own.flatMap((_, image) => images.get(image) ?? [])',
  },
  {
    name: 'short-shards-go-on',
    find: 'if (short.length > 0 || shape === undefined)',
    replace: 'if (shape === undefined)',
  },
  {
    name: 'uncovered-thresholds-stay',
    find: 'if (uncovered.length > 0) throw new ShardsFallShort(uncovered);',
    replace: '',
    spec: 'kept-maps.spec.ts',
  },
  {
    name: 'strongest-numbered-within-shards',
    find: 'image: this.#images + (numbers[row] as number)',
    replace: 'image: numbers[row] as number',
  },
  {
    name: 'tighter-of-two-bounds',
    find: '(first[unit] = Math.min(first[unit] as number, bound))',
    replace: '(first[unit] = Math.max(first[unit] as number, bound))',
    spec: 'kept-maps.spec.ts',
  },
  {
    name: 'maps-of-the-first-preset',
    find: 'for (const { units, maxima: bounds } of [one, other])',
    replace: 'for (const { units, maxima: bounds } of [one, one])',
  },
  {
    name: 'negative-bounds-drop',
    find: "(selection.options.padding === 'zeros' && bound < 0 ? -Infinity : bound)",
    replace: 'bound',
  },
  {
    name: 'active-share-of-images',
    find: '(pixels === 0 ? 0 : area / pixels)',
    replace: '(pixels === 0 ? 0 : area / images)',
  },
  {
    name: 'scope-is-forgotten',
    find: "scopedAreas: areaScope === 'all' ? new Float64Array() : spread(1, categoryCount)",
    replace: "scopedAreas: areaScope === 'all' ? new Float64Array() : spread(0, categoryCount)",
  },
  {
    name: 'shards-do-not-add-up',
    find: 'else this.#tally.merge(state);',
    replace: 'else this.#tally = OverlapTally.fromState(state);',
  },
  { name: 'invalid-sketches-have-thresholds', find: 'if (faults > 0) sketches.invalidate(unit);', replace: '' },
  {
    name: 'known-shards-prove-nothing',
    find: 'return this.#join.shards === 0 ? undefined : this.#join.seed(maximumImages);',
    replace: 'return undefined;',
    spec: 'kept-maps.spec.ts',
  },
  {
    name: 'bounds-of-few-images',
    find: 'selectionOptions(shape, preset, maximumImages))',
    replace: 'selectionOptions(shape, preset, 1e6))',
  },
  {
    name: 'rare-in-a-replicate-is-kept',
    find: 'if (overlap > 0 && this.#isAdmitted(this.#touched[place] as number, replicate))',
    replace: 'if (overlap > 0)',
  },
  {
    name: 'every-block-once',
    find: 'count * (this.#weights[row + replicate] as number);',
    replace: 'count;',
  },
  {
    name: 'area-of-the-unit-stays-without-a-block',
    find: 'unitArea - (unitAreas[block] as number),',
    replace: 'unitArea,',
  },
  {
    name: 'blocks-by-the-order-of-images',
    find: ".map((name) => ({ name, place: hash('sha256', name) }))",
    replace: ".map((name, place) => ({ name, place: String(place).padStart(9, '0') }))",
  },
];
