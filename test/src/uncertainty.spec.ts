import { readFileSync } from 'node:fs';
import {
  concludeDissection,
  countShards,
  dissectionPresets,
  labelPlanesBatch,
  mergeOverlaps,
  nearbyPresets,
  resampleMatches,
  selectThresholds,
  tallyOverlaps,
  type DissectionPreset,
  type ReplicateThresholds,
} from '@intermodel/concept-matching';
import { bootstrapProfiles, ImageReplicates, profileModels } from '@intermodel/embedding';
import { combineLabels, createRandom, type Random } from '@intermodel/numerics';
import { activationSchema, type ActivationShape, type UnitHistogramBatch } from '@intermodel/schemas';
import { intervalMatches } from '@intermodel/significance';
import { shippedModels } from '@intermodel/small-world';
import { buildBatch } from '@intermodel/streams';
import { from, lastValueFrom, map, of, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvRows, folderBytes, intermodel, temporaryFolder } from './command-line.ts';

const side = 6;
const pixels = side ** 2;
const units = 24;

// Activations are 0 or 1, so that every threshold is 0, whatever the sample.
const steadyPreset = {
  ...dissectionPresets['dissect-2020'],
  ...({ level: 0.5, rule: 'inverted-cdf', minimumImages: 0, minimumCoverage: 0 } as const),
};
const vocabulary = Array.from({ length: units }, (_, index) => ({
  number: index + 1,
  name: `c${String(index)}`,
  category: 'object',
}));

/** Where a concept lies in an image, and where its unit fires: the more often there, the higher its number. */
function drawPair(unit: number, { uniform, below }: Random) {
  const rectangle = () => {
    const [top, left, height, width] = [below(side - 1), below(side - 1), 1 + below(2), 1 + below(2)];
    return Array.from(
      { length: height * width },
      (_, at) => (top + Math.floor(at / width)) * side + left + (at % width),
    );
  };
  const labelled = uniform() < 0.5 ? rectangle() : [];
  const share = 0.25 + (0.6 * unit) / units;
  const active = uniform() < share ? labelled.filter(() => uniform() < 0.8) : [];
  if (uniform() < 0.3) active.push(...rectangle());
  return { labelled: new Set(labelled), active: new Set(active) };
}

/** IoU of each unit and its concept over images without end. */
function trueIous(): number[] {
  const random = createRandom(99);
  return Array.from({ length: units }, (_, unit) => {
    let [both, either] = [0, 0];
    for (let image = 0; image < 20_000; image++) {
      const { labelled, active } = drawPair(unit, random);
      const shared = [...active].filter((pixel) => labelled.has(pixel)).length;
      both += shared;
      either += labelled.size + active.size - shared;
    }
    return both / either;
  });
}

/** Level of worlds whose units fire stronger in some images than in others, so that their thresholds are those of a sample. */
const movingLevel = 0.92;

/** Activations of a unit in an image: stronger by and by where it fires, and some noise. */
function drawStrengths(active: ReadonlySet<number>, { uniform }: Random): Float32Array {
  const strength = 1 / (0.1 + uniform());
  return Float32Array.from({ length: pixels }, (_, pixel) => uniform() * (active.has(pixel) ? strength : 0.5));
}

/** IoU of each unit and its concept over images without end, above the quantile of these. */
function trueMovingIous(): number[] {
  const random = createRandom(98);
  return Array.from({ length: units }, (_, unit) => {
    const values: { readonly value: number; readonly isLabelled: boolean }[] = [];
    for (let image = 0; image < 6000; image++) {
      const { labelled, active } = drawPair(unit, random);
      drawStrengths(active, random).forEach((value, pixel) => {
        values.push({ value, isLabelled: labelled.has(pixel) });
      });
    }
    values.sort((one, other) => other.value - one.value);
    const firing = values.slice(0, Math.round((1 - movingLevel) * values.length));
    const both = firing.filter(({ isLabelled }) => isLabelled).length;
    return both / (firing.length + values.filter(({ isLabelled }) => isLabelled).length - both);
  });
}

