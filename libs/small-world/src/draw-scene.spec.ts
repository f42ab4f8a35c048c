import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawScene } from './draw-scene.ts';
import { imageSide, visiblePixels, type WorldScene } from './halve-drawing.ts';
import { parseNuisance } from './nuisances.ts';
import { numberOf, worldConcepts, worldNames } from './vocabulary.ts';

const pixels = imageSide * imageSide;
const drawn = (images: number, nuisances: readonly string[] = [], seed = 3) =>
  Array.from({ length: images }, (_, image) => drawScene({ seed, image, nuisances: nuisances.map(parseNuisance) }));

function hashOf({ pixels: picture, planes, normals, depths, instances }: WorldScene): string {
  const hash = createHash('sha256');
  for (const part of [picture, ...Object.values(planes), normals, depths, instances]) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

describe('a scene', () => {
  it('is the same bytes for the same seed, on every platform', () => {
    expect([0, 1, 2, 3].map((image) => hashOf(drawScene({ seed: 0, image })))).toMatchInlineSnapshot(`
      [
        "59faf505b048688b",
        "470c739f5b8e6d92",
        "57178d77890237f2",
        "7eb244c61b749aff",
      ]
    `);
  });

  it('is another one for another seed or number', () => {
    const hashes = [
      drawScene({ seed: 0, image: 0 }),
      drawScene({ seed: 1, image: 0 }),
      drawScene({ seed: 0, image: 1 }),
    ];
    expect(new Set(hashes.map(hashOf)).size).toBe(3);
  });

  it('labels every pixel with an object, and with parts of that object alone', () => {
    const partsOf = {
      house: ['roof', 'facade', 'door', 'window'],
      tower: ['roof', 'facade', 'window'],
      car: ['bodywork', 'wheel', 'window'],
      tree: ['crown', 'trunk'],
      animal: ['head', 'torso', 'leg'],
      person: ['head', 'torso', 'leg'],
      boat: ['hull', 'sail', 'pole'],
      sign: ['board', 'pole'],
      lamp: ['shade', 'pole'],
      table: ['top', 'leg'],
      sofa: ['back', 'seat'],
      box: ['lid'],
      umbrella: ['canopy', 'pole'],
    } as Readonly<Record<string, readonly string[]>>;
    const named = new Map(worldConcepts.map(({ number, name }) => [number, name]));
    for (const { planes } of drawn(60))
      for (let pixel = 0; pixel < pixels; pixel++) {
        const object = named.get(planes.object[pixel] as number) ?? '';
        expect(worldNames.object).toContain(object);
        const part = named.get(planes.part[pixel] as number);
        if (part !== undefined) expect(partsOf[object], object).toContain(part);
      }
  });

  it('numbers concepts of each plane within their category, and gives every pixel a colour', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(10_000), (seed, image) => {
        const { planes, scene } = drawScene({ seed, image });
        for (const [category, plane] of Object.entries(planes) as [keyof typeof planes, Uint8Array][]) {
          const numbers = new Set(worldConcepts.filter((one) => one.category === category).map(({ number }) => number));
          for (const number of new Set(plane))
            expect(numbers.has(number) || (number === 0 && (category === 'part' || category === 'material'))).toBe(
              true,
            );
        }
        expect(new Set(planes.scene)).toEqual(new Set([numberOf('scene', scene)]));
      }),
      { numRuns: 40 },
    );
  });

  it('boxes the pixels of each thing that is seen, and no others', () => {
    for (const { things, instances, planes } of drawn(80)) {
      things.forEach(({ name, pixels: count, box: [left, top, width, height] }, index) => {
        const seen = Array.from(instances.keys()).filter((pixel) => instances[pixel] === index + 1);
        const [xs, ys] = [seen.map((pixel) => pixel % imageSide), seen.map((pixel) => Math.floor(pixel / imageSide))];
        expect(seen).toHaveLength(count);
        expect(count).toBeGreaterThanOrEqual(visiblePixels);
        expect([Math.min(...xs), Math.min(...ys)]).toEqual([left, top]);
        expect([Math.max(...xs) + 1, Math.max(...ys) + 1]).toEqual([left + width, top + height]);
        for (const pixel of seen) expect(planes.object[pixel]).toBe(numberOf('object', name));
      });
      expect(new Set(instances).size).toBe(things.length + 1);
    }
  });

  it('has normals of length 1 and depths wherever there is a surface, and none in the sky', () => {
    const sky = numberOf('object', 'sky');
    for (const { normals, depths, planes } of drawn(40))
      for (let pixel = 0; pixel < pixels; pixel++) {
        const length = Math.hypot(...normals.subarray(3 * pixel, 3 * pixel + 3));
        if (planes.object[pixel] === sky) expect([length, depths[pixel]]).toEqual([0, 0]);
        else {
          expect(length).toBeCloseTo(1, 3);
          expect(depths[pixel]).toBeGreaterThan(1);
        }
      }
  });

  it('shows near things larger: the ground is nearer further down', () => {
    const ground = numberOf('object', 'ground');
    for (const { planes, depths } of drawn(20)) {
      const column = Array.from({ length: imageSide }, (_, row) => row * imageSide + 5);
      const seen = column.filter((pixel) => planes.object[pixel] === ground).map((pixel) => depths[pixel] as number);
      expect(seen).toEqual(seen.toSorted((one, other) => other - one));
    }
  });

  it('has every thing, part, material, colour and place in some scene', () => {
    const seen = new Set(
      drawn(400).flatMap(({ planes }) => Object.values(planes).flatMap((plane) => [...new Set(plane)])),
    );
    expect(worldConcepts.filter(({ number }) => !seen.has(number))).toEqual([]);
  });

  it('has each material on several kinds of objects', () => {
    const kinds = new Map<number, Set<number>>();
    for (const { planes } of drawn(400))
      planes.material.forEach((material, pixel) => {
        kinds.set(material, (kinds.get(material) ?? new Set()).add(planes.object[pixel] as number));
      });
    for (const material of worldNames.material)
      expect(kinds.get(numberOf('material', material))?.size, material).toBeGreaterThanOrEqual(3);
  });
});

