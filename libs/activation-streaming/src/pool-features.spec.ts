import { activationSchema, featureShape, type ActivationBatch, type ActivationShape } from '@intermodel/schemas';
import { buildBatch, emptyBatch, type BatchSchemaError, type InputError } from '@intermodel/streams';
import fc from 'fast-check';
import { concat, EMPTY, lastValueFrom, NEVER, of, take, throwError, toArray, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { poolFeatures, type PoolFeaturesOptions } from './pool-features.ts';

const shape: ActivationShape = {
  ...{ model: 'm', layer: 'l', units: 2, mapHeight: 2, mapWidth: 2, labelHeight: 1, labelWidth: 1 },
};

function batchOf(
  maps: readonly (readonly number[])[],
  of: ActivationShape = shape,
  tokens?: readonly number[][],
): ActivationBatch {
  const prefix = tokens === undefined ? 0 : (tokens[0]?.length ?? 0) / of.units;
  return buildBatch(activationSchema(of, prefix), {
    image: maps.map((_, index) => `i${String(index)}`),
    activations: Float32Array.from(maps.flat()),
    labels: { offsets: new Int32Array(maps.length + 1), values: new Uint16Array() },
    ...(tokens === undefined ? {} : { tokens: Float32Array.from(tokens.flat()) }),
  });
}

const run = (source: Observable<ActivationBatch>, options?: PoolFeaturesOptions) =>
  lastValueFrom(source.pipe(poolFeatures(options), toArray()));

async function featuresOf(source: Observable<ActivationBatch>, options?: PoolFeaturesOptions): Promise<number[][]> {
  const batches = await run(source, options);
  return batches.flatMap((batch) =>
    Array.from({ length: batch.numRows }, (_, row) => Array.from(batch.get(row)!.features as Iterable<number>)),
  );
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as InputError | BatchSchemaError).code,
  );

const [first, second] = [
  [1, 2, 3, 4, -1, -2, -3, -6],
  [0, 0, 0, 1, 5, 5, 5, 5],
];

describe('poolFeatures', () => {
  it('takes the mean, the largest value, or all cells with their units together', async () => {
    const source = of(batchOf([first, second]));
    expect(await featuresOf(source)).toEqual([
      [2.5, -3],
      [0.25, 5],
    ]);
    expect(await featuresOf(source, { pool: 'max' })).toEqual([
      [4, -1],
      [1, 5],
    ]);
    expect(await featuresOf(source, { pool: 'grid' })).toEqual([
      [1, -1, 2, -2, 3, -3, 4, -6],
      [0, 5, 0, 5, 0, 5, 1, 5],
    ]);
  });

  it('takes the first token before the grid as that of the class', async () => {
    const tokens = [
      [7, 8, 0.5, 0.5],
      [9, 10, 0.5, 0.5],
    ];
    expect(await featuresOf(of(batchOf([first, second], shape, tokens)), { pool: 'class-token' })).toEqual([
      [7, 8],
      [9, 10],
    ]);
    expect(await codeOf(run(of(batchOf([first])), { pool: 'class-token' }))).toBe('CLASS_TOKEN_MISSING');
  });

  it('states what the features are of', async () => {
    const [batch] = await run(of(batchOf([first])), { pool: 'grid' });
    expect(featureShape(batch!.schema)).toEqual({
      model: 'm',
      layer: 'l',
      pool: 'grid',
      units: 2,
      height: 2,
      width: 2,
    });
  });

  it('gives what a plain sum gives, whatever the cut of the stream', async () => {
    const value = fc.float({ min: -1e6, max: 1e6, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(value, { minLength: 8, maxLength: 8 }), { minLength: 1 }), async (maps) => {
        const whole = await featuresOf(of(batchOf(maps)));
        const cut = await featuresOf(concat(...maps.map((map) => of(batchOf([map])))));
        const plain = maps.map((map) =>
          [0, 4].map((from) => Math.fround(map.slice(from, from + 4).reduce((sum, each) => sum + each, 0) / 4)),
        );
        expect(whole).toEqual(plain);
        expect(cut).toEqual(plain);
      }),
    );
  });

  it('refuses values that are no numbers, naming image and unit', async () => {
    for (const [pool, bad] of [
      ['mean', Number.NaN],
      ['max', Number.NaN],
      ['grid', Number.POSITIVE_INFINITY],
    ] as const) {
      const work = run(of(batchOf([first, [0, 0, 0, 0, 0, bad, 0, 0]])), { pool });
      expect(await codeOf(work)).toBe('FEATURES_NOT_FINITE');
      await expect(work).rejects.toThrow(/i1.*unit 1 of l of m/s);
    }
  });

  it('refuses what is not of one layer', async () => {
    expect(await codeOf(run(of(batchOf([first]), batchOf([first], { ...shape, layer: 'other' }))))).toBe(
      'BATCH_SCHEMA',
    );
    const foreign = buildBatch(activationSchema(shape), {
      image: ['a'],
      activations: new Float32Array(8),
      labels: { offsets: new Int32Array(2), values: new Uint16Array() },
    });
    foreign.schema.metadata.delete('shape');
    expect(await codeOf(run(of(foreign)))).toBe('BATCH_SCHEMA');
  });

  it('is a well-behaved operator', async () => {
    expect(await run(EMPTY)).toEqual([]);
    expect((await run(of(emptyBatch(activationSchema(shape)))))[0]?.numRows).toBe(0);
    await expect(run(throwError(() => new Error('source')))).rejects.toThrow('source');
    expect(await lastValueFrom(concat(of(batchOf([first])), NEVER).pipe(poolFeatures(), take(1)))).toBeDefined();
    const source = of(batchOf([first]), batchOf([second]));
    expect(await featuresOf(source)).toEqual(await featuresOf(source));
    expect((await run(of(batchOf([first]))))[0]!.schema.names).toEqual(['image', 'features']);
  });
});
