import { createRandom } from '@intermodel/numerics';
import { openProducts } from '@intermodel/onnx';
import { InputError } from '@intermodel/streams';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import golden from '../golden/heads.json' with { type: 'json' };
import type { ProbeOutcome } from '../probe-outcome.ts';
import { drawEpisodes, eligibleClasses } from './episodes.ts';
import { probeFewShot } from './few-shot.ts';
import { fitGram } from './gram-regression.ts';
import type { LabelledFeatures } from './labelled-features.ts';
import { openLogisticRegression } from './logistic-regression.ts';
import { percentileInterval } from '../percentile-interval.ts';
import { probeManyShot, type ManyShotOptions } from './many-shot.ts';
import { kthLargest } from './nearest-rows.ts';
import { probeNeighbours } from './neighbours.ts';

const part = (
  values: readonly number[],
  columns: number,
  of: readonly (number | readonly number[])[],
  names?: readonly string[],
): LabelledFeatures => ({
  features: { values: Float32Array.from(values), rows: of.length, columns },
  labels: of.map((own) => (typeof own === 'number' ? [own] : own)),
  images: names ?? of.map((_, row) => `${String(row).padStart(4, '0')}.jpg`),
});

/** Clouds of images about a centre for each class, in which classes follow one another. */
function clouds(rows: number, columns: number, classes: number, seed: number, spread = 1): LabelledFeatures {
  const random = createRandom(1);
  const centres = Float64Array.from({ length: classes * columns }, () => random.normal());
  const noise = createRandom(seed, 2);
  return part(
    Array.from(
      { length: rows * columns },
      (_, index) =>
        (centres[(Math.floor(index / columns) % classes) * columns + (index % columns)] as number) +
        spread * noise.normal(),
    ),
    columns,
    Array.from({ length: rows }, (_, row) => row % classes),
    Array.from({ length: rows }, (_, row) => `${String(seed)}-${String(row).padStart(4, '0')}.jpg`),
  );
}

const named = (count: number) => Array.from({ length: count }, (_, index) => `class ${String(index)}`);
const scoresOf = (outcomes: readonly ProbeOutcome[]) =>
  Object.fromEntries(outcomes.map(({ metric, score }) => [metric, score]));
const codeOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  return error instanceof InputError ? error.code : error;
};

/** Clouds in three parts, of which few replicates are asked for. */
const task = (more: Partial<ManyShotOptions> = {}): ManyShotOptions => ({
  train: clouds(60, 6, 3, 1, 1.5),
  val: clouds(30, 6, 3, 2, 1.5),
  test: clouds(45, 6, 3, 3, 1.5),
  classes: named(3),
  isMultiLabel: false,
  replicates: 50,
  ...more,
});

