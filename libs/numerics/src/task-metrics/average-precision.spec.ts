import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AveragePrecision } from './average-precision.ts';
import { boxOverlap, matchDetections, type DetectionMatches } from './detection-matching.ts';

interface TruthFigures {
  readonly box: readonly number[];
  readonly class: number;
  readonly ignored: boolean;
}
interface DetectionFigures {
  readonly box: readonly number[];
  readonly class: number;
  readonly score: number;
}
interface ImageFigures {
  readonly truths: readonly TruthFigures[];
  readonly detections: readonly DetectionFigures[];
}

// Made by tools/golden/detection.py in plain numpy, and held against pycocotools there.
const golden = JSON.parse(readFileSync(new URL('../golden/detection.json', import.meta.url), 'utf8')) as readonly {
  readonly name: string;
  readonly images: readonly ImageFigures[];
  readonly ap: number;
  readonly ap50: number;
  readonly ap75: number;
}[];

const boxesOf = (items: readonly { readonly box: readonly number[]; readonly class: number }[]) => ({
  boxes: Float64Array.from(items.flatMap(({ box }) => box)),
  classes: Int32Array.from(items, (item) => item.class),
});
const matchesOf = ({ truths, detections }: ImageFigures): DetectionMatches =>
  matchDetections(
    { ...boxesOf(detections), scores: Float64Array.from(detections, ({ score }) => score) },
    { ...boxesOf(truths), ignored: Uint8Array.from(truths, ({ ignored }) => (ignored ? 1 : 0)) },
  );
const square = [0, 0, 10, 10];
const object = { box: square, class: 0, ignored: false };

describe(AveragePrecision, () => {
  it.each(golden.map(({ name, ...figures }) => [name, figures] as const))(
    "agrees with COCO's evaluation: %s",
    (_name, { images, ap, ap50, ap75 }) => {
      const score = new AveragePrecision(images.map(matchesOf)).score();
      expect(score.ap).toBeCloseTo(ap, 12);
      expect(score.ap50).toBeCloseTo(ap50, 12);
      expect(score.ap75).toBeCloseTo(ap75, 12);
    },
  );

  it('reads precision at 101 recalls, by hand', () => {
    // Found, wrong, found: recall 1/2 at precision 1, recall 1 at precision 2/3.
    const image = {
      truths: [object, { ...object, box: [50, 50, 10, 10] }],
      detections: [
        { box: square, class: 0, score: 0.9 },
        { box: [100, 0, 10, 10], class: 0, score: 0.8 },
        { box: [50, 50, 10, 10], class: 0, score: 0.7 },
      ],
    };
    expect(new AveragePrecision([matchesOf(image)]).score().ap).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  it('is exactly 1 where all is found, whatever the weights', () => {
    const found = matchesOf({ truths: [object], detections: [{ box: square, class: 0, score: 0.5 }] });
    const surer = matchesOf({ truths: [object], detections: [{ box: square, class: 0, score: 0.9 }] });
    expect(new AveragePrecision([found]).score()).toEqual({ ap: 1, ap50: 1, ap75: 1 });
    expect(new AveragePrecision([surer, found]).score([0, 3]).ap).toBe(1);
  });

  it('is 0 where nothing is found, and undefined where there is nothing to find', () => {
    const found = { box: square, class: 0, score: 1 };
    const score = (image: ImageFigures, weights?: number[]) => new AveragePrecision([matchesOf(image)]).score(weights);
    expect(score({ truths: [object], detections: [] })).toEqual({ ap: 0, ap50: 0, ap75: 0 });
    for (const empty of [
      score({ truths: [], detections: [found] }),
      score({ truths: [{ ...object, ignored: true }], detections: [found] }),
      score({ truths: [object], detections: [found] }, [0]),
    ])
      expect(empty).toEqual({ ap: Number.NaN, ap50: Number.NaN, ap75: Number.NaN });
    expect(new AveragePrecision([]).score().ap).toBeNaN();
  });

  const side = fc.integer({ min: 1, max: 12 });
  const place = fc.integer({ min: 0, max: 9 });
  const box = fc.tuple(place, place, side, side);
  const category = fc.integer({ min: 0, max: 2 });
  const images = fc.array(
    fc.record({
      truths: fc.array(fc.record({ box, class: category, ignored: fc.boolean() }), { maxLength: 5 }),
      detections: fc.array(fc.record({ box, class: category }), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it('weighs images as if they were there so many times', () => {
    fc.assert(
      fc.property(
        images,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
        (drawn, weights) => {
          // All scores differ: the order of copies with equal scores would matter.
          const scored = drawn.map(({ truths, detections }, image) => ({
            truths,
            detections: detections.map((detection, index) => ({ ...detection, score: Math.sin(10 * image + index) })),
          }));
          const weighted = new AveragePrecision(scored.map(matchesOf)).score(weights);
          const copies = scored.flatMap((image, index) => Array.from({ length: weights[index] ?? 0 }, () => image));
          const copied = new AveragePrecision(copies.map(matchesOf)).score();
          for (const key of ['ap', 'ap50', 'ap75'] as const) {
            if (Number.isNaN(copied[key])) expect(weighted[key]).toBeNaN();
            else expect(weighted[key]).toBeCloseTo(copied[key], 12);
          }
        },
      ),
    );
  });
});

describe(boxOverlap, () => {
  it('is the shared area over the united one, or over the own one in a crowd', () => {
    const boxes = Float64Array.of(0, 0, 4, 4, 2, 2, 4, 4, 20, 0, 1, 1, 4, 0, 4, 4);
    expect(boxOverlap(boxes, 0, boxes, 1)).toBe(4 / 28);
    expect(boxOverlap(boxes, 0, boxes, 1, true)).toBe(4 / 16);
    expect(boxOverlap(boxes, 0, boxes, 2)).toBe(0);
    expect(boxOverlap(boxes, 0, boxes, 3)).toBe(0);
    expect(boxOverlap(Float64Array.of(0, 0, 0, 0), 0, boxes, 0)).toBe(0);
  });
});
