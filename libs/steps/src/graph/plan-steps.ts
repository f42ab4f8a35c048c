import { familiesOf, type GraphStep, type StepFamily } from './step-family.ts';
import type { StepGraph } from './step-graph.ts';

/** What a run has to make: the graph minus what is stored, as far as a result needs it. */
export interface StepPlan<Bench = unknown> {
  /** The graph. */
  readonly graph: StepGraph<Bench>;
  /** Steps of a family that are to be made, in their order. */
  readonly wanted: (family: StepFamily<Bench>) => readonly GraphStep<Bench>[];
  /** Whether a step is to be made. */
  readonly isWanted: (step: GraphStep<Bench>) => boolean;
  /** Stored steps that were asked for, in the order of the graph: results, and what steps to be made need. */
  readonly stored: () => Iterable<GraphStep<Bench>>;
}

/** Options of {@link planSteps}. */
export interface PlanOptions<Bench> {
  /** Tells whether a step is stored, and readable where its family demands that. */
  readonly isStored: (step: GraphStep<Bench>) => boolean | Promise<boolean>;
  /** Families whose steps are asked for. @default those that are results */
  readonly isAsked?: (family: StepFamily<Bench>) => boolean;
}

/** What a plan knows of a step: one byte, so that a plan of millions of steps stays small. */
const states = { unneeded: 0, asked: 1, wanted: 2, stored: 3 } as const;

/** Finds out what has to be made: results that are missing, and whatever of their inputs is missing too. */
export async function planSteps<Bench>(
  graph: StepGraph<Bench>,
  { isStored, isAsked = ({ isResult }) => isResult }: PlanOptions<Bench>,
): Promise<StepPlan<Bench>> {
  const plan = new Map(graph.families.map((family) => [family, new Uint8Array(family.count)]));
  const statesOf = (family: StepFamily<Bench>) => plan.get(family) as Uint8Array;
  for (const family of graph.families.toReversed()) {
    const own = statesOf(family);
    if (isAsked(family)) own.fill(states.asked);
    let isOpen = false;
    for (let index = 0; index < family.count; index++) {
      if (own[index] !== states.asked) continue;
      const answer = family.isKept && isStored(family.at(index));
      // Most stores answer at once.
      const isThere = typeof answer === 'boolean' ? answer : await answer;
      own[index] = isThere ? states.stored : states.wanted;
      isOpen ||= !isThere;
    }
    if (!isOpen) continue;
    for (const input of Object.values({ ...family.from, ...family.beside }))
      for (const upstream of familiesOf(input)) {
        const needed = statesOf(upstream);
        if (input.by !== 'each') needed.fill(states.asked);
        else
          for (let index = 0; index < family.count; index++)
            if (own[index] === states.wanted) needed[index] = states.asked;
      }
  }
  function* inState(family: StepFamily<Bench>, state: number): Generator<GraphStep<Bench>> {
    if (!family.isKept) return;
    const own = statesOf(family);
    for (let index = 0; index < family.count; index++) if (own[index] === state) yield family.at(index);
  }
  return {
    graph,
    wanted: (family) => [...inState(family, states.wanted)],
    isWanted: ({ family, index }) => family.isKept && plan.get(family)?.[index] === states.wanted,
    *stored() {
      for (const family of graph.families) yield* inState(family, states.stored);
    },
  };
}