/** Matches of a sample of images with their intervals, and counts with theirs. */
async function sampleWorld(images: number, seed: number, gate: number, thresholdsOf: 'steady' | ReplicateThresholds) {
  const preset = { ...steadyPreset, ...(thresholdsOf === 'steady' ? {} : { level: movingLevel }) };
  const random = createRandom(seed);
  const shape: ActivationShape = {
    ...{ model: 'm', layer: 'l', units, mapHeight: side, mapWidth: side, labelHeight: side, labelWidth: side },
  };
  const activations = new Float32Array(images * units * pixels);
  const labels = Array.from({ length: images }, (_, image) => {
    const planes = new Uint16Array(units * pixels);
    for (let unit = 0; unit < units; unit++) {
      const { labelled, active } = drawPair(unit, random);
      for (const pixel of labelled) planes[unit * pixels + pixel] = unit + 1;
      const strengths =
        thresholdsOf === 'steady'
          ? Float32Array.from({ length: pixels }, (_, pixel) => Number(active.has(pixel)))
          : drawStrengths(active, random);
      activations.set(strengths, (image * units + unit) * pixels);
    }
    return combineLabels({ planes }, pixels);
  });
  const names = labels.map((_, image) => `i${String(image)}`);
  const around = nearbyPresets(preset);
  const batch = buildBatch(activationSchema(shape), {
    image: names,
    activations,
    labels: { offsets: new Int32Array(images + 1), values: new Uint16Array() },
  });
  const counted = await lastValueFrom(
    of(of(batch)).pipe(
      countShards({ presets: [preset, around.lower, around.upper], maximumImages: images }),
      toArray(),
    ),
  );
  const planes = labelPlanesBatch(shape, names, labels);
  const shards = counted.map(({ kept }) => ({
    kept: () => Promise.resolve(kept),
    labels: () => Promise.resolve(planes),
  }));
  const select = (own: DissectionPreset, at: number) =>
    lastValueFrom(
      from(counted).pipe(
        map(({ histograms, kept }) => ({
          histogram: histograms[at] as UnitHistogramBatch,
          kept: () => Promise.resolve(kept),
        })),
        selectThresholds({ preset: own }),
      ),
    );
  const thresholds = await select(preset, 0);
  const nearby =
    thresholdsOf === 'redrawn'
      ? { lower: await select(around.lower, 1), upper: await select(around.upper, 2) }
      : undefined;
  const { matches } = await lastValueFrom(
    from(shards).pipe(
      tallyOverlaps({ thresholds, vocabulary, preset }),
      mergeOverlaps(),
      concludeDissection({ thresholds, vocabulary, preset }),
    ),
  );
  const replicates = await lastValueFrom(
    from(shards).pipe(
      resampleMatches({ thresholds, nearby, matches, vocabulary, preset, rounds: [{ first: 0, count: 400 }], seed }),
      toArray(),
    ),
  );
  const drawn = new ImageReplicates({ gate, compareGate: '>' });
  drawn.add({ matches, replicates });
  const { summaryIntervals } = await lastValueFrom(
    of(matches).pipe(profileModels({ gate }), bootstrapProfiles({ replicates: drawn })),
  );
  const resampled = await lastValueFrom(of(matches).pipe(intervalMatches({ replicates })));
  return {
    rows: resampled.toArray() as unknown as { concept: string; iou: number; iouLow: number; iouHigh: number }[],
    all: summaryIntervals.get(0),
  };
}

/** How often intervals of worlds hold what is true. */
async function coverage(truth: readonly number[], thresholdsOf: 'steady' | ReplicateThresholds) {
  const gate = ((truth[11] as number) + (truth[12] as number)) / 2;
  const above = truth.filter((iou) => iou > gate).length;
  let [held, asked, heldCounts] = [0, 0, 0];
  for (let seed = 1; seed <= worlds; seed++) {
    const { rows, all } = await sampleWorld(120, seed, gate, thresholdsOf);
    rows.forEach(({ concept, iouLow, iouHigh }, unit) => {
      // What is matched with another concept by chance is about another pair.
      if (concept !== `c${String(unit)}`) return;
      asked++;
      if (iouLow <= (truth[unit] as number) && (truth[unit] as number) <= iouHigh) held++;
    });
    if (all !== null && all.matchesLow <= above && above <= all.matchesHigh) heldCounts++;
  }
  return { asked, held: held / asked, heldCounts: heldCounts / worlds, error: Math.sqrt((0.95 * 0.05) / asked) };
}

const worlds = 20;

describe('intervals over images in a layer whose truth is known', () => {
  it('hold the IoU of units about as often as they say, and the number of matches at least so often', async () => {
    const { asked, held, heldCounts, error } = await coverage(trueIous(), 'steady');
    expect(asked).toBeGreaterThan(0.9 * worlds * units);
    expect(held).toBeGreaterThan(0.95 - 4 * error);
    expect(held).toBeLessThan(0.95 + 3 * error);
    expect(heldCounts).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / worlds));
  });

  it('do so where thresholds are those of the sample, if these are redrawn too', async () => {
    const truth = trueMovingIous();
    const { asked, held, heldCounts, error } = await coverage(truth, 'redrawn');
    expect(asked).toBeGreaterThan(0.9 * worlds * units);
    expect(held).toBeGreaterThan(0.95 - 4 * error);
    expect(held).toBeLessThan(0.95 + 3 * error);
    expect(heldCounts).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / worlds));
    // Thresholds that stay leave some of the uncertainty out.
    expect((await coverage(truth, 'fixed')).held).toBeLessThan(held);
  });
});

