import { fittedEmbeddingSchema, type ConceptProfileBatch, type FittedEmbeddingBatch } from '@intermodel/schemas';
import { InputError } from '@intermodel/streams';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import { RecordBatch } from 'apache-arrow';
import { concatMap, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  componentVariance,
  conceptLoadings,
  describeCategories,
  embedModels,
  fitEmbedding,
  placeModels,
  profileModels,
  rateClusters,
  readFittedEmbedding,
  selectModels,
  summariseProfiles,
  type FitEmbeddingOptions,
} from './index.ts';

const times = (count: number, unit: TinyUnit) => Array.from({ length: count }, () => unit);
const [sky, dog]: TinyUnit[] = [
  ['sky', 'object', 0.5],
  ['dog', 'object', 0.5],
];

// Counts (dog, sky): a (0, 2), b (0, 4), c (0, 6), d (3, 4): centred on (0.75, 4).
const models = { a: times(2, sky!), b: times(4, sky!), c: times(6, sky!), d: [...times(4, sky!), ...times(3, dog!)] };
const profiles = () => lastValueFrom(of(tinyUnitMatches(models)).pipe(profileModels({ normalisation: 'count' })));
const fit = async (batch: ConceptProfileBatch, options: FitEmbeddingOptions = {}) =>
  lastValueFrom(of(batch).pipe(fitEmbedding({ components: 2, clusters: 2, ...options })));

const rowsOf = (batch: Awaited<ReturnType<typeof fit>>) => batch.toArray().map((row) => JSON.stringify(row));

