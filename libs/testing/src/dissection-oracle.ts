import type { DissectionWorld, OraclePair, OracleUnit, WorldImage } from './dissection-world.ts';

const sum = <T>(all: readonly T[], count: (one: T) => number) => all.reduce((total, one) => total + count(one), 0);
const passes = (value: number, comparison: '>' | '>=', limit: number) =>
  comparison === '>' ? value > limit : value >= limit;
const byNumber = ({ vocabulary }: DissectionWorld) => vocabulary.toSorted((one, other) => one.number - other.number);

/**
 * Network dissection as it is defined, for every unit: upsample all, sort all, count all. Slow, and without tricks.
 *
 * @param world what is dissected
 * @param thresholds of the units, where they were found before. @default those of the world
 */
export function dissectPlainly(world: DissectionWorld, thresholds?: readonly number[]): OracleUnit[] {
  const { preset, images } = world;
  const concepts = byNumber(world);
  const labels = images.map((image) => labelsOf(image, world));
  const judged = (image: number) => (labels[image] ?? []).filter((numbers) => numbers !== undefined);
  const carrying = (number: number, image: number) => judged(image).filter((numbers) => numbers.has(number)).length;
  const every = [...images.keys()];
  const pixels = sum(every, (image) => judged(image).length);
  const frequent = concepts.filter(
    ({ number }) =>
      every.filter((image) => carrying(number, image) > 0).length >= preset.minimumImages &&
      sum(every, (image) => carrying(number, image)) / (world.labelHeight * world.labelWidth) >= preset.minimumCoverage,
  );
  return Array.from({ length: world.units }, (_, unit) => {
    const maps = images.map(({ maps: all }) => all[unit] as readonly number[]);
    const condition = conditionOf(maps.flat());
    const threshold = thresholds?.[unit] ?? (condition === 'invalid' ? NaN : thresholdOf(maps, world));
    // Labels of the judged pixels of each image where the unit is active; without a threshold it never is.
    const active = maps.map((map, image) =>
      upsample(map, world).flatMap((value, pixel) =>
        passes(value, preset.compare, threshold) ? (labels[image]?.[pixel] ?? []) : [],
      ),
    );
    const pairs = frequent.map(({ number, name, category }): OraclePair => {
      const kin = concepts.filter((other) => other.category === category);
      const inImage = every.filter((image) => kin.some((each) => carrying(each.number, image) > 0));
      const underMask = every.filter((image) => kin.some((each) => active[image]?.some((at) => at.has(each.number))));
      const scope = { all: every, 'category-in-image': inImage, 'category-under-mask': underMask }[preset.areaScope];
      const intersection = sum(active.flat(), (numbers) => (numbers.has(number) ? 1 : 0));
      const unitArea = sum(scope, (image) => active[image]?.length ?? 0);
      const conceptArea = sum(every, (image) => carrying(number, image));
      const seen = preset.areaScope === 'all' ? pixels : sum(inImage, (image) => judged(image).length);
      const union = unitArea + conceptArea - intersection + preset.epsilon;
      const iou = union > 0 ? intersection / union : 0;
      return { concept: name, category, intersection, unitArea, conceptArea, pixels: seen, iou };
    });
    const best = bestOf(pairs, world);
    return {
      threshold,
      condition,
      activeFraction: pixels === 0 ? 0 : active.flat().length / pixels,
      pairs,
      best,
      detected: (best.iou ?? 0) > 0 && passes(best.iou ?? 0, preset.compareGate, preset.gate),
      bestPerCategory: [...new Set(frequent.map(({ category }) => category))].sort().flatMap((category) => {
        const own = pairs.filter((pair) => pair.category === category && pair.iou > 0 && hasQuality(pair, world));
        const first = own.find((pair) => pair.iou === Math.max(...own.map(({ iou }) => iou)));
        return first === undefined ? [] : [{ concept: first.concept, category, iou: first.iou }];
      }),
    };
  });
}

/** Concepts at each pixel; undefined for one that is left out. */
function labelsOf({ planes }: WorldImage, { labelHeight, labelWidth, ignore, preset }: DissectionWorld) {
  return Array.from({ length: labelHeight * labelWidth }, (_, pixel) => {
    const numbers = new Set(planes.map((plane) => plane[pixel] as number).filter((number) => number !== 0));
    if (preset.ignoredPixels === 'left-out' && numbers.has(ignore)) return undefined;
    numbers.delete(ignore);
    return numbers;
  });
}

/** Values that are not finite, or beyond 2^126, make a unit invalid. */
function conditionOf(values: readonly number[]): OracleUnit['condition'] {
  if (!values.every((value) => Math.abs(value) <= 2 ** 126)) return 'invalid';
  if (values.some((value) => value !== values[0])) return 'ordinary';
  return values[0] === 0 ? 'dead' : 'constant';
}

