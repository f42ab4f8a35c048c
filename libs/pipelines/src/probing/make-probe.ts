import type { StudyWarning } from '@intermodel/outputs';
import { jsonPart, type StepInputs, type StepParts } from '@intermodel/steps';
import { arrowFileBytes, InputError } from '@intermodel/streams';
import { scoreOutcomes, taskKinds, type ProbeOutcome } from '@intermodel/transfer-probing';
import type { StudyBench } from '../graph/study-bench.ts';
import type { Probe } from './probe.ts';
import { runHead } from './run-head.ts';
import { StoredFeatures } from './stored-features.ts';

/** Scores a model on a task, of its stored features: parts `scores`, `replicates`, `notes`. */
export async function makeProbe(probe: Probe, inputs: StepInputs<StudyBench>, bench: StudyBench): Promise<StepParts> {
  const { task, kind, model } = probe;
  const { name } = task.task;
  const subject = `${model.name} on ${name}`;
  const { length } = task.images.shards;
  const features = new StoredFeatures(inputs.steps('features'), length, bench);
  const hasClassifier = kind === 'transferability' && model.classifier !== undefined;
  const classifier = hasClassifier ? new StoredFeatures(inputs.steps('classifier'), length, bench) : undefined;
  const onProgress = (done: number, total: number) => {
    bench.onEvent({ kind: 'progress', step: 'probes', models: [`${subject}, ${kind}`], done, total });
  };
  onProgress(0, 1);
  const { outcomes, warnings } = await runHead({ ...probe, features, classifier, bench, onProgress }).catch(
    (error: unknown) => {
      throw error instanceof InputError ? error.about(`${subject}, ${kind}`) : error;
    },
  );
  const { scores, replicates } = scoreOutcomes(
    { model: model.name, task: taskKinds[kind].task, dataset: name },
    outcomes,
  );
  const notes: StudyWarning[] = [...warnings, ...features.missing(task.data.images), ...noSpread(outcomes)].map(
    (text) => ({
      subject: `${subject}, ${kind}`,
      text,
    }),
  );
  return {
    scores: arrowFileBytes(scores.schema, [scores]),
    replicates: arrowFileBytes(replicates.schema, [replicates]),
    notes: jsonPart(notes),
  };
}

/** Notes of scores whose samples all agree: drawing the same images again shows no spread. */
function noSpread(outcomes: readonly ProbeOutcome[]): string[] {
  const still = outcomes.filter(({ replicates }) => replicates !== undefined && spreadOf(replicates) < 1e-12);
  const [first] = still;
  if (first === undefined) return [];
  const { n } = first;
  return [
    `all samples of the ${String(n)} test images give the same score (${still.map(({ metric }) => metric).join(', ')}), so that the interval has no width: what none of ${String(n)} images shows may still be as frequent as ${((100 * 3) / n).toFixed(1)} % (rule of three)`,
  ];
}

function spreadOf(replicates: Float64Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const value of replicates) {
    if (Number.isNaN(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most - least;
}
