import type { GraphStep, StepFamily, StepMaker } from './step-family.ts';
import type { StepPlan } from './plan-steps.ts';

/** What an executor is given beside a plan. */
export interface ExecutorOptions<Bench> {
  /** What makers work with in this process. */
  readonly bench: Bench;
  /** Ends the work: no step is begun any more. */
  readonly signal: AbortSignal;
  /** Is told of each family once all of it that is asked for is stored, in the order of the graph, and waited for. */
  readonly onFamily: (family: StepFamily<Bench>) => Promise<void>;
}

/**
 * Sees to it that all steps of a plan are stored. A step may be made wherever the store and the files of the study can
 * be reached, as soon as all its inputs are stored.
 */
export interface StepExecutor<Bench> {
  /** Makes what the plan wants; resolves when all is stored and told of. */
  run(plan: StepPlan<Bench>, options: ExecutorOptions<Bench>): Promise<void>;
}

/** What is to be made in one go. */
export interface StepBatch<Bench> {
  /** Families that share a maker, one behind the other in the graph; none of them need have a step to be made. */
  readonly families: readonly StepFamily<Bench>[];
  /** Their steps that are to be made, in the order of the graph; what they are made of stands in earlier batches. */
  readonly steps: readonly GraphStep<Bench>[];
  /** Makes them. */
  readonly maker: StepMaker<Bench>;
  /** Whether they write files outside the store, so that this process has to make them. */
  readonly isOutside: boolean;
}

/** What a plan wants, cut into what is made in one go, in the order of the graph. */
export function* stepBatches<Bench>(plan: StepPlan<Bench>): Generator<StepBatch<Bench>> {
  const { families } = plan.graph;
  for (let from = 0; from < families.length;) {
    const { maker, isOutside } = families[from] as StepFamily<Bench>;
    let to = from + 1;
    while (to < families.length && families[to]?.maker === maker) to++;
    const together = families.slice(from, to);
    yield { families: together, steps: together.flatMap((family) => plan.wanted(family)), maker, isOutside };
    from = to;
  }
}

/** Makes steps in this process, batch by batch. */
export function localExecutor<Bench>(): StepExecutor<Bench> {
  return {
    async run(plan, { bench, signal, onFamily }) {
      for (const { families, steps, maker } of stepBatches(plan)) {
        signal.throwIfAborted();
        if (steps.length > 0) await maker.make(steps, bench);
        for (const family of families) await onFamily(family);
      }
    },
  };
}
