/**
 * Writes scenes of the small world as NumPy arrays for `train.py`.
 *
 *     npx tsx --conditions=@intermodel/source tools/small-world/write-arrays.ts --images 8000 --seed 1001 --out arrays
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drawScene, imageSide, numberOf, thingNames, worldNames } from '@intermodel/small-world';
import { npyHeader } from '@intermodel/streams';

const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: '8000' },
    seed: { type: 'string', default: '1001' },
    out: { type: 'string', default: 'arrays' },
  },
});
const images = Number(options.images);
if (!Number.isInteger(images) || images < 1 || !Number.isInteger(Number(options.seed)))
  throw new RangeError(`--images and --seed take whole numbers, got ${options.images} and ${options.seed}`);
const pixels = imageSide * imageSide;
const materials = worldNames.material.map((name) => numberOf('material', name));
const arrays = {
  images: array(imageSide, imageSide, 3),
  objects: array(imageSide, imageSide),
  materials: array(imageSide, imageSide),
  scenes: array(),
  main_thing: array(),
  presence: array(thingNames.length),
  material_presence: array(materials.length),
};

for (let image = 0; image < images; image++) {
  const { pixels: picture, planes, scene, things } = drawScene({ seed: Number(options.seed), image });
  const largest = things.reduce((most, { pixels: seen }) => Math.max(most, seen), 0);
  const main = things.find(({ pixels: seen }) => seen === largest);
  const seen = new Set(planes.material);
  arrays.images.put(image, picture);
  arrays.objects.put(image, planes.object);
  arrays.materials.put(image, planes.material);
  arrays.scenes.put(image, [numberOf('scene', scene)]);
  arrays.main_thing.put(image, [main === undefined ? 255 : thingNames.indexOf(main.name)]);
  arrays.presence.put(
    image,
    thingNames.map((name) => Number(things.some((thing) => thing.name === name))),
  );
  arrays.material_presence.put(
    image,
    materials.map((number) => Number(seen.has(number))),
  );
}

mkdirSync(options.out, { recursive: true });
for (const [name, { shape, bytes }] of Object.entries(arrays))
  writeFileSync(path.join(options.out, `${name}.npy`), Buffer.concat([npyHeader('|u1', shape), bytes]));
console.log(`${String(images)} scenes of ${String(pixels)} pixels in ${options.out}`);

/** An array of bytes with a row for each image. */
function array(...sizes: readonly number[]) {
  const size = sizes.reduce((product, factor) => product * factor, 1);
  const bytes = new Uint8Array(images * size);
  const put = (image: number, values: ArrayLike<number>) => {
    bytes.set(values, image * size);
  };
  return { shape: [images, ...sizes], bytes, put };
}
