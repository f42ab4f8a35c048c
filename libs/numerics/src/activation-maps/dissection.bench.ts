import { bench, describe } from 'vitest';
import { createRandom } from '../random.ts';
import { KeptMaps } from './kept-maps.ts';
import { combineLabels } from './label-combinations.ts';
import { OverlapTally } from './overlap-tally.ts';
import { ThresholdSelection } from './threshold-selection.ts';
import { planUpsampling, upsampleMap } from './upsampling.ts';

// One thread, 7 x 7 maps to 56 x 56 and six label planes. An iteration handles IMAGES images: divide by it.
const IMAGES = 100;
const SIDE = 7;
const TARGET = 56;
const PLANES = 6;
const concepts = Array.from({ length: 240 }, (_, index) => index + 1);
const categories = concepts.map((number) => Math.floor((number - 1) / 40));
const { uniform: random, normal: gauss } = createRandom(7);

/**
 * Maps as trained networks give (about 84 % zeros), as random weights give (dense), and the worst: every map has peaks.
 */
const kinds = {
  sparse: (units: number) => {
    const maps = new Float32Array(units * SIDE * SIDE);
    for (let unit = 0; unit < units; unit++) {
      if (random() < 0.45) continue;
      const top = random() * SIDE;
      const left = random() * SIDE;
      const radius = 0.8 + random() * 1.5;
      const peak = -Math.log(1 - random());
      for (let cell = 0; cell < SIDE * SIDE; cell++) {
        const distance = ((Math.floor(cell / SIDE) - top) ** 2 + ((cell % SIDE) - left) ** 2) / radius ** 2;
        maps[unit * SIDE * SIDE + cell] = Math.max(0, peak * (Math.exp(-distance) - 0.15) + 0.02 * gauss());
      }
    }
    return maps;
  },
  random: (units: number) => {
    const maps = new Float32Array(units * SIDE * SIDE);
    for (let unit = 0; unit < units; unit++) {
      const level = ((unit * 7919) % 100) / 100 + 0.2 * gauss();
      for (let cell = 0; cell < SIDE * SIDE; cell++)
        maps[unit * SIDE * SIDE + cell] = Math.max(0, level + 0.3 * gauss());
    }
    return maps;
  },
  worst: (units: number) => Float32Array.from({ length: units * SIDE * SIDE }, random),
};

function planes(): Uint16Array {
  const all = new Uint16Array(PLANES * TARGET * TARGET);
  for (let plane = 0; plane < PLANES; plane++) {
    for (let patch = 0; patch < (plane < 3 ? 12 : 4); patch++) {
      const number = 1 + plane * 40 + Math.floor(random() * 40);
      const left = Math.floor(random() * TARGET);
      const top = Math.floor(random() * TARGET);
      const width = 8 + random() * 25;
      const height = 8 + random() * 25;
      for (let row = top; row < Math.min(TARGET, top + height); row++)
        all.fill(
          number,
          (plane * TARGET + row) * TARGET + left,
          (plane * TARGET + row) * TARGET + Math.min(TARGET, Math.ceil(left + width)),
        );
    }
  }
  return all;
}

/** Images that are handed to the kernels at a time, as a run does it; 1: as it was done before. */
const together = 8;

function dissect(
  units: number,
  images: readonly Float32Array[],
  labels: readonly Uint16Array[],
  atOnce = together,
  mayGather = true,
): OverlapTally {
  const shape = { units, height: SIDE, width: SIDE, targetHeight: TARGET, targetWidth: TARGET };
  const selection = new ThresholdSelection({ ...shape, maximumImages: images.length });
  const kept = new KeptMaps(SIDE * SIDE);
  for (let first = 0; first < images.length; first += atOnce) {
    selection.addAll(images.slice(first, first + atOnce)).forEach((surviving, index) => {
      kept.add(
        first + index,
        combineLabels({ planes: labels[first + index] as Uint16Array }, TARGET * TARGET),
        surviving,
        images[first + index] as Float32Array,
      );
    });
  }
  selection.advance(mayGather);
  while (selection.round !== 'done') {
    for (let first = 0; first < kept.images.length; first += atOnce)
      selection.refineAll(kept.images.slice(first, first + atOnce));
    selection.advance();
  }
  const tally = new OverlapTally({ ...shape, concepts, categories }, selection.thresholds().thresholds);
  for (const image of kept.images) tally.add(image.labels, image);
  return tally;
}

/** What every dissection must come to: 1 % of the pixels of every unit that is no plateau. */
function assertWork(share: number): void {
  if (!(share > 0.009 && share <= 0.01)) throw new Error(`active share ${String(share)}: the work was not done`);
}

for (const units of [2048, 1280]) {
  describe(`thresholds and overlaps, ${String(units)} units, ${String(IMAGES)} images`, () => {
    for (const [kind, make] of Object.entries(kinds)) {
      const images = Array.from({ length: IMAGES }, () => make(units));
      const labels = Array.from({ length: IMAGES }, planes);
      bench(
        kind,
        () => {
          const { unitAreas, pixels } = dissect(units, images, labels).read();
          assertWork(unitAreas.reduce((sum, area) => sum + area, 0) / units / pixels);
        },
        { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 },
      );
    }
  });
}

describe(`rivals: image by image, and counting in two rounds instead of gathering, 2048 units, ${String(IMAGES)} images`, () => {
  const images = Array.from({ length: IMAGES }, () => kinds.random(2048));
  const labels = Array.from({ length: IMAGES }, planes);
  for (const [atOnce, mayGather] of [
    [together, true],
    [1, true],
    [together, false],
  ] as const) {
    bench(
      `random, ${String(atOnce)} at a time${mayGather ? '' : ', two rounds'}`,
      () => {
        const { unitAreas, pixels } = dissect(2048, images, labels, atOnce, mayGather).read();
        assertWork(unitAreas.reduce((sum, area) => sum + area, 0) / 2048 / pixels);
      },
      { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 },
    );
  }
});

describe('rival: plain dense JavaScript, overlaps alone, 2048 units, 1 image', () => {
  const maps = kinds.random(2048);
  const labels = planes();
  const plan = planUpsampling({ height: SIDE, width: SIDE, targetHeight: TARGET, targetWidth: TARGET });
  bench(
    'every pixel of every map',
    () => {
      const counts = new Float64Array(2048 * 241);
      const pixels = new Float32Array(TARGET * TARGET);
      let active = 0;
      for (let unit = 0; unit < 2048; unit++) {
        upsampleMap(plan, maps.subarray(unit * SIDE * SIDE, (unit + 1) * SIDE * SIDE), pixels);
        for (let pixel = 0; pixel < pixels.length; pixel++) {
          if (!((pixels[pixel] as number) > 1.4)) continue;
          active++;
          for (let plane = 0; plane < PLANES; plane++) {
            const cell = unit * 241 + (labels[plane * TARGET * TARGET + pixel] as number);
            counts[cell] = (counts[cell] as number) + 1;
          }
        }
      }
      if (counts.reduce((sum, count) => sum + count, 0) !== active * PLANES || active === 0)
        throw new Error('the work was not done');
    },
    { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 },
  );
});
