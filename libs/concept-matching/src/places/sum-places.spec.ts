import { combineLabels } from '@intermodel/numerics';
import { activationSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countShards, dissectionPresets, labelPlanesBatch, selectThresholds, sumPlaces } from '../index.ts';

const side = 4;
const shape = {
  model: 'm',
  layer: 'l',
  units: 2,
  mapHeight: side,
  mapWidth: side,
  labelHeight: side,
  labelWidth: side,
};
const preset = { ...dissectionPresets['dissect-2020'], level: 0.75, values: 'raw', padding: 'clamp' } as const;
const vocabulary = [
  { number: 1, name: 'sky', category: 'object' },
  { number: 2, name: 'dog', category: 'object' },
];
const top = (value: number) => Array.from({ length: 16 }, (_, at) => (at < 4 ? value : 0));
const left = (value: number) => Array.from({ length: 16 }, (_, at) => (at % side === 0 ? value : 0));

/** Unit 0 fires in the top row of both images, unit 1 in the left column of the second; sky is above, dog once left. */
const images = [
  { maps: [top(5), left(0)], labels: top(1) },
  { maps: [top(6), left(7)], labels: [...top(1)].map((number, at) => (at % side === 0 ? 2 : number)) },
];

async function places(cells?: number) {
  const batches = images.map(({ maps }) =>
    buildBatch(activationSchema(shape), {
      image: ['i'],
      activations: Float32Array.from(maps.flat()),
      labels: { offsets: Int32Array.of(0, 0), values: new Uint16Array() },
    }),
  );
  const counted = await lastValueFrom(
    from(batches.map((batch) => from([batch]))).pipe(countShards({ presets: [preset], maximumImages: 2 }), toArray()),
  );
  const shards = counted.map(({ histograms: [histogram], kept }, shard) => ({
    histogram: histogram as NonNullable<typeof histogram>,
    kept: () => Promise.resolve(kept),
    labels: () =>
      Promise.resolve(
        labelPlanesBatch(
          shape,
          [String(shard)],
          [combineLabels({ planes: Uint16Array.from(images[shard]?.labels ?? []), blank: 0 }, 16)],
        ),
      ),
  }));
  const thresholds = await lastValueFrom(from(shards).pipe(selectThresholds({ preset })));
  const units = [
    { unit: 0, concept: 'sky', category: 'object' },
    { unit: 1, concept: 'dog', category: 'object' },
  ];
  return lastValueFrom(
    from(shards).pipe(sumPlaces({ thresholds, units, vocabulary, preset, ...(cells === undefined ? {} : { cells }) })),
  );
}

describe(sumPlaces, () => {
  it('gives the share of images in which a unit fires, and a concept lies, at each pixel', async () => {
    const [sky, dog] = await places();
    expect([...(sky?.fires.shares ?? [])]).toEqual(top(1));
    // The top left pixel of the second image is a dog.
    expect([...(sky?.lies.shares ?? [])]).toEqual([0.5, ...top(1).slice(1)]);
    expect([...(dog?.fires.shares ?? [])]).toEqual(left(0.5));
    expect([...(dog?.lies.shares ?? [])]).toEqual(left(0.5));
  });

  it('takes the means of cells, of which a side has no more than asked for', async () => {
    const [sky, dog] = await places(2);
    expect(sky?.fires).toEqual({ height: 2, width: 2, shares: Float64Array.of(0.5, 0.5, 0, 0) });
    expect(dog?.fires.shares).toEqual(Float64Array.of(0.25, 0, 0.25, 0));
    // Of four pixels a side, cells of two rows and columns where three are asked for.
    expect((await places(3))[0]?.lies.width).toBe(2);
  });
});
