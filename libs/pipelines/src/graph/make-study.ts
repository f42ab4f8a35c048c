import { OutputRecord } from '@intermodel/outputs';
import {
  localExecutor,
  planSteps,
  readJsonPart,
  type GraphStep,
  type StepExecutor,
  type StepFamily,
  type StepGraph,
  type StepPlan,
  type StudySteps,
  type FileHashes,
} from '@intermodel/steps';
import { checkRoom } from './check-room.ts';
import type { DissectedModel } from '../dissect/dissect-events.ts';
import type { ShardImages } from '../dissect/shard-labels.ts';
import { outputFolder } from './output-steps.ts';
import type { StudyBench } from './study-bench.ts';
import type { StudyGraph } from './study-graph.ts';

/** How the steps of a study are made. */
export interface MakeStudyOptions {
  /** Who makes them. @default this process */
  readonly executor?: StepExecutor<StudyBench> | undefined;
  /** Tells whether files of an output stand as this run would write them. @default as some run has written them */
  readonly isCurrent?: ((family: StepFamily<StudyBench>) => Promise<boolean>) | undefined;
  /** Is told of each model once all of it is stored, and waited for. */
  readonly onModel: (model: DissectedModel) => Promise<void>;
}

/** Makes what of a study is missing, and tells of each model. */
export async function makeStudy(
  { graph, lastOf }: Pick<StudyGraph, 'graph' | 'lastOf'>,
  bench: StudyBench,
  { executor = localExecutor(), isCurrent, onModel }: MakeStudyOptions,
): Promise<void> {
  const plan = await planStudy(graph, bench, isCurrent);
  for await (const step of bench.steps.lookingAhead(plan.stored())) await bench.steps.has(step);
  await checkRoom(plan, bench);
  const done = new Map(bench.study.models.map((model) => [lastOf.get(model.name), model]));
  await executor.run(plan, {
    bench,
    signal: bench.signal,
    onFamily: async (family) => {
      const model = done.get(family);
      if (model === undefined) return;
      await onModel(await bench.dissected(model));
      await bench.release(model);
    },
  });
}

/** Works at a bench, which is closed in the end. */
export async function working<Result>(bench: StudyBench, work: () => Promise<Result>): Promise<Result> {
  try {
    const result = await work();
    await bench.close();
    return result;
  } catch (error) {
    await bench.stop();
    throw error;
  }
}

/** What of a study is missing; an output counts as missing where its files do not stand any more as they were written. */
export function planStudy(
  graph: StepGraph<StudyBench>,
  stored: StoredSteps,
  isCurrent?: (family: StepFamily<StudyBench>) => Promise<boolean>,
): Promise<StepPlan<StudyBench>> {
  return planSteps(graph, { isStored: storedTest(stored, isCurrent), lookAhead: stored.steps.lookAhead });
}

/** What is stored of a study, and the hashes of its files. */
export interface StoredSteps {
  /** Stored steps. */
  readonly steps: StudySteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
}

/**
 * Tells of steps whether there is nothing to be made of them: they are stored, or have nothing to be made of. What was
 * found of labels once is not looked for again.
 */
export function storedTest(
  stored: StoredSteps,
  isCurrent: (family: StepFamily<StudyBench>) => Promise<boolean> = async (family) =>
    (await outputRecord(family, stored).current()) !== undefined,
): (step: GraphStep<StudyBench>) => boolean | Promise<boolean> {
  const empty = new EmptyShards(stored.steps);
  return (step) => {
    const isStored = stored.steps.isStored(step);
    return isStored === false ? empty.has(step) : isStored.then((is) => (is ? stands(step) : empty.has(step)));
  };

  async function stands(step: GraphStep<StudyBench>): Promise<boolean> {
    if (step.family.isOutside) return isCurrent(step.family);
    return !step.family.isVerified || isReadable(step, stored.steps);
  }
}

/** Shards of images of which none can be used: of these nothing is made but the labels, which say so. */
class EmptyShards {
  readonly #steps: StudySteps;
  /** What is known by now, by family of labels and shard. */
  readonly #known = new Map<StepFamily<StudyBench>, (boolean | Promise<boolean>)[]>();

  constructor(steps: StudySteps) {
    this.#steps = steps;
  }

  /** Whether a step has nothing to be made of. */
  has({ family, index }: GraphStep<StudyBench>): boolean | Promise<boolean> {
    const labels = family.from['labels'] ?? family.beside['labels'];
    if (labels?.by !== 'each') return false;
    let known = this.#known.get(labels.family);
    if (known === undefined) this.#known.set(labels.family, (known = []));
    const answers = known;
    return (answers[index] ??= this.#find(labels.family.at(index), (answer) => (answers[index] = answer)));
  }

  #find(labels: GraphStep<StudyBench>, tell: (answer: boolean) => void): false | Promise<boolean> {
    const isStored = this.#steps.isStored(labels);
    if (isStored === false) return false;
    return isStored.then(async (is) => {
      const bytes = is ? await this.#steps.read(labels, 'images') : undefined;
      const answer = bytes !== undefined && (readJsonPart(bytes) as ShardImages).images.length === 0;
      tell(answer);
      return answer;
    });
  }
}

/** What is remembered of the files of a step that writes some. */
export function outputRecord(family: StepFamily<StudyBench>, { steps, hashes }: StoredSteps): OutputRecord {
  return new OutputRecord(steps, hashes, family.only, outputFolder(family));
}

async function isReadable(step: GraphStep<StudyBench>, steps: StudySteps): Promise<boolean> {
  for (const part of Object.keys(step.family.parts)) if ((await steps.read(step, part)) === undefined) return false;
  return true;
}
