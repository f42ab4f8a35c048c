import type { GraphStep, StepFamily } from './step-family.ts';
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

/** Makes steps in this process, in the order of the graph; families that share a maker are made in one go. */
export function localExecutor<Bench>(): StepExecutor<Bench> {
  return {
    async run(plan, { bench, signal, onFamily }) {
      const { families } = plan.graph;
      for (let from = 0; from < families.length;) {
        const { maker } = families[from] as StepFamily<Bench>;
        let to = from + 1;
        while (to < families.length && families[to]?.maker === maker) to++;
        const together = families.slice(from, to);
        const steps: GraphStep<Bench>[] = together.flatMap((family) => plan.wanted(family));
        signal.throwIfAborted();
        if (steps.length > 0) await maker.make(steps, bench);
        for (const family of together) await onFamily(family);
        from = to;
      }
    },
  };
}
