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
  /** Is told of steps before they are asked for one by one, many at a time. @default nobody is */
  readonly lookAhead?: ((steps: readonly GraphStep<Bench>[]) => Promise<void>) | undefined;
  /** Families whose steps are asked for. @default those that are results */
  readonly isAsked?: (family: StepFamily<Bench>) => boolean;
}

/** What a plan knows of a step: one byte, so that a plan of millions of steps stays small. */
const states = { unneeded: 0, asked: 1, told: 2, wanted: 3, stored: 4 } as const;
/** Steps, and families, that are looked through for those to tell of at a time. */
const aheadMost = 1024;

/** Finds out what has to be made: results that are missing, and whatever of their inputs is missing too. */
export async function planSteps<Bench>(
  graph: StepGraph<Bench>,
  { isStored, lookAhead, isAsked = ({ isResult }) => isResult }: PlanOptions<Bench>,
): Promise<StepPlan<Bench>> {
  const plan = new Map(graph.families.map((family) => [family, new Uint8Array(family.count)]));
  const statesOf = (family: StepFamily<Bench>) => plan.get(family) as Uint8Array;
  const families = graph.families.toReversed();
  for (const family of families) if (isAsked(family)) statesOf(family).fill(states.asked);
  /** Steps from a place on that are asked for already and that nobody was told of. */
  const ahead = (from: number): GraphStep<Bench>[] => {
    const steps: GraphStep<Bench>[] = [];
    for (const family of families.slice(from, from + aheadMost)) {
      const own = statesOf(family);
      for (let index = 0; family.isKept && index < family.count; index++) {
        if (own[index] !== states.asked) continue;
        own[index] = states.told;
        if (steps.push(family.at(index)) === aheadMost) return steps;
      }
    }
    return steps;
  };
  for (const [place, family] of families.entries()) {
    const own = statesOf(family);
    let isOpen = false;
    for (let index = 0; index < family.count; index++) {
      if (lookAhead !== undefined && own[index] === states.asked && family.isKept) await lookAhead(ahead(place));
      if (own[index] !== states.asked && own[index] !== states.told) continue;
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
        for (let index = 0; index < upstream.count; index++)
          if (needed[index] === states.unneeded && (input.by !== 'each' || own[index] === states.wanted))
            needed[index] = states.asked;
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
