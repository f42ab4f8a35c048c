import { activationSchema, type ActivationBatch } from '@intermodel/schemas';
import { BatchSchemaError, buildBatch } from '@intermodel/streams';
import { concat, EMPTY, from, lastValueFrom, of, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { diffPresets, dissectActivations, dissectionPresets } from './index.ts';

const shape = { model: 'm', layer: 'l', units: 2, mapHeight: 1, mapWidth: 2, labelHeight: 1, labelWidth: 2 };
const vocabulary = [
  { number: 1, name: 'left', category: 'place' },
  { number: 2, name: 'right', category: 'place' },
];
const preset = { ...dissectionPresets['dissect-2020'], level: 0.5 };

/** Unit 0 is bright on the left, unit 1 on the right, in every image. */
const batchOf = (images: number): ActivationBatch =>
  buildBatch(activationSchema(shape), {
    image: Array.from({ length: images }, (_, image) => `i${String(image)}`),
    activations: Float32Array.from({ length: images * 4 }, (_, index) => [5, 0, 0, 7][index % 4] ?? 0),
    labels: {
      offsets: Int32Array.from({ length: images + 1 }, (_, image) => image),
      values: Uint16Array.from({ length: images * 2 }, (_, index) => (index % 2) + 1),
    },
  });
const concepts = async (batches: readonly ActivationBatch[]) =>
  (await lastValueFrom(from(batches).pipe(dissectActivations({ vocabulary, preset })))).matches
    .toArray()
    .map(({ concept, iou }) => [concept, iou]);

describe(dissectActivations, () => {
  it('matches units with their concepts, the same however the images are cut into batches', async () => {
    expect(await concepts([batchOf(4)])).toEqual([
      ['left', 1],
      ['right', 1],
    ]);
    expect(await concepts([batchOf(1), batchOf(0), batchOf(3)])).toEqual([
      ['left', 1],
      ['right', 1],
    ]);
  });

  it('counts anew for every subscription, emits nothing without images, and passes errors on', async () => {
    const results = of(batchOf(2)).pipe(dissectActivations({ vocabulary, preset }));
    expect((await lastValueFrom(results)).images).toBe((await lastValueFrom(results)).images);
    expect(await lastValueFrom(EMPTY.pipe(dissectActivations({ vocabulary }), toArray()))).toEqual([]);
    await expect(
      lastValueFrom(
        concat(
          of(batchOf(1)),
          throwError(() => new Error('source')),
        ).pipe(dissectActivations({ vocabulary })),
      ),
    ).rejects.toThrow('source');
  });

  it('lists the units whose detected concept differs between two presets', async () => {
    const { matches } = await lastValueFrom(of(batchOf(2)).pipe(dissectActivations({ vocabulary, preset })));
    expect(diffPresets({ matches, preset }, { matches, preset })).toEqual([]);
    const changed = diffPresets({ matches, preset }, { matches, preset: { ...preset, gate: 1, compareGate: '>' } });
    expect(changed.map(({ unit }) => unit)).toEqual([0, 1]);
  });

  it('refuses a batch of another layer', async () => {
    const other = buildBatch(activationSchema({ ...shape, layer: 'other' }), {
      image: [],
      activations: new Float32Array(),
      labels: { offsets: new Int32Array(1), values: new Uint16Array() },
    });
    await expect(concepts([batchOf(1), other])).rejects.toThrow(BatchSchemaError);
  });
});
