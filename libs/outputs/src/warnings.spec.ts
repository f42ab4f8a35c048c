import { embeddingPointSchema, modelUnitsSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { UnitWatch, widthWarnings } from './warnings.ts';

const unit = (concept: string): TinyUnit => [concept, 'object', 0.2];

describe(UnitWatch, () => {
  it('warns of dead units, and of models with suspiciously few matches', async () => {
    const many = Array.from({ length: 8 }, () => unit('sky'));
    const watch = new UnitWatch({ score: 'iou', gate: 0.04, compareGate: '>' });
    await lastValueFrom(
      of(
        tinyUnitMatches({
          a: many,
          b: many,
          weak: [
            unit('sky'),
            ['sky', 'object', Number.NaN],
            ...Array.from({ length: 6 }, (): TinyUnit => ['sky', 'object', 0.01]),
          ],
        }),
      ).pipe(watch.watch()),
    );
    expect(watch.warnings().map(({ subject, text }) => [subject, text.split(' ').slice(0, 2).join(' ')])).toEqual([
      ['weak', '1 units'],
      ['weak', 'Only 1'],
    ]);
  });

  it('expects nothing of untrained models, and does not compare with them', async () => {
    const many = Array.from({ length: 8 }, () => unit('sky'));
    const few: readonly TinyUnit[] = [unit('sky'), ...many.slice(1).map((): TinyUnit => ['sky', 'object', 0.01])];
    const subjects = async (untrained: readonly string[]) => {
      const watch = new UnitWatch({ score: 'iou', gate: 0.04, compareGate: '>' }, untrained);
      await lastValueFrom(of(tinyUnitMatches({ a: many, b: few, c: few, d: few })).pipe(watch.watch()));
      return watch.fewMatches().map(({ subject }) => subject);
    };
    // The median is 1 of 8 while all count, and 4.5 of 8 for a and b.
    expect(await subjects([])).toEqual([]);
    expect(await subjects(['c', 'd'])).toEqual(['b']);
  });

  it('counts a match at the gate where the preset lets it pass', async () => {
    const few = async (compareGate: '>' | '>=') => {
      const watch = new UnitWatch({ score: 'iou', gate: 0.2, compareGate });
      const edge: readonly TinyUnit[] = [['sky', 'object', 0.2]];
      const above: readonly TinyUnit[] = [['sky', 'object', 0.3]];
      await lastValueFrom(of(tinyUnitMatches({ a: above, b: above, edge })).pipe(watch.watch()));
      return watch.fewMatches().map(({ subject }) => subject);
    };
    expect(await few('>')).toEqual(['edge']);
    expect(await few('>=')).toEqual([]);
  });
});

describe(widthWarnings, () => {
  const points = buildBatch(embeddingPointSchema(1), {
    model: ['a', 'b', 'c'],
    components: [0, 1, 2],
    cluster: [0, 0, 0],
  });
  const warned = (units: readonly number[], normalisation = 'count') =>
    widthWarnings(
      points,
      buildBatch(modelUnitsSchema, { model: ['a', 'b', 'c', 'left out'], units: [...units, 5000] }),
      normalisation,
    );

  it('tells of counts of models that differ by more than a factor of 2 in width, among those embedded', () => {
    expect(warned([64, 128, 100])).toEqual([]);
    expect(warned([64, 129, 1280])[0]?.text).toMatch(
      /from 64 \(a\) to 1,280 units \(c\): .* `embedding\.normalisation: share-of-units`/u,
    );
  });

  it('tells nothing where shares are embedded', () => {
    expect(warned([64, 129, 1280], 'share-of-units')).toEqual([]);
  });
});
