import { createRandom, sampleWeights } from '@intermodel/numerics';
import { describe, expect, it } from 'vitest';
import type { BoxTarget, TargetBox } from '../grid-images.ts';
import { gridOf } from './grid-in-memory-contract.ts';
import { probeDetection } from './probe-detection.ts';

const sizes = { height: 4, width: 4, units: 8 };
const frame = { x: 0, y: 0, width: 64, height: 64 };
type Image = { readonly features: Float32Array; readonly target: BoxTarget };

/** An image in which each box covers 2 x 2 cells; a cell bears the class of its box and where in the box it is. */
function imageOf(
  objects: readonly { readonly row: number; readonly column: number; readonly class: number }[],
  noise = 0,
  seed = 0,
): Image {
  const random = createRandom(seed);
  const features = Float32Array.from({ length: 16 * 8 }, () => noise * random.normal());
  const boxes = objects.map((object): TargetBox => {
    for (const down of [0, 1])
      for (const right of [0, 1]) {
        const start = ((object.row + down) * 4 + object.column + right) * 8;
        features[start + object.class] = 3 + features[start + object.class]!;
        features[start + 4 + 2 * down + right] = 3 + features[start + 4 + 2 * down + right]!;
      }
    return { x: object.column * 16, y: object.row * 16, width: 32, height: 32, class: object.class, isIgnored: false };
  });
  return { features, target: { boxes, frame } };
}

function drawnImages(seed: number, count: number, classes: number, noise = 0): Image[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const places = [
      [0, 0],
      [0, 2],
      [2, 0],
      [2, 2],
    ].filter(() => random.below(2) === 0);
    return imageOf(
      places.map(([row = 0, column = 0]) => ({ row, column, class: random.below(classes) })),
      noise,
      1000 * seed + index,
    );
  });
}
const probe = async (parts: Parameters<typeof gridOf<BoxTarget>>[1], options = {}) =>
  probeDetection(gridOf(sizes, parts), { classes: 3, replicates: 2, ...options });
const withBoxes = ({ features, target }: Image, change: (box: TargetBox) => TargetBox): Image => ({
  features,
  target: { ...target, boxes: target.boxes.map(change) },
});