describe('many-shot classification', () => {
  it.each(golden.softmax.filter(({ C }) => C >= 0.01))('scores as scikit-learn does: $name', async (each) => {
    const test = part(each.testFeatures, each.columns, each.testOf);
    // Of one value of C nothing is chosen; the rows of both parts are those of the reference.
    const rows = Math.floor(each.of.length / 2);
    const train = part(each.features.slice(0, rows * each.columns), each.columns, each.of.slice(0, rows));
    const val = part(each.features.slice(rows * each.columns), each.columns, each.of.slice(rows));
    const { outcomes } = await probeManyShot(
      task({ train, val, test, classes: named(each.classes), penalties: [each.C] }),
    );
    expect(outcomes.map(({ metric }) => metric)).toEqual(['accuracy', 'mean per-class accuracy']);
    expect(outcomes[0]?.score).toBeCloseTo(each.accuracy, 12);
    expect(outcomes[1]?.score).toBeCloseTo(each.meanPerClass, 12);
    expect(outcomes[0]?.chosen).toBe(`C = ${String(each.C)}`);
  });

  it('scores several labels as scikit-learn does', async () => {
    const { classes, columns, features, present, testFeatures, testPresent, C, precision } = golden.labels;
    const lists = (cells: readonly number[]) =>
      Array.from({ length: cells.length / classes }, (_, row) =>
        [...named(classes).keys()].filter((label) => cells[row * classes + label] === 1),
      );
    const labels = lists(present);
    const train = part(features.slice(0, 25 * columns), columns, labels.slice(0, 25));
    const val = part(features.slice(25 * columns), columns, labels.slice(25));
    const test = part(testFeatures, columns, lists(testPresent));
    const { outcomes } = await probeManyShot(
      task({ train, val, test, classes: named(classes), isMultiLabel: true, penalties: [C] }),
    );
    expect(outcomes.map(({ metric }) => metric)).toEqual(['11-point mAP']);
    expect(outcomes[0]?.score).toBeCloseTo(precision, 12);
  });

  it('chooses C by the validation part alone, of equals the smallest', async () => {
    const first = await probeManyShot(task());
    const other = await probeManyShot(task({ test: clouds(45, 6, 3, 9, 9) }));
    expect(other.outcomes[0]?.chosen).toBe(first.outcomes[0]?.chosen);
    expect(other.outcomes[0]?.score).not.toBe(first.outcomes[0]?.score);
    const easy = clouds(30, 6, 3, 4, 0.01);
    const { outcomes } = await probeManyShot(task({ train: easy, val: easy, test: easy, penalties: [0.1, 1, 10] }));
    expect(scoresOf(outcomes)).toEqual({ accuracy: 1, 'mean per-class accuracy': 1 });
    expect(outcomes[0]?.chosen).toBe('C = 0.1');
  });

  it('is the same on any number of threads, with replicates of the same images for all models', async () => {
    const [alone, both] = [await probeManyShot(task({ threads: 1 })), await probeManyShot(task({ threads: 2 }))];
    expect(both).toEqual(alone);
    const replicates = [...(alone.outcomes[0]?.replicates ?? [])];
    expect(replicates).toHaveLength(50);
    const mean = replicates.reduce((sum, value) => sum + value / 50, 0);
    expect(Math.abs(mean - (alone.outcomes[0]?.score ?? NaN))).toBeLessThan(0.05);
  });

  it('counts classes that training lacks as wrong, and says so', async () => {
    const test = part([...clouds(4, 6, 2, 5, 0.01).features.values], 6, [0, 1, 2, 2]);
    const [train, val] = [clouds(20, 6, 2, 1, 0.01), clouds(20, 6, 2, 2, 0.01)];
    const { outcomes, warnings } = await probeManyShot(task({ train, val, test }));
    expect(scoresOf(outcomes)).toEqual({ accuracy: 0.5, 'mean per-class accuracy': 2 / 3 });
    expect(warnings).toEqual([
      '2 of 4 test images have classes that none of the images of training and validation has, and count as wrong: "class 2".',
    ]);
  });

  it('learns a class that one image has, be it of validation', async () => {
    const train = part([0, 1, 0, 1.1], 1, [0, 1, 0, 1]);
    const val = part([0, 1, 9], 1, [0, 1, 2]);
    const test = part([0.1, 1, 8], 1, [0, 1, 2]);
    const { outcomes, warnings } = await probeManyShot(task({ train, val, test, penalties: [1000] }));
    expect(warnings).toEqual([
      '1 of 3 validation images have classes that none of the training images has, and count as wrong: "class 2".',
    ]);
    expect(outcomes[0]?.score).toBe(1);
  });

  it('takes features that are the same for all images, and labels that all images have', async () => {
    const same = part(new Array<number>(12).fill(5), 2, [0, 0, 0, 0, 1, 1]);
    const { outcomes } = await probeManyShot(task({ train: same, val: same, test: same }));
    expect(scoresOf(outcomes)).toEqual({ accuracy: 4 / 6, 'mean per-class accuracy': 0.5 });
    const labels = part([1, 2, 3, 4], 1, [[0], [0], [0, 1], [0, 1]]);
    const many = await probeManyShot(
      task({ train: labels, val: labels, test: labels, classes: named(3), isMultiLabel: true }),
    );
    expect(many.outcomes[0]?.score).toBe(1);
    expect(many.warnings).toHaveLength(1);
    expect(many.warnings[0]).toMatch(/"class 0", "class 2": the head cannot tell/u);
  });

  it('refuses what it cannot be fitted on', async () => {
    const none = part([], 6, []);
    for (const empty of ['train', 'val', 'test'] as const)
      expect(await codeOf(probeManyShot(task({ [empty]: none })))).toBe('PART_EMPTY');
    await expect(probeManyShot(task({ val: none }))).rejects.toThrow(
      /part val, which C is chosen on.*`tasks\[\].split`/su,
    );
    const one = part([1, 2], 1, [0, 0]);
    expect(await codeOf(probeManyShot(task({ train: one, val: one, test: one })))).toBe('PROBE_CLASSES');
    expect(await codeOf(probeManyShot(task({ train: one, val: one, test: one, isMultiLabel: true })))).toBe(
      'PROBE_CLASSES',
    );
    const several = part([1, 2], 1, [0, [0, 1]]);
    expect(await codeOf(probeManyShot(task({ train: several, val: one, test: one })))).toBe('PROBE_SEVERAL_CLASSES');
    for (const value of [NaN, Infinity, -Infinity]) {
      const broken = part([1, 2, 3, value], 2, [0, 1]);
      const work = probeManyShot(task({ train: broken, val: broken, test: broken }));
      expect(await codeOf(work)).toBe('FEATURES_NOT_FINITE');
      await expect(work).rejects.toThrow(/feature 1 .* of image "0001.jpg"/u);
    }
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const onProgress = (done: number) => {
      if (done === 3) stop.abort(new Error('enough'));
    };
    await expect(probeManyShot(task({ signal: stop.signal, onProgress }))).rejects.toThrow('enough');
  });
});

