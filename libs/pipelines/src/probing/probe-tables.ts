import {
  type ProbeDifferenceBatch,
  type ProbeReplicateBatch,
  probeDifferenceSchema,
  probeScoreSchema,
  type ProbeScoreBatch,
  taskScoreSchema,
  type TaskScoreBatch,
} from '@intermodel/schemas';
import { jsonPart, readJsonPart, readStep, type GraphStep, type StepFamily, type StepParts } from '@intermodel/steps';
import { arrowFileBytes, buildBatch, column, readArrowBytes, readNumbers, readStrings } from '@intermodel/streams';
import { compareModels, type ProbeTables as ScoredTables } from '@intermodel/transfer-probing';
import type { ProbeTables, StudyWarning } from '@intermodel/outputs';
import type { StudyBench } from '../graph/study-bench.ts';
import { foldNotes } from './fold-notes.ts';

/** Scores and differences of all models on all tasks, as the parts of a step. */
export async function probeTables(steps: readonly GraphStep<StudyBench>[], bench: StudyBench): Promise<StepParts> {
  const tables: ScoredTables[] = [];
  const notes: StudyWarning[] = [];
  for (const step of steps) {
    const read = async (part: string) => readArrowBytes(await readStep(step, part, bench), 'scores of a stored step');
    tables.push({
      scores: (await read('scores')).batches[0] as unknown as ProbeScoreBatch,
      replicates: (await read('replicates')).batches[0] as unknown as ProbeReplicateBatch,
    });
    notes.push(...(readJsonPart(await readStep(step, 'notes', bench)) as StudyWarning[]));
  }
  const differences = compareModels(tables);
  const scores = tables.map((each) => each.scores);
  return {
    'probe-scores': arrowFileBytes(probeScoreSchema, [joinScores(scores)]),
    'probe-differences': arrowFileBytes(probeDifferenceSchema, [differences]),
    'probe-notes': jsonPart(notes),
  };
}

/** Scores of all models on all tasks, and their differences, with what the reader should know of them. */
export async function readProbes(
  probes: StepFamily<StudyBench>,
  bench: StudyBench,
): Promise<{ readonly tables: Omit<ProbeTables, 'taskImages'>; readonly notes: readonly StudyWarning[] }> {
  const read = async (part: string) =>
    readArrowBytes(await readStep(probes.only, part, bench), 'scores of a stored step').batches[0];
  return {
    tables: {
      probeScores: (await read('probe-scores')) as unknown as ProbeScoreBatch,
      probeDifferences: (await read('probe-differences')) as unknown as ProbeDifferenceBatch,
    },
    notes: foldNotes(
      readJsonPart(await readStep(probes.only, 'probe-notes', bench)) as readonly StudyWarning[],
      bench.study.models.map(({ name }) => name),
    ),
  };
}

/** Scores as score tables have them. */
export function taskScores(scores: ProbeScoreBatch): TaskScoreBatch {
  const texts = (name: 'model' | 'task' | 'dataset' | 'metric' | 'column') => readStrings(column(scores, name));
  const isHigher = column(scores, 'higherIsBetter');
  return buildBatch(taskScoreSchema, {
    model: texts('model'),
    task: texts('task'),
    dataset: texts('dataset'),
    metric: texts('metric'),
    column: texts('column'),
    score: readNumbers(column(scores, 'score')),
    higherIsBetter: Array.from({ length: scores.numRows }, (_, row) => isHigher.get(row) === true),
  });
}

function joinScores(batches: readonly ProbeScoreBatch[]): ProbeScoreBatch {
  const texts = (name: 'model' | 'task' | 'dataset' | 'metric' | 'column' | 'chosen') =>
    batches.flatMap((batch) => readStrings(column(batch, name)));
  const numbers = (name: 'score' | 'low' | 'high' | 'n') =>
    batches.flatMap((batch) => Array.from(column(batch, name), (value) => value ?? Number.NaN));
  return buildBatch(probeScoreSchema, {
    ...{ model: texts('model'), task: texts('task'), dataset: texts('dataset'), metric: texts('metric') },
    ...{ column: texts('column'), score: numbers('score'), low: numbers('low'), high: numbers('high') },
    higherIsBetter: batches.flatMap((batch) => Array.from(column(batch, 'higherIsBetter'), (value) => value === true)),
    ...{ n: numbers('n'), chosen: texts('chosen') },
  });
}
