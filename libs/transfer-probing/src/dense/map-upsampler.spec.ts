import { planUpsampling, upsampleMap } from '@intermodel/numerics';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MapUpsampler } from './map-upsampler.ts';

it('has the very values of the plain definition, whatever the sizes', () => {
  const side = fc.integer({ min: 1, max: 9 });
  const sizes = fc.record({ height: side, width: side, targetHeight: side, targetWidth: side });
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 3 }),
      fc.infiniteStream(fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 })),
      (drawn, maps, stream) => {
        const cells = drawn.height * drawn.width;
        const values = Float32Array.from({ length: cells * maps }, () => stream.next().value as number);
        const target = new Float32Array(drawn.targetHeight * drawn.targetWidth);
        const upsampler = new MapUpsampler(drawn);
        for (let map = 0; map < maps; map++) {
          upsampler.upsample(values, maps, map, target);
          const plain = Float32Array.from({ length: cells }, (_, cell) => values[cell * maps + map]!);
          expect(target).toEqual(upsampleMap(planUpsampling({ ...drawn, padding: 'clamp' }), plain));
        }
      },
    ),
  );
});