describe('nearest neighbours', () => {
  const { columns, classes, features, of, testFeatures, testOf, predicted } = golden.neighbours;

  it.each(Object.entries(predicted))('vote as in scikit-learn, k = %s', async (k, expected) => {
    const { outcomes } = await probeNeighbours({
      bank: [
        part(features.slice(0, 35 * columns), columns, of.slice(0, 35)),
        part(features.slice(35 * columns), columns, of.slice(35)),
      ],
      test: part(testFeatures, columns, expected),
      classes: named(classes),
      neighbours: [Number(k)],
      replicates: 10,
    });
    expect(scoresOf(outcomes)).toEqual({ [`top-1 accuracy (k = ${k})`]: 1 });
    expect(testOf).toHaveLength(expected.length);
  });

  it('weigh votes by similarity, take the first of equals and the smallest class', async () => {
    const bank = [part([1, 0, 0, 1, 0, 1, 1, 0], 2, [1, 0, 0, 1])];
    const run = async (at: readonly number[], label: number, k: number) =>
      (await probeNeighbours({ bank, test: part(at, 2, [label]), classes: named(2), neighbours: [k], replicates: 2 }))
        .outcomes[0]?.score;
    // As near to all: the first of them for k = 1, and equal votes for k = 4.
    expect(await run([1, 1], 1, 1)).toBe(1);
    expect(await run([1, 1], 0, 4)).toBe(1);
    expect(await run([1, 0.5], 1, 3)).toBe(1);
    expect(await run([0, 0], 0, 4)).toBe(1);
  });

  it('say where the bank has fewer images, or lacks a class', async () => {
    const { outcomes, warnings } = await probeNeighbours({
      bank: [part([1, 0, 0, 1], 2, [0, 1])],
      test: part([1, 0.1, 1, 0.1], 2, [0, 2]),
      classes: named(3),
      replicates: 5,
    });
    expect(outcomes.map(({ score }) => score)).toEqual([0.5, 0.5]);
    expect(warnings).toEqual([
      'There are 2 images of training and validation, fewer than 20 and 200 neighbours: all of them vote there.',
      '1 of 2 test images have classes that none of the images of training and validation has, and count as wrong: "class 2".',
    ]);
  });

  it('need images', async () => {
    const some = part([1], 1, [0]);
    const none = part([], 1, []);
    expect(await codeOf(probeNeighbours({ bank: [none], test: some, classes: named(1) }))).toBe('PART_EMPTY');
    expect(await codeOf(probeNeighbours({ bank: [some], test: none, classes: named(1) }))).toBe('PART_EMPTY');
  });

  it('are found by selection', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 }), (values) => {
        const sorted = [...values].sort((a, b) => b - a);
        sorted.forEach((value, place) => {
          expect(kthLargest(Float32Array.from(values), place + 1)).toBe(value);
        });
      }),
    );
  });
});

