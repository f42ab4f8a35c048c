import {
  probeReplicateSchema,
  probeScoreSchema,
  type ProbeReplicateBatch,
  type ProbeScoreBatch,
} from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { percentileInterval } from './percentile-interval.ts';
import { resamplingDefaults, type ProbeOutcome } from './probe-outcome.ts';

/** What the scores of a head are of. */
export interface ScoredProbe {
  /** Name of the model. */
  readonly model: string;
  /** Task as score tables name it, such as `many-shot classification`. */
  readonly task: string;
  /** Data set. */
  readonly dataset: string;
}

/** Scores of a head as tables. */
export interface ProbeTables {
  /** One row a score. */
  readonly scores: ProbeScoreBatch;
  /** Those of them that have replicates. */
  readonly replicates: ProbeReplicateBatch;
}

/** Name of a score column of one's own tasks. */
export function probeColumn({ task, dataset }: Omit<ScoredProbe, 'model'>, metric: string): string {
  return `${task}/${dataset}/${metric}`;
}

/** Makes tables of the outcomes of a head, with 95 % intervals: percentiles of the replicates. */
export function scoreOutcomes({ model, ...of }: ScoredProbe, outcomes: readonly ProbeOutcome[]): ProbeTables {
  const rows = outcomes.map((outcome) => {
    const [low, high] = percentileInterval(outcome.replicates ?? new Float64Array());
    return { ...outcome, low, high, column: probeColumn(of, outcome.metric) };
  });
  const resampled = rows.filter(({ replicates }) => replicates !== undefined);
  const length = resampled[0]?.replicates?.length ?? resamplingDefaults.replicates;
  const values = new Float64Array(resampled.length * length);
  resampled.forEach(({ replicates = new Float64Array() }, index) => {
    values.set(replicates, index * length);
  });
  return {
    scores: buildBatch(probeScoreSchema, {
      model: rows.map(() => model),
      task: rows.map(() => of.task),
      dataset: rows.map(() => of.dataset),
      metric: rows.map(({ metric }) => metric),
      column: rows.map(({ column }) => column),
      score: rows.map(({ score }) => score),
      low: rows.map(({ low }) => low),
      high: rows.map(({ high }) => high),
      higherIsBetter: rows.map(({ higherIsBetter }) => higherIsBetter),
      n: rows.map(({ n }) => n),
      chosen: rows.map(({ chosen }) => chosen),
    }),
    replicates: buildBatch(probeReplicateSchema(length), {
      model: resampled.map(() => model),
      column: resampled.map(({ column }) => column),
      replicates: values,
    }),
  };
}
