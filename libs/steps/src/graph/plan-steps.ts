import { familiesOf, type GraphStep, type StepFamily } from './step-family.ts';
import type { StepGraph } from './step-graph.ts';

/** What a run has to make: the graph minus what is stored, as far as a result needs it. */
export interface StepPlan<Bench = unknown> {
  /** The graph. */
  readonly graph: StepGraph<Bench>;
  /** Steps of a family that are to be made, in their order. */
  readonly wanted: (family: StepFamily<Bench>) => readonly GraphStep<Bench>[];
  /** Stored steps that were asked for, in the order of the graph: results, and what steps to be made need. */
  readonly stored: readonly GraphStep<Bench>[];
}

/** Options of {@link planSteps}. */
export interface PlanOptions<Bench> {
  /** Tells whether a step is stored, and readable where its family demands that. */
  readonly isStored: (step: GraphStep<Bench>) => boolean | Promise<boolean>;
  /** Families whose steps are asked for. @default those that are results */
  readonly isAsked?: (family: StepFamily<Bench>) => boolean;
}

/** Finds out what has to be made: results that are missing, and whatever of their inputs is missing too. */
export async function planSteps<Bench>(
  graph: StepGraph<Bench>,
  { isStored, isAsked = ({ isResult }) => isResult }: PlanOptions<Bench>,
): Promise<StepPlan<Bench>> {
  // One byte a step, so that a plan of millions of steps stays small.
  const demands = new Map(graph.families.map((family) => [family, new Uint8Array(family.count)]));
  const wanted = new Map<StepFamily<Bench>, number[]>();
  const stored: (readonly GraphStep<Bench>[])[] = [];
  for (const family of graph.families.toReversed()) {
    const demanded = demands.get(family) as Uint8Array;
    if (isAsked(family)) demanded.fill(1);
    const open: number[] = [];
    const found: GraphStep<Bench>[] = [];
    for (let index = 0; index < family.count; index++) {
      if (demanded[index] === 0) continue;
      if (family.isKept && (await isStored(family.at(index)))) {
        found.push(family.at(index));
        continue;
      }
      open.push(index);
    }
    stored.push(found);
    if (open.length === 0) continue;
    if (family.isKept) wanted.set(family, open);
    for (const input of Object.values({ ...family.from, ...family.beside }))
      for (const upstream of familiesOf(input)) {
        const needed = demands.get(upstream) as Uint8Array;
        if (input.by === 'each') for (const index of open) needed[index] = 1;
        else needed.fill(1);
      }
  }
  return {
    graph,
    wanted: (family) => (wanted.get(family) ?? []).map((index) => family.at(index)),
    stored: stored.reverse().flat(),
  };
}
