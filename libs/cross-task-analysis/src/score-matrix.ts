import { taskScoreSchema, type TaskScoreBatch } from '@intermodel/schemas';
import { checkBatch, column, InputError, nearestName, readNumbers, readStrings } from '@intermodel/streams';
import { map, reduce, type OperatorFunction } from 'rxjs';

/** A score column: (task, data set, metric) with the scores of some models. */
export interface ScoreColumnValues {
  /** Short name, such as `dt_CIFAR10`. */
  readonly column: string;
  /** Downstream task. */
  readonly task: string;
  /** Data set of the task. */
  readonly dataset: string;
  /** What the score measures. */
  readonly metric: string;
  /** Score by model. */
  readonly scores: ReadonlyMap<string, number>;
}

/** Gathers tidy scores into columns when the source completes, in the order in which the columns come. */
export function gatherScores(stage: string): OperatorFunction<TaskScoreBatch, readonly ScoreColumnValues[]> {
  return (scores) =>
    scores.pipe(
      map((batch) => checkBatch(stage, taskScoreSchema, batch)),
      reduce((batches: TaskScoreBatch[], batch) => [...batches, batch], []),
      map(scoreColumns),
    );
}

/**
 * The models of an embedding that have any score, in the embedding's order.
 *
 * @throws InputError `NO_SHARED_MODELS` with both lists of names and the nearest ones.
 */
export function sharedModels(models: readonly string[], columns: readonly ScoreColumnValues[]): readonly string[] {
  const names = new Set(columns.flatMap(({ scores }) => [...scores.keys()]));
  const shared = models.filter((model) => names.has(model));
  if (shared.length > 0) return shared;
  const scored = [...names];
  const near = models.flatMap((model) => {
    const nearest = nearestName(model, scored);
    return nearest === undefined ? [] : [`"${model}" and "${nearest}"`];
  });
  throw new InputError('NO_SHARED_MODELS', 'the scores and the embedding share no model', {
    expected: `scores of: ${models.join(', ')}\n  found: ${scored.join(', ')}`,
    hint: `${near.length === 0 ? 'Give the models the same names in both tables.' : `Near matches: ${near.slice(0, 5).join('; ')}.`} Names are never matched silently: \`modelNames: strip-suffix\` reads "BYOL(R)" as "BYOL".`,
  });
}

/** Scores of some models in one column, NaN where there is none. */
export function scoresOf(models: readonly string[], { scores }: ScoreColumnValues): Float64Array {
  return Float64Array.from(models, (model) => scores.get(model) ?? Number.NaN);
}

/** Columns of tidy scores, in the order in which they come. */
export function scoreColumns(batches: readonly TaskScoreBatch[]): readonly ScoreColumnValues[] {
  const columns = new Map<string, ScoreColumnValues & { readonly scores: Map<string, number> }>();
  for (const batch of batches) {
    const text = (name: 'model' | 'task' | 'dataset' | 'metric' | 'column') => readStrings(column(batch, name));
    const models = text('model');
    const tasks = text('task');
    const datasets = text('dataset');
    const metrics = text('metric');
    const names = text('column');
    readNumbers(column(batch, 'score')).forEach((score, row) => {
      const name = names[row] as string;
      let values = columns.get(name);
      if (values === undefined) {
        values = {
          column: name,
          task: tasks[row] as string,
          dataset: datasets[row] as string,
          metric: metrics[row] as string,
          scores: new Map<string, number>(),
        };
        columns.set(name, values);
      }
      values.scores.set(models[row] as string, score);
    });
  }
  return [...columns.values()];
}
