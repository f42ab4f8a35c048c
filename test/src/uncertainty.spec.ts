import {
  concludeDissection,
  countShards,
  dissectionPresets,
  labelPlanesBatch,
  mergeOverlaps,
  resampleMatches,
  selectThresholds,
  tallyOverlaps,
} from '@intermodel/concept-matching';
import { bootstrapProfiles, ImageReplicates, profileModels } from '@intermodel/embedding';
import { combineLabels, createRandom, type Random } from '@intermodel/numerics';
import { activationSchema, type ActivationShape } from '@intermodel/schemas';
import { intervalMatches } from '@intermodel/significance';
import { buildBatch } from '@intermodel/streams';
import { from, lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';

const side = 6;
const pixels = side ** 2;
const units = 24;

// Activations are 0 or 1, so that every threshold is 0, whatever the sample.
const preset = {
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

/** Matches of a sample of images with their intervals, and counts with theirs. */
async function sampleWorld(images: number, seed: number, gate: number) {
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
      for (const pixel of active) activations[(image * units + unit) * pixels + pixel] = 1;
    }
    return combineLabels({ planes }, pixels);
  });
  const names = labels.map((_, image) => `i${String(image)}`);
  const batch = buildBatch(activationSchema(shape), {
    image: names,
    activations,
    labels: { offsets: new Int32Array(images + 1), values: new Uint16Array() },
  });
  const counted = await lastValueFrom(
    of(of(batch)).pipe(countShards({ presets: [preset], maximumImages: images }), toArray()),
  );
  const planes = labelPlanesBatch(shape, names, labels);
  const shards = counted.map(({ histograms, kept }) => ({
    histogram: histograms[0] as (typeof histograms)[number],
    kept: () => Promise.resolve(kept),
    labels: () => Promise.resolve(planes),
  }));
  const thresholds = await lastValueFrom(from(shards).pipe(selectThresholds({ preset })));
  const { matches } = await lastValueFrom(
    from(shards).pipe(
      tallyOverlaps({ thresholds, vocabulary, preset }),
      mergeOverlaps(),
      concludeDissection({ thresholds, vocabulary, preset }),
    ),
  );
  const replicates = await lastValueFrom(
    from(shards).pipe(
      resampleMatches({ thresholds, matches, vocabulary, preset, rounds: [{ first: 0, count: 400 }], seed }),
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

describe('intervals over images in a layer whose truth is known', () => {
  it('hold the IoU of units about as often as they say, and the number of matches at least so often', async () => {
    const truth = trueIous();
    const gate = ((truth[11] as number) + (truth[12] as number)) / 2;
    const above = truth.filter((iou) => iou > gate).length;
    const [worlds, images] = [20, 120];
    let [held, asked, heldCounts] = [0, 0, 0];
    for (let seed = 1; seed <= worlds; seed++) {
      const { rows, all } = await sampleWorld(images, seed, gate);
      rows.forEach(({ concept, iouLow, iouHigh }, unit) => {
        // What is matched with another concept by chance is about another pair.
        if (concept !== `c${String(unit)}`) return;
        asked++;
        if (iouLow <= (truth[unit] as number) && (truth[unit] as number) <= iouHigh) held++;
      });
      if (all !== null && all.matchesLow <= above && above <= all.matchesHigh) heldCounts++;
    }
    expect(asked).toBeGreaterThan(0.9 * worlds * units);
    const error = Math.sqrt((0.95 * 0.05) / asked);
    expect(held / asked).toBeGreaterThan(0.95 - 4 * error);
    expect(held / asked).toBeLessThan(0.95 + 3 * error);
    expect(heldCounts / worlds).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / worlds));
  });
});