describe('few-shot classification', () => {
  const parts = [clouds(90, 8, 6, 1, 1.5), clouds(60, 8, 6, 2, 1.5)];
  const options = { parts, ways: 3, shots: [1, 5], queries: 4, episodes: 40, seed: 3, replicates: 30 };

  it('scores both heads for each number of shots', async () => {
    const { outcomes, warnings } = await probeFewShot(options);
    expect(warnings).toEqual([]);
    const images = parts.reduce((sum, { images: own }) => sum + own.length, 0);
    expect(outcomes.map(({ metric }) => metric)).toEqual([
      '1-shot accuracy (nearest mean)',
      '1-shot accuracy (logistic regression)',
      '5-shot accuracy (nearest mean)',
      '5-shot accuracy (logistic regression)',
    ]);
    // Images are drawn again, not episodes: there are no more of them than images.
    for (const { n } of outcomes) expect(n).toBeLessThanOrEqual(images);
    const [one, , five] = outcomes.map(({ score }) => score);
    expect(one).toBeGreaterThan(1 / 3);
    expect(five).toBeGreaterThan(one as number);
  });

  it('equals both heads computed by their definitions', async () => {
    const sorted = parts
      .flatMap(({ features, labels, images }) =>
        images.map((name, row) => ({
          name,
          label: labels[row]?.[0] as number,
          own: [...features.values.subarray(row * 8, (row + 1) * 8)],
        })),
      )
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const classOf = Int32Array.from(sorted, ({ label }) => label);
    const unit = (values: readonly number[]) => values.map((value) => value / Math.hypot(...values));
    const own = (image: number) => unit(sorted[image]?.own as number[]);
    const accuracies = { mean: 0, regression: 0 };
    const drawn = { ...options, shots: 5 };
    for (const { support, queries, ways } of drawEpisodes(eligibleClasses(classOf, drawn), drawn)) {
      const means = [0, 1, 2].map((way) =>
        Array.from({ length: 8 }, (_, column) =>
          support.reduce((sum, image, row) => sum + (ways[row] === way ? (own(image)[column] as number) / 5 : 0), 0),
        ),
      );
      const regression = await openLogisticRegression([
        {
          features: {
            values: Float32Array.from([...support].flatMap((image) => own(image))),
            rows: 15,
            columns: 8,
          },
          targets: { kind: 'classes', classes: 3, of: ways },
        },
      ]);
      const { weights, intercepts } = await regression.fit(1);
      await regression.close();
      queries.forEach((image, row) => {
        const way = Math.floor(row / 4);
        const distances = means.map((mean) =>
          Math.hypot(...mean.map((value, index) => value - (own(image)[index] as number))),
        );
        const logits = [0, 1, 2].map((each) =>
          unit(own(image)).reduce(
            (sum, value, column) => sum + value * (weights[each * 8 + column] as number),
            intercepts[each] as number,
          ),
        );
        accuracies.mean += Number(distances.indexOf(Math.min(...distances)) === way) / (12 * 40);
        accuracies.regression += Number(logits.indexOf(Math.max(...logits)) === way) / (12 * 40);
      });
    }
    const { outcomes } = await probeFewShot({ ...options, shots: [5] });
    expect(outcomes[0]?.score).toBeCloseTo(accuracies.mean, 12);
    expect(outcomes[1]?.score).toBeCloseTo(accuracies.regression, 12);
  });

  it('tells intervals that more episodes do not make narrower than the images allow', async () => {
    const noise = createRandom(9);
    const random = part(
      Array.from({ length: 90 * 8 }, () => noise.normal()),
      8,
      Array.from({ length: 90 }, (_, image) => image % 3),
    );
    const widthOf = async (episodes: number) => {
      const { outcomes } = await probeFewShot({ ...options, parts: [random], shots: [5], episodes, replicates: 200 });
      const [low, high] = percentileInterval(outcomes[0]?.replicates ?? new Float64Array());
      // What is at chance is not told apart from it.
      expect(low).toBeLessThan(1 / 3);
      expect(high).toBeGreaterThan(1 / 3);
      return high - low;
    };
    expect(await widthOf(600)).toBeGreaterThan(0.4 * (await widthOf(60)));
  });

  it('draws the same episodes for all models, whatever the split, and other ones for another seed', async () => {
    const first = await probeFewShot(options);
    expect(await probeFewShot({ ...options, parts: [...parts].reverse(), threads: 1 })).toEqual(first);
    const other = await probeFewShot({ ...options, seed: 4 });
    expect(scoresOf(other.outcomes)).not.toEqual(scoresOf(first.outcomes));
  });

  it('draws classes and images that are all different', () => {
    const classOf = Int32Array.from({ length: 60 }, (_, image) => image % 7);
    const drawn = { ways: 4, shots: 3, queries: 2, episodes: 50, seed: 1 };
    const seen = new Set<number>();
    for (const { support, queries, ways } of drawEpisodes(eligibleClasses(classOf, drawn), drawn)) {
      const images = [...support, ...queries];
      expect(new Set(images).size).toBe(20);
      const labels = [...support].map((image) => classOf[image]);
      expect(new Set(labels).size).toBe(4);
      support.forEach((image, row) => {
        expect(classOf[image]).toBe(labels[3 * (ways[row] as number)]);
      });
      queries.forEach((image, row) => {
        expect(classOf[image]).toBe(labels[3 * Math.floor(row / 2)]);
      });
      for (const image of images) seen.add(image);
    }
    expect(seen.size).toBe(60);
  });

  it('leaves out shots that the images do not allow', async () => {
    const { outcomes, warnings } = await probeFewShot({ ...options, shots: [1, 100], episodes: 3 });
    expect(outcomes).toHaveLength(2);
    expect(warnings).toEqual(['100 shots are left out: no class has at least 104 images, and an episode needs 3.']);
    expect(await codeOf(probeFewShot({ ...options, shots: [100] }))).toBe('EPISODES_IMPOSSIBLE');
    expect(await codeOf(probeFewShot({ ...options, ways: 7 }))).toBe('EPISODES_IMPOSSIBLE');
    expect(await codeOf(probeFewShot({ ...options, parts: [part([], 8, [])] }))).toBe('PART_EMPTY');
  });

  it('takes features of zeros, and features that are large beside what they differ in', async () => {
    const zeros = part(
      new Array<number>(80).fill(0),
      2,
      Array.from({ length: 40 }, (_, image) => image % 2),
    );
    const small = { ways: 2, shots: [2], queries: 3, episodes: 20, replicates: 5 };
    const dull = await probeFewShot({ ...small, parts: [zeros] });
    expect(dull.outcomes.map(({ score }) => score)).toEqual([0.5, 0.5]);
    const far = part(
      Array.from({ length: 80 }, (_, index) => 1000 + (index % 4 === 0 ? 0.01 : 0) + 0.001 * (index % 3)),
      2,
      Array.from({ length: 40 }, (_, image) => image % 2),
    );
    const { outcomes } = await probeFewShot({ ...small, parts: [far] });
    expect(outcomes[0]?.score).toBe(1);
  });

  it('finds by inner products the minimum that features give', async () => {
    const products = openProducts();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(0.01, 1, 10),
        async (classes, shots, columns, C) => {
          const { features: drawn, labels } = clouds(classes * shots, columns, classes, 5);
          const features = { ...drawn, values: drawn.values.slice() };
          for (let start = 0; start < features.values.length; start += columns) {
            const row = features.values.subarray(start, start + columns);
            const length = Math.hypot(...row);
            for (let column = 0; column < columns; column++) row[column] = (row[column] as number) / length;
          }
          const of = Int32Array.from(labels, ([label]) => label as number);
          const wide = { ...features, values: Float64Array.from(features.values) };
          const inner = await products.multiply(wide, wide, 'second');
          const fit = await fitGram({ inner, outer: inner, of, classes }, C, products);
          const regression = await openLogisticRegression([{ features, targets: { kind: 'classes', classes, of } }]);
          const { loss } = await regression.fit(C);
          await regression.close();
          expect(Math.abs(fit.loss - loss)).toBeLessThanOrEqual(1e-5 * loss);
        },
      ),
      { numRuns: 100 },
    );
    await products.close();
  });
});
