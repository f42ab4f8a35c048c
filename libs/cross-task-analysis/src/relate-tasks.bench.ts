import { pearson } from '@intermodel/numerics';
import { embeddingPointSchema, profileSummarySchema, taskScoreSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { lastValueFrom, of } from 'rxjs';
import { bench, describe } from 'vitest';
import { relateTasks } from './index.ts';

const models = Array.from({ length: 12 }, (_, index) => `model ${String(index)}`);
const wave = (index: number, period: number) => Math.sin(1 + index * period);
const points = buildBatch(embeddingPointSchema(3), {
  model: models,
  components: Float64Array.from({ length: 36 }, (_, index) => wave(index, 1.7)),
  cluster: models.map(() => 0),
});
const summaries = buildBatch(profileSummarySchema, {
  model: models.flatMap((model) => [model, model]),
  category: models.flatMap(() => ['object', 'part']),
  matches: models.flatMap((_, index) => [100 + 7 * index, 50 + ((13 * index) % 31)]),
  unique: models.flatMap((_, index) => [10 + ((5 * index) % 11), 4 + ((3 * index) % 7)]),
  redundancy: models.flatMap((_, index) => [wave(index, 0.3) + 2, wave(index, 0.9) + 2]),
});
const columns = Array.from({ length: 36 }, (_, index) => `column ${String(index)}`);
const scores = columns.flatMap((column, index) =>
  models.map((model, row) => ({ column, model, score: wave(row * 36 + index, 2.3) })),
);
const text = (value: string) => scores.map(() => value);
const batch = buildBatch(taskScoreSchema, {
  model: scores.map(({ model }) => model),
  task: text('t'),
  dataset: text('d'),
  metric: text('m'),
  column: scores.map(({ column }) => column),
  score: scores.map(({ score }) => score),
  higherIsBetter: scores.map(() => true),
});

describe('10 predictors x 36 columns, 12 models, 1,000 orderings', () => {
  bench('relateTasks: p, family-wise p, intervals, q', async () => {
    const relations = await lastValueFrom(
      of(batch).pipe(relateTasks({ points, summaries, permutations: 1000, resamples: 200 })),
    );
    if (relations.numRows !== 360) throw new Error(`expected 360 relations, got ${String(relations.numRows)}`);
  });

  bench('rival: one correlation after another, p only', () => {
    let tested = 0;
    for (let predictor = 0; predictor < 10; predictor++) {
      for (let column = 0; column < 36; column++) {
        const x = Float64Array.from(models, (_, row) => wave(row, predictor + 1));
        const y = Float64Array.from(models, (_, row) => wave(row * 36 + column, 2.3));
        const observed = Math.abs(pearson(x, y));
        let atLeast = 0;
        for (let permutation = 0; permutation < 1000; permutation++) {
          const shift = (permutation * 7) % 12;
          const rotated = y.map((_, row) => y[(row * 5 + shift) % 12] as number);
          if (Math.abs(pearson(x, rotated)) >= observed) atLeast++;
        }
        tested += atLeast > 0 ? 1 : 0;
      }
    }
    if (tested === 0) throw new Error('nothing was tested');
  });
});
