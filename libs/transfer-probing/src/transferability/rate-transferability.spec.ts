import { createRandom, leep, logMe, nleep, parc } from '@intermodel/numerics';
import { describe, expect, it } from 'vitest';
import { rateTransferability, type RatedPart } from './rate-transferability.ts';

/** Images whose features lie around their class, `apart` standard deviations from the others. */
function drawnPart(seed: number, rows: number, apart: number): RatedPart {
  const random = createRandom(seed);
  const classes = Int32Array.from({ length: rows }, (_, row) => row % 3);
  const values = Float32Array.from(
    { length: rows * 4 },
    (_, index) => random.normal() + (index % 4 === classes[Math.floor(index / 4)] ? apart : 0),
  );
  return { features: { values, rows, columns: 4 }, classes };
}
const withSource = (part: RatedPart): RatedPart => ({
  ...part,
  sourceProbabilities: {
    values: Float32Array.from({ length: part.classes.length * 2 }, (_, index) => (index % 2 === 0 ? 0.25 : 0.75)),
    rows: part.classes.length,
    columns: 2,
  },
});

describe(rateTransferability, () => {
  it('rates training and validation together, as if they were one', async () => {
    const parts = [drawnPart(1, 60, 2), drawnPart(2, 30, 2)];
    const rated = {
      values: Float32Array.from(parts.flatMap(({ features }) => [...features.values])),
      rows: 90,
      columns: 4,
      labels: Int32Array.from(parts.flatMap(({ classes }) => [...classes])),
    };
    const outcomes = await rateTransferability({ parts, seed: 5 });
    expect(outcomes.map(({ metric }) => metric)).toEqual(['LogME', 'NLEEP', 'PARC']);
    [logMe(rated), nleep({ ...rated, seed: 5 }), parc({ ...rated, seed: 5 })].forEach((score, index) => {
      expect(outcomes[index]?.score).toBeCloseTo(score, 9);
    });
    for (const { n, higherIsBetter, replicates, chosen } of outcomes)
      expect([n, higherIsBetter, replicates, chosen]).toEqual([90, true, undefined, '']);
  });

  it('has LEEP where all parts have probabilities of source classes', async () => {
    const parts = [drawnPart(1, 12, 1), drawnPart(2, 9, 1)];
    const metrics = async (given: readonly RatedPart[]) =>
      (await rateTransferability({ parts: given })).map(({ metric }) => metric);
    expect(await metrics(parts.map(withSource))).toEqual(['LogME', 'LEEP', 'NLEEP', 'PARC']);
    expect(await metrics([withSource(parts[0]!), parts[1]!])).toEqual(['LogME', 'NLEEP', 'PARC']);
    const [, outcome] = await rateTransferability({ parts: parts.map(withSource) });
    const labels = Int32Array.from(parts.flatMap(({ classes }) => [...classes]));
    expect(outcome?.score).toBe(
      leep({ probabilities: Array.from({ length: 42 }, (_, at) => (at % 2 === 0 ? 0.25 : 0.75)), sources: 2, labels }),
    );
  });

  it('takes parts without images', async () => {
    const none = { features: { values: new Float32Array(0), rows: 0, columns: 0 }, classes: new Int32Array(0) };
    const part = drawnPart(1, 12, 1);
    const alone = await rateTransferability({ parts: [part] });
    expect(await rateTransferability({ parts: [part, none] })).toEqual(alone);
    expect(await rateTransferability({ parts: [none, part] })).toEqual(alone);
  });

  it('prefers features that tell the classes apart', async () => {
    const scores = async (apart: number) =>
      (await rateTransferability({ parts: [drawnPart(3, 90, apart)] })).map(({ score }) => score);
    const [near, far] = [await scores(0.2), await scores(4)];
    far.forEach((score, index) => {
      expect(score).toBeGreaterThan(near[index]!);
    });
  });

  it('leaves out what is undefined, and refuses images of one class', async () => {
    const single = { ...drawnPart(1, 3, 1), classes: Int32Array.of(0, 1, 2) };
    expect((await rateTransferability({ parts: [single] })).map(({ metric }) => metric)).toEqual(['LogME', 'NLEEP']);
    const alike = { ...drawnPart(1, 3, 1), classes: Int32Array.of(1, 1, 1) };
    await expect(rateTransferability({ parts: [alike] })).rejects.toMatchObject({ code: 'TRANSFERABILITY_CLASSES' });
    const unknown = { ...drawnPart(1, 3, 1), classes: Int32Array.of(1, -1, 0) };
    await expect(rateTransferability({ parts: [unknown] })).rejects.toMatchObject({ code: 'TRANSFERABILITY_CLASSES' });
    await expect(rateTransferability({ parts: [] })).rejects.toMatchObject({ code: 'TRANSFERABILITY_CLASSES' });
  });

  it('stops when it is told to', async () => {
    const reason = new Error('enough');
    await expect(rateTransferability({ parts: [drawnPart(1, 30, 1)], signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