describe(probeDetection, () => {
  it('finds objects that the features tell, wherever the frame lies', async () => {
    const parts = { train: drawnImages(1, 30, 3), val: drawnImages(2, 12, 3), test: drawnImages(3, 12, 3) };
    const outcomes = await probe(parts);
    expect(outcomes.map(({ metric, score, n }) => [metric, score, n])).toEqual([
      ['AP', 1, 12],
      ['AP50', 1, 12],
      ['AP75', 1, 12],
    ]);
    expect(outcomes[0]?.chosen).toMatch(/^C = .*, lambda = /u);
    expect([...outcomes[0]!.replicates!]).toEqual([1, 1]);
    const moved = parts.test.map(({ features, target }) => ({
      features,
      target: {
        frame: { x: 100, y: -7, width: 128, height: 32 },
        boxes: target.boxes.map((box) => ({ ...box, x: 100 + 2 * box.x, y: -7 + box.y / 2, width: 64, height: 16 })),
      },
    }));
    expect((await probe({ ...parts, test: moved }))[0]?.score).toBe(1);
  });

  it('falls where boxes are out of sight, and not where they are ignored', async () => {
    const train = drawnImages(1, 30, 3);
    const test = drawnImages(3, 12, 3);
    const outside: TargetBox = { x: 200, y: 200, width: 20, height: 20, class: 0, isIgnored: false };
    const seen = (more: TargetBox[]) =>
      test.map(({ features, target }) => ({ features, target: { ...target, boxes: [...target.boxes, ...more] } }));
    const [ap, , ap75] = await probe({ train, test: seen([outside]) });
    expect(ap?.score).toBeLessThan(0.95);
    expect(ap75?.score).toBeGreaterThan(0.7);
    expect((await probe({ train, test: seen([{ ...outside, isIgnored: true }]) }))[0]?.score).toBe(1);
    const missed = test.map((image) => withBoxes(image, (box) => ({ ...box, isIgnored: box.class === 1 })));
    expect((await probe({ train, test: missed }))[0]?.score).toBe(1);
  });

  it('learns nothing from cells of ignored boxes', async () => {
    const test = drawnImages(3, 8, 3, 1);
    const train = drawnImages(1, 20, 3, 1).map((image) =>
      withBoxes(image, (box) => ({ ...box, isIgnored: box.x === 32 && box.y === 0 })),
    );
    const other = train.map(({ features, target }) => ({
      features: features.map((value, index) => {
        const cell = Math.floor(index / 8);
        const isIgnored = target.boxes.some((box) => box.isIgnored) && cell < 8 && cell % 4 > 1;
        return isIgnored ? -value : value;
      }),
      target,
    }));
    expect(other.map(({ features }) => features)).not.toEqual(train.map(({ features }) => features));
    expect(await probe({ train: other, test })).toEqual(await probe({ train, test }));
  });

  it('resamples images as they are, and does not look at the test before', async () => {
    const [train, val] = [drawnImages(1, 12, 3, 1.5), drawnImages(2, 9, 3, 1.5)];
    const [one, other] = [drawnImages(3, 5, 3, 1.5), drawnImages(4, 5, 3, 1.5)];
    const outcomes = await probe({ train, val, test: one }, { replicates: 5, seed: 2 });
    expect(outcomes[0]?.score).toBeGreaterThan(0.02);
    expect(outcomes[0]?.score).toBeLessThan(0.98);
    expect((await probe({ train, val, test: other }))[0]?.chosen).toBe(outcomes[0]?.chosen);
    for (const [sample, weights] of Array.from(sampleWeights(5, 5, 2), (each) => each.slice()).entries()) {
      const drawn = one.flatMap((image, index) => Array.from({ length: weights[index]! }, () => image));
      for (const [index, { score }] of (await probe({ train, val, test: drawn })).entries())
        expect(outcomes[index]?.replicates?.[sample]).toBeCloseTo(score, 12);
    }
  });

  it('knows classes that training lacks, images without boxes, and classes that the test lacks', async () => {
    const empty = imageOf([]);
    const train = [...drawnImages(1, 20, 2), empty];
    const [ap] = await probe({ train, test: [...drawnImages(5, 12, 3), empty] });
    // Of three classes two are found, the third never.
    expect(ap?.score).toBeGreaterThan(0.4);
    expect(ap?.score).toBeLessThanOrEqual(2 / 3);
    expect((await probe({ train, test: [imageOf([{ row: 0, column: 0, class: 1 }]), empty] }))[0]?.score).toBe(1);
    await expect(probe({ train, test: [empty] })).rejects.toMatchObject({ code: 'PROBE_NO_TRUTH' });
    await expect(probe({ train: [empty], test: train })).rejects.toMatchObject({ code: 'PROBE_NO_CELLS' });
    const ignored = train.map((image) => withBoxes(image, (box) => ({ ...box, isIgnored: true })));
    await expect(probe({ train: ignored, test: train })).rejects.toMatchObject({ code: 'PROBE_NO_CELLS' });
    expect((await probe({ train, val: [empty], test: train }))[0]?.chosen).toBe('');
  });

  it('works where every cell is of an object, and with a sample of the cells', async () => {
    const full = imageOf(
      [
        [0, 0],
        [0, 2],
        [2, 0],
        [2, 2],
      ].map(([row = 0, column = 0]) => ({ row, column, class: 2 })),
    );
    expect((await probe({ train: [full, full], test: [full] }))[1]?.score).toBe(1);
    const parts = { train: drawnImages(1, 60, 3, 0.3), test: drawnImages(3, 20, 3, 0.3) };
    const some = await probe(parts, { cells: 200 });
    expect(await probe(parts, { cells: 200 })).toEqual(some);
    expect(some[1]?.score).toBeGreaterThan(0.9);
  });

  it('refuses classes that there are none of', async () => {
    const train = drawnImages(1, 5, 3);
    await expect(probe({ train, test: train }, { classes: 2 })).rejects.toThrow(RangeError);
  });
});