/** Quantile of all values of all images, between two neighbours in their order, as float32. */
function thresholdOf(maps: readonly (readonly number[])[], world: DissectionWorld): number {
  const { level, rule, values } = world.preset;
  const sorted = maps.flatMap((map) => (values === 'raw' ? map : upsample(map, world))).sort((a, b) => a - b);
  const count = sorted.length;
  const last = count - 1;
  const positions = { hazen: level * count - 0.5, linear: level * last, 'inverted-cdf': Math.ceil(level * count) - 1 };
  const held = Math.min(Math.max(positions[rule], 0), last);
  const low = sorted[Math.floor(held)] as number;
  const high = sorted[Math.min(Math.floor(held) + 1, last)] as number;
  return Math.fround(low + (held - Math.floor(held)) * (high - low)) + 0;
}

/**
 * Bilinear, in float32 with every operation rounded: first along the columns, then along the rows, each time
 * `from + weight * (to - from)`. A weight above 1 - 2^-22 is 1.
 */
function upsample(map: readonly number[], world: DissectionWorld): number[] {
  const { mapHeight, mapWidth, labelHeight, labelWidth, preset } = world;
  const hold = (index: number, size: number) => Math.min(Math.max(index, 0), size - 1);
  const read = (row: number, column: number) => {
    const inside = row === hold(row, mapHeight) && column === hold(column, mapWidth);
    return inside || preset.padding === 'clamp'
      ? (map[hold(row, mapHeight) * mapWidth + hold(column, mapWidth)] as number)
      : 0;
  };
  const place = (index: number, size: number, target: number) => {
    const corners = target === 1 ? 0 : (index * (size - 1)) / (target - 1);
    const position = preset.alignment === 'corners' ? corners : ((index + 0.5) * size) / target - 0.5;
    const weight = Math.fround(position - Math.floor(position));
    return weight > 1 - 2 ** -22 ? { at: Math.floor(position) + 1, weight: 0 } : { at: Math.floor(position), weight };
  };
  const mix = (from: number, to: number, weight: number) =>
    Math.fround(from + Math.fround(weight * Math.fround(to - from)));
  return Array.from({ length: labelHeight * labelWidth }, (_, pixel) => {
    const x = place(pixel % labelWidth, mapWidth, labelWidth);
    const y = place(Math.floor(pixel / labelWidth), mapHeight, labelHeight);
    const along = (row: number) => mix(read(row, x.at), read(row, x.at + 1), x.weight);
    return mix(along(y.at), along(y.at + 1), y.weight);
  });
}

/** Of equals the lowest number; `per-category` first looks within categories, and the last of equal ones wins. */
function bestOf(pairs: readonly OraclePair[], world: DissectionWorld): OracleUnit['best'] {
  const overlapping = pairs.filter(({ intersection }) => intersection > 0);
  // A unit that overlaps nothing is compared with the first concept.
  const compared = overlapping.length > 0 ? overlapping : pairs.slice(0, 1);
  const equals = compared.filter(({ iou }) => iou === Math.max(...compared.map((pair) => pair.iou)));
  const order = byNumber(world).map(({ category }) => category);
  const rank = ({ category }: OraclePair) => (world.preset.matchScope === 'global' ? 0 : order.indexOf(category));
  const best = equals.find((pair) => rank(pair) === Math.max(...equals.map(rank)));
  const isNamed = best !== undefined && best.iou > 0 && hasQuality(best, world);
  if (isNamed) return { concept: best.concept, category: best.category, iou: best.iou };
  return { concept: '', category: '', iou: compared.some(({ unitArea }) => unitArea > 0) ? 0 : null };
}

/** Whether mutual information over joint entropy of "active" and "labelled" exceeds what the preset demands. */
function hasQuality(pair: OraclePair, { preset }: DissectionWorld): boolean {
  const { intersection, unitArea, conceptArea, pixels } = pair;
  const unit = unitArea / pixels;
  const concept = conceptArea / pixels;
  const cells = [
    { share: intersection / pixels, expected: unit * concept },
    { share: (unitArea - intersection) / pixels, expected: unit * (1 - concept) },
    { share: (conceptArea - intersection) / pixels, expected: (1 - unit) * concept },
    { share: (pixels - unitArea - conceptArea + intersection) / pixels, expected: (1 - unit) * (1 - concept) },
  ].filter(({ share }) => share > 0);
  const information = sum(cells, ({ share, expected }) => share * Math.log(share / expected));
  const entropy = sum(cells, ({ share }) => -share * Math.log(share));
  return preset.minimumQuality === 0 || (entropy > 0 && information / entropy > preset.minimumQuality);
}
