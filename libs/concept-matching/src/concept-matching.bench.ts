import { TopActivations } from '@intermodel/numerics';
import { activationSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { from, lastValueFrom } from 'rxjs';
import { bench, describe } from 'vitest';
import { dissectActivations } from './index.ts';

// 50 images of 2,048 units on 7 x 7 maps, about five in six values 0; an iteration handles all: divide by 50.
const shape = { model: 'm', layer: 'l', units: 2048, mapHeight: 7, mapWidth: 7, labelHeight: 56, labelWidth: 56 };
const vocabulary = Array.from({ length: 20 }, (_, index) => ({
  number: index + 1,
  name: `concept ${String(index)}`,
  category: 'object',
}));
const wave = (index: number) => Math.sin(index * 12.9898) * 43758.5453;
const images = Array.from({ length: 50 }, (_, image) =>
  Float32Array.from({ length: 2048 * 49 }, (__, index) =>
    Math.max(0, wave(index + image * 7919) - Math.floor(wave(index + image * 7919)) - 0.83),
  ),
);
const planes = images.map((_, image) =>
  Uint16Array.from({ length: 56 * 56 }, (__, pixel) => (Math.floor(pixel / 400) + image) % 21),
);
const batches = images.map((activations, image) =>
  buildBatch(activationSchema(shape), {
    ...{ image: [String(image)], activations },
    labels: { offsets: Int32Array.of(0, 1), values: planes[image] as Uint16Array },
  }),
);
const options = { iterations: 3, time: 0, warmupIterations: 1, warmupTime: 0 };

describe('50 images x 2,048 units', () => {
  bench(
    'dissectActivations: counts, thresholds, overlaps, matches',
    async () => {
      const { matches } = await lastValueFrom(
        from(batches).pipe(dissectActivations({ vocabulary, maximumImages: images.length })),
      );
      if (matches.numRows !== 2048) throw new Error('2,048 units expected');
    },
    options,
  );

  bench(
    'TopActivations: the five images that drive each unit most',
    () => {
      const top = new TopActivations({ units: 2048, mapSize: 49 });
      images.forEach((maps, image) => {
        top.add(image, maps);
      });
      if (top.read(0).length !== 5) throw new Error('5 images expected');
    },
    options,
  );
});