describe(fitEmbedding, () => {
  it('finds the components of a case worked out by hand', async () => {
    // Deviations are dog (-0.75, -0.75, -0.75, 2.25), sky (-2, 0, 2, 0): uncorrelated, with sums of squares 6.75 and 8.
    const embedding = await fit(await profiles());
    const { variance, ratio, mean } = readFittedEmbedding(embedding);
    expect([...mean]).toEqual([0.75, 4]);
    expect(variance[0]).toBeCloseTo(8 / 3, 12);
    expect(variance[1]).toBeCloseTo(6.75 / 3, 12);
    expect(ratio[0]).toBeCloseTo(8 / 14.75, 12);
    const points = await lastValueFrom(of(await profiles()).pipe(embedModels({ embedding })));
    const expected = [
      [-2, -0.75],
      [0, -0.75],
      [2, -0.75],
      [0, 2.25],
    ];
    points.toArray().forEach(({ components }, row) => {
      [...components].forEach((score, index) => {
        expect(score).toBeCloseTo(expected[row]?.[index] ?? Number.NaN, 12);
      });
    });
  });

  it('gives loadings of length 1 whose largest is positive', async () => {
    const embedding = await fit(await profiles());
    const loadings = conceptLoadings(embedding)
      .toArray()
      .map(({ concept, loadings: row }) => [concept, ...row]);
    expect(loadings).toEqual([
      ['dog', expect.closeTo(0, 12), expect.closeTo(1, 12)],
      ['sky', expect.closeTo(1, 12), expect.closeTo(0, 12)],
    ]);
    expect(
      componentVariance(embedding)
        .toArray()
        .map(({ component }) => component),
    ).toEqual([1, 2]);
  });

  const factsOf = (batch: FittedEmbeddingBatch) => batch.schema.metadata.get('facts');

  it('keeps gate and comparison for placing others, the comparison only where it is not the usual one', async () => {
    const batch = await profiles();
    const inclusive = await fit(batch, { gate: 0.2, compareGate: '>=', score: 'f1' });
    expect(readFittedEmbedding(inclusive)).toMatchObject({ gate: 0.2, compareGate: '>=', score: 'f1' });
    // As stored since the first embeddings: tools of any age read one another's.
    expect(factsOf(inclusive)).toContain('"gate":0.2,"inclusive":true,"score":"f1","conceptsOfCategory"');
    const usual = await fit(batch);
    expect(readFittedEmbedding(usual)).toMatchObject({ compareGate: '>', score: 'iou' });
    expect(factsOf(usual)).toContain('"gate":0.04,"conceptsOfCategory"');
  });

  it('tells the variance of the components that were not kept', async () => {
    const embedding = await fit(await profiles(), { components: 1 });
    expect(
      componentVariance(embedding)
        .toArray()
        .map(({ component, variance, ratio }) => [component, variance, ratio]),
    ).toEqual([
      [1, expect.closeTo(8 / 3, 12), expect.closeTo(8 / 14.75, 12)],
      [2, expect.closeTo(6.75 / 3, 12), expect.closeTo(6.75 / 14.75, 12)],
    ]);
    expect(readFittedEmbedding(embedding).components).toBe(1);
  });

  it.each([
    [
      'more components than can be had',
      { a: times(1, sky!), b: times(2, dog!) },
      { components: 2 },
      'TOO_FEW_MODELS',
      /expected: from 1 to 1 components/u,
    ],
    ['a single model', { a: times(1, sky!) }, {}, 'TOO_FEW_MODELS', /at least two models/u],
    [
      'models that are all the same',
      { a: times(2, sky!), b: times(2, sky!) },
      { components: 1 },
      'PROFILES_CONSTANT',
      /the same/u,
    ],
    [
      'a model without a match',
      { a: times(2, sky!), b: [['sky', 'object', 0.01]] as TinyUnit[] },
      { components: 1 },
      'PROFILE_EMPTY',
      /"b"[\s\S]*Exclude them/u,
    ],
    [
      'tables in which nothing matches',
      { a: [['sky', 'object', 0.01]] as TinyUnit[], b: [['-', '', 0.5]] as TinyUnit[] },
      {},
      'NO_MATCHES',
      /no unit of any model/u,
    ],
    [
      'more categories than models',
      { a: times(1, sky!), b: times(2, sky!) },
      { components: 1, clusters: 3 },
      'TOO_MANY_CLUSTERS',
      /from 1 to 2/u,
    ],
  ])('refuses %s', async (_case, units, options, code, message) => {
    const batch = await lastValueFrom(of(tinyUnitMatches(units)).pipe(profileModels({ normalisation: 'count' })));
    const error: unknown = await fit(batch, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect([(error as InputError).code, (error as InputError).message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe(placeModels, () => {
  it('puts fitted models where the fit put them, whether the embedding is fresh or read', async () => {
    const [batch, embedding] = [await profiles(), await fit(await profiles())];
    const placed = await lastValueFrom(of(batch).pipe(placeModels({ embedding })));
    const points = await lastValueFrom(of(batch).pipe(embedModels({ embedding })));
    expect(placed.toArray().map(({ model, components, cluster }) => [model, [...components], cluster])).toEqual(
      points.toArray().map(({ model, components, cluster }) => [model, [...components], cluster]),
    );
    expect(placed.toArray().map(({ inexpressible }) => inexpressible)).toEqual(
      [0, 0, 0, 0].map(() => expect.closeTo(0, 12) as number),
    );
  });

  it('leaves fitted models in their category, also where another centre is as near', async () => {
    const batch = await profiles();
    const embedding = await fit(batch);
    const { clusters, ...facts } = readFittedEmbedding(embedding);
    const moved = clusters.map((cluster, row) => (row === 1 ? 1 - cluster : cluster));
    const tied = new RecordBatch(fittedEmbeddingSchema({ ...facts, clusters: moved }), embedding.data);
    const points = await lastValueFrom(of(batch).pipe(embedModels({ embedding: tied })));
    expect(points.toArray().map(({ cluster }) => cluster)).toEqual(moved);
  });

  it('tells what the embedding cannot express', async () => {
    // Only the component of sky is kept; the new model lies at (dog, sky) = (0.75, 6) and has 4 matches of an unknown
    // concept.
    const embedding = await fit(await profiles(), { components: 1 });
    const units = tinyUnitMatches({ e: [...times(6, sky!), ...times(4, ['cat', 'object', 0.5])] });
    const batch = await lastValueFrom(of(units).pipe(profileModels({ normalisation: 'count' })));
    const [row] = (await lastValueFrom(of(batch).pipe(placeModels({ embedding })))).toArray();
    // Centred: sky 2, dog -0.75, cat 4.
    expect([...(row?.components ?? [])]).toEqual([expect.closeTo(2, 12)]);
    expect(row?.inexpressible).toBeCloseTo(1 - 4 / (4 + 0.75 ** 2 + 16), 12);
  });

  it('does not count concepts as inexpressible that were left out on purpose', async () => {
    const selected = await lastValueFrom(
      of(await profiles()).pipe(selectModels({ exclude: ['d'], dropFirstConcept: true })),
    );
    const embedding = await fit(selected, {
      components: 1,
      clusters: 1,
      leftOut: [{ concept: 'dog', category: 'object' }],
    });
    const placed = await lastValueFrom(of(await profiles()).pipe(placeModels({ embedding })));
    expect(placed.toArray().map(({ inexpressible }) => inexpressible)).toEqual(
      [0, 0, 0, 0].map(() => expect.closeTo(0, 12) as number),
    );
  });
});

describe(selectModels, () => {
  it('leaves models out but keeps columns and weights', async () => {
    const selected = await lastValueFrom(of(await profiles()).pipe(selectModels({ exclude: ['d'] })));
    expect(selected.toArray().map(({ model, concept, weight }) => [model, concept, weight])).toEqual([
      ['a', 'dog', 0],
      ['a', 'sky', 2],
      ['b', 'dog', 0],
      ['b', 'sky', 4],
      ['c', 'dog', 0],
      ['c', 'sky', 6],
    ]);
  });

  it('drops concepts that only those left out match, where it is told to', async () => {
    const selected = await lastValueFrom(
      of(await profiles()).pipe(selectModels({ exclude: ['d'], dropUnmatched: true })),
    );
    expect(selected.toArray().map(({ model, concept, weight }) => [model, concept, weight])).toEqual([
      ['a', 'sky', 2],
      ['b', 'sky', 4],
      ['c', 'sky', 6],
    ]);
  });

  it('refuses unknown names, and to leave out all', async () => {
    await expect(lastValueFrom(of(await profiles()).pipe(selectModels({ exclude: ['A'] })))).rejects.toThrow(
      /Did you mean "a"/u,
    );
    await expect(
      lastValueFrom(of(await profiles()).pipe(selectModels({ exclude: ['a', 'b', 'c', 'd'] }))),
    ).rejects.toThrow(/no model is left/u);
  });
});

describe('summaries and categories of models', () => {
  it('counts matches, unique concepts and redundancy, undefined where nothing matches', async () => {
    const units = tinyUnitMatches({ a: times(3, sky!), b: [dog!, sky!, ['red', 'color', 0.2]] });
    const summaries = await lastValueFrom(of(units).pipe(profileModels(), summariseProfiles()));
    expect(
      summaries
        .toArray()
        .map(({ model, category, matches, unique, redundancy }) => [model, category, matches, unique, redundancy]),
    ).toEqual([
      ['a', 'color', 0, 0, null],
      ['a', 'object', 3, 1, 3],
      ['b', 'color', 1, 1, 1],
      ['b', 'object', 2, 2, 1],
    ]);
  });

  it('describes a category by what it has more of than the others', async () => {
    const batch = await profiles();
    const embedding = await fit(batch, { clusters: 2 });
    const cluster = readFittedEmbedding(embedding).clusters[3];
    const traits = await lastValueFrom(of(batch).pipe(describeCategories({ embedding })));
    const own = traits.toArray().filter((trait) => trait.cluster === cluster && trait.trait === 'weight');
    expect(own[0]).toMatchObject({ concept: 'dog', inside: 3, outside: 0, difference: 3 });
    for (const each of [0, 1]) {
      const differences = traits
        .toArray()
        .filter((trait) => trait.cluster === each && trait.trait === 'weight')
        .map(({ difference }) => difference);
      expect(differences).toEqual([...differences].sort((a, b) => b - a));
      expect(new Set(differences).size).toBe(2);
    }
  });

  it('averages over the models that have a value', async () => {
    const wing: TinyUnit = ['wing', 'part', 0.5];
    const parts = { a: [...times(2, sky!), ...times(6, wing)], b: times(3, sky!), c: [...times(9, dog!), wing] };
    const batch = await lastValueFrom(of(tinyUnitMatches(parts)).pipe(profileModels({ normalisation: 'count' })));
    const embedding = await fit(batch, { components: 1, clusters: 1 });
    const traits = (await lastValueFrom(of(batch).pipe(describeCategories({ embedding })))).toArray();
    const ofParts = (trait: string) => traits.find((each) => each.trait === trait && each.category === 'part');
    // b has no part, so that its redundancy is undefined, while its number of matches is 0.
    expect([ofParts('redundancy')?.inside, ofParts('matches')?.inside]).toEqual([(6 + 1) / 2, 7 / 3]);
  });

  it('rates numbers of categories, the first without silhouette', async () => {
    const rated = await lastValueFrom(of(await profiles()).pipe(rateClusters({ references: 5 })));
    const rows = rated.toArray();
    expect(rows.map(({ k }) => k)).toEqual([1, 2, 3, 4]);
    expect(rows[0]?.inertia).toBeCloseTo(14.75, 12);
    expect(rows[0]?.silhouette).toBeNull();
    expect(rows[3]?.inertia).toBeCloseTo(0, 12);
  });

  it('keeps the fit the same for the same seed', async () => {
    const batch = await profiles();
    const again = await lastValueFrom(
      of(batch).pipe(concatMap((same) => of(same).pipe(fitEmbedding({ components: 2, clusters: 2 })))),
    );
    expect(rowsOf(again)).toEqual(rowsOf(await fit(batch)));
  });
});