describe('a run that resamples images', () => {
  const at = temporaryFolder();
  const fileOf = (name: string) => shippedModels().find((model) => model.name === name)?.file ?? '';
  const units = (out: string, model = 'objects') => csvRows(at(out, 'models', model, 'units.csv'));
  const overOf = (out: string) => csvRows(at(out, 'summary-intervals.csv'))[0]?.['over'];
  const dissect = (out: string, store: string, ...argv: string[]): string => {
    const { stdout, stderr, code } = intermodel([
      ...['dissect', '--images', at('world', 'images'), '--labels', at('world', 'labels'), '--label-names'],
      ...[at('world', 'labels.csv'), '--input', '{width: 64, height: 64, mean: [0,0,0], std: [1,1,1]}'],
      ...['--set', 'data.labelGrid={width: 32, height: 32}', '--gallery-units', '0', '--nulls', '0'],
      ...['planted', 'objects', 'simclr'].flatMap((name) => ['--model', `${name}=${fileOf(name)}`]),
      ...['--replicates', '50', '--out', at(out), '--store', at(store), ...argv],
    ]);
    expect(code, stderr).toBe(0);
    return `${stdout}${stderr}`;
  };

  beforeAll(() => {
    expect(intermodel(['world', '--images', '90', '--seed', '3', '--out', at('world')]).code).toBe(0);
    dissect('study', 'store');
  });

  it('writes the interval of every IoU, and says that all others are over images', () => {
    const rows = units('study');
    expect(Object.keys(rows[0] ?? {}).slice(-3)).toEqual(['iou', 'iou_low', 'iou_high']);
    for (const { concept, iou, iou_low: low, iou_high: high } of rows)
      if (concept === '') expect([low, high]).toEqual(['', '']);
      else {
        expect(Number(low)).toBeLessThanOrEqual(Number(iou));
        expect(Number(high)).toBeGreaterThanOrEqual(Number(iou));
      }
    expect(csvRows(at('study', 'clouds.csv')).map(({ over }) => over)).toEqual(['images', 'images', 'images']);
    expect(overOf('study')).toBe('images');
    expect(readFileSync(at('study', 'report.html'), 'utf8')).toContain('bootstrap over images, 50 replicates');
  });

  it('gives the same bytes from other shards, on one thread', () => {
    dissect('again', 'other-store', '--concurrency', '1', '--set', 'runtime.imagesPerShard=11');
    const tables = (out: string) =>
      Object.entries(folderBytes(at(out))).filter(([name]) =>
        /units\.csv|intervals\.csv|clouds\.csv|pairs\.csv/u.test(name),
      );
    expect(tables('study').length).toBeGreaterThan(6);
    expect(tables('again')).toEqual(tables('study'));
  });

  it('adds replicates in rounds, and draws others for other blocks or another seed', () => {
    const made = (out: string, ...argv: string[]) =>
      [...dissect(out, 'store', '--verbose', ...argv).matchAll(/^replicates .*: done/gmu)].length;
    // Of each of three models the first 200 anew, and what follows of 250 alone.
    expect([made('more', '--replicates', '200'), made('most', '--replicates', '250')]).toEqual([3, 3]);
    const lows = (out: string) => units(out).map((row) => row['iou_low']);
    expect(made('blocks', '--blocks', '45')).toBe(3);
    expect(made('seeded', '--seed', '4')).toBe(3);
    expect(lows('blocks')).not.toEqual(lows('study'));
    expect(lows('seeded')).not.toEqual(lows('study'));
    expect(units('seeded').map(({ iou }) => iou)).toEqual(units('study').map(({ iou }) => iou));
  });

  it('looks for the thresholds of every replicate, whether maps are there already, are to be kept, or models run again', () => {
    const redrawn = ['--resample-thresholds', 'redrawn'];
    dissect('redrawn', 'store', ...redrawn);
    dissect('redrawn-fresh', 'fresh-store', ...redrawn, '--concurrency', '1', '--set', 'runtime.imagesPerShard=11');
    dissect('redrawn-passes', 'pass-store', ...redrawn, '--second-pass');
    const text = (out: string) =>
      ['planted', 'objects', 'simclr'].map((model) => readFileSync(at(out, 'models', model, 'units.csv'), 'utf8'));
    expect(text('redrawn-fresh')).toEqual(text('redrawn'));
    expect(text('redrawn-passes')).toEqual(text('redrawn'));
    const of = (out: string, column: string) => units(out).map((row) => row[column]);
    for (const column of ['concept', 'iou', 'threshold']) expect(of('redrawn', column)).toEqual(of('study', column));
    expect(of('redrawn', 'iou_low')).not.toEqual(of('study', 'iou_low'));
    expect(readFileSync(at('redrawn', 'report.html'), 'utf8')).toContain('quantiles of its own images');
  });

  it('draws units where that is asked for, and nothing where there are no replicates', () => {
    expect(dissect('units', 'store', '--resample', 'units')).toContain('bootstrap over units, 50 replicates');
    expect(Object.keys(units('units')[0] ?? {})).not.toContain('iou_low');
    expect(overOf('units')).toBe('units');
    expect(dissect('none', 'store', '--replicates', '0')).not.toContain('bootstrap');
    expect(Object.keys(units('none')[0] ?? {})).not.toContain('iou_low');
    expect(Object.keys(folderBytes(at('none')))).not.toContain('summary-intervals.csv');
  });
});
