import fc from 'fast-check';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { DissectionWorld, OraclePreset, WorldImage } from './dissection-world.ts';

const unitKinds = ['dense', 'steps', 'sparse', 'negative', 'constant', 'dead', 'faulty', 'huge'] as const;
type UnitKind = (typeof unitKinds)[number];

const vocabulary = [
  { number: 9, name: 'sky', category: 'object' },
  { number: 2, name: 'red', category: 'color' },
  { number: 300, name: 'dog', category: 'object' },
  { number: 4, name: 'blue', category: 'color' },
  { number: 65_534, name: 'wing', category: 'part' },
  { number: 5, name: 'tail', category: 'part' },
];

/** Single choices by which a drawn preset may differ from a published one. */
const variants: readonly Partial<OraclePreset>[] = [
  {},
  ...[{ rule: 'hazen' as const }, { rule: 'linear' as const }, { rule: 'inverted-cdf' as const }],
  ...[{ values: 'upsampled' as const }, { values: 'raw' as const }],
  ...[{ compare: '>' as const }, { compare: '>=' as const }],
  ...[{ padding: 'zeros' as const }, { padding: 'clamp' as const }],
  ...[{ alignment: 'half-pixel' as const }, { alignment: 'corners' as const }],
  ...[{ ignoredPixels: 'unlabelled' as const }, { ignoredPixels: 'left-out' as const }],
  ...[{ areaScope: 'all' as const }, { areaScope: 'category-in-image' as const }],
  { areaScope: 'category-under-mask' },
  ...[{ epsilon: 0 }, { epsilon: 1e-10 }, { epsilon: 3 }],
  ...[{ matchScope: 'global' as const }, { matchScope: 'per-category' as const }],
  ...[{ gate: 0 }, { gate: 0.25 }, { gate: 1 / 3 }, { gate: 0.5 }],
  ...[{ compareGate: '>' as const }, { compareGate: '>=' as const }],
  ...[{ minimumQuality: 0 }, { minimumQuality: 0.05 }],
];

/**
 * Small worlds to dissect, for properties: few images and pixels, some images without labels, pixels that nobody
 * judged, labels in several planes, concepts that always go together, and units of all kinds: with ties, dead, constant, negative, with values that are
 * not finite. Presets are those given, with a level that leaves something active in so few pixels, and single choices
 * changed.
 */
export function randomWorlds(presets: readonly OraclePreset[]): fc.Arbitrary<DissectionWorld> {
  const small = (least: number, most: number) => fc.integer({ min: least, max: most });
  return fc
    .record({
      mapHeight: small(1, 5),
      mapWidth: small(1, 5),
      labelHeight: small(1, 9),
      labelWidth: small(1, 9),
      kinds: fc.array(fc.constantFrom<UnitKind>('dense', 'steps', 'sparse', ...unitKinds), {
        minLength: 1,
        maxLength: 6,
      }),
      concepts: small(1, vocabulary.length),
      ignore: fc.constantFrom(0, 255, 255),
      preset: fc.constantFrom(...presets),
      level: fc.constantFrom(undefined, 0.5, 0.6, 0.8, 0.9),
      hasTwins: fc.boolean(),
      rare: fc.constantFrom(undefined, { minimumImages: 0, minimumCoverage: 0 }, { minimumImages: 2 }),
      changes: fc.array(fc.constantFrom(...variants), { maxLength: 2 }),
      images: small(1, 12),
      seed: fc.nat(),
    })
    .map(({ kinds, concepts, level, hasTwins, rare, changes, preset, images, seed, ...sizes }) => {
      const world = { ...sizes, units: kinds.length, vocabulary: vocabulary.slice(0, concepts) };
      const draw = drawer(seed);
      const [height, width] = [sizes.labelHeight, sizes.labelWidth];
      const chosen = { ...(level === undefined ? {} : { level }), ...frequencyOf(rare, preset) };
      return {
        ...world,
        preset: Object.assign({ ...preset, ...chosen, labelGrid: { width, height } }, ...changes) as OraclePreset,
        images: Array.from({ length: images }, () => {
          const image = drawImage(world, kinds, draw);
          return hasTwins ? withTwins(image, world.vocabulary) : image;
        }),
      };
    });
}

/** So few images would leave no concept frequent enough for most published presets. */
function frequencyOf(rare: Partial<OraclePreset> | undefined, preset: OraclePreset): Partial<OraclePreset> {
  return rare === undefined && preset.minimumImages === 0 ? {} : { minimumImages: 1, minimumCoverage: 0.25, ...rare };
}

type Draw = (least: number, most: number) => number;

function drawer(seed: number): Draw {
  const generator = xoroshiro128plus(seed);
  return (least, most) => uniformInt(generator, least, most);
}

function drawImage(
  world: Omit<DissectionWorld, 'preset' | 'images'>,
  kinds: readonly UnitKind[],
  draw: Draw,
): WorldImage {
  const { mapHeight, mapWidth, labelHeight, labelWidth, vocabulary: concepts, ignore } = world;
  const planes = draw(0, 3);
  const numbers = [0, 0, ignore, ...concepts.map(({ number }) => number)];
  return {
    maps: kinds.map((kind) => {
      // One map in six is not what it should be.
      const isFaulty = draw(0, 5) === 0;
      return Array.from({ length: mapHeight * mapWidth }, () => drawValue(kind, isFaulty, draw));
    }),
    planes: Array.from({ length: planes }, () => {
      let current = 0;
      const stay = draw(0, 3);
      return Array.from({ length: labelHeight * labelWidth }, () => {
        if (draw(0, 3) >= stay) current = numbers[draw(0, numbers.length - 1)] as number;
        return current;
      });
    }),
  };
}

/** The first two concepts everywhere together, so that no score tells them apart. */
function withTwins(image: WorldImage, [one, other]: DissectionWorld['vocabulary']): WorldImage {
  if (one === undefined || other === undefined) return image;
  const twins = image.planes.map((plane) =>
    plane.map((number) => (number === one.number ? other.number : number === other.number ? one.number : 0)),
  );
  return { ...image, planes: [...image.planes, ...twins] };
}

function drawValue(kind: UnitKind, isFaulty: boolean, draw: Draw): number {
  const any = Math.fround(draw(-1e6, 3e6) / 7e5);
  switch (kind) {
    case 'dense':
      return any;
    case 'steps':
      return [0, 0.25, 0.5, 1, 2, -1, -0][draw(0, 6)] as number;
    case 'sparse':
      return draw(0, 3) > 0 ? 0 : Math.abs(any);
    case 'negative':
      return -Math.abs(any);
    case 'constant':
      return 1.5;
    case 'dead':
      return 0;
    case 'faulty':
      return isFaulty && draw(0, 2) === 0 ? ([NaN, Infinity, -Infinity, 2 ** 127][draw(0, 3)] as number) : any;
    case 'huge':
      return Math.fround(any * 2 ** 120);
  }
}