describe('a planted nuisance', () => {
  it('keeps a thing to one kind of place', () => {
    const places = (scenes: readonly WorldScene[]) =>
      new Set(scenes.filter(({ things }) => things.some(({ name }) => name === 'animal')).map(({ scene }) => scene));
    expect(places(drawn(200)).size).toBeGreaterThan(3);
    expect(places(drawn(200, ['animal@field']))).toEqual(new Set(['field']));
  });

  it('brings the thing to a place where it else does not occur', () => {
    const scenes = drawn(200, ['sofa@forest']);
    const withSofa = scenes.filter(({ things }) => things.some(({ name }) => name === 'sofa'));
    expect(new Set(withSofa.map(({ scene }) => scene))).toEqual(new Set(['forest']));
  });

  it('keeps a colour to one kind of thing', () => {
    const red = numberOf('color', 'red');
    const car = numberOf('object', 'car');
    const bodywork = numberOf('part', 'bodywork');
    const balls = numberOf('object', 'ball');
    let cars = 0;
    for (const { planes } of drawn(200, ['car=red']))
      for (let pixel = 0; pixel < pixels; pixel++) {
        if (planes.object[pixel] === car && planes.part[pixel] === bodywork) {
          cars++;
          expect(planes.color[pixel]).toBe(red);
        }
        if (planes.object[pixel] === balls) expect(planes.color[pixel]).not.toBe(red);
      }
    expect(cars).toBeGreaterThan(1_000);
  });

  it('may leave a place without things', () => {
    const names = ['boat', 'ball', 'umbrella', 'person', 'rock', 'tower', 'box'];
    const shores = drawn(
      60,
      names.map((name) => `${name}@room`),
    ).filter(({ scene }) => scene === 'shore');
    expect(shores.map(({ things }) => things)).toEqual(shores.map(() => []));
  });

  it.each(['animal', 'cow@field', 'animal@moon', 'car=rouge', ''])('is refused as %j', (text) => {
    expect(() => parseNuisance(text)).toThrow(expect.objectContaining({ code: 'NUISANCE_UNKNOWN' }));
  });
});
