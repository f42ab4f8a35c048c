import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StepFamily, stepsOf, type GraphStep, type StepInput } from './step-family.ts';
import { StepGraph } from './step-graph.ts';
import { planSteps } from './plan-steps.ts';

const maker = { make: () => Promise.resolve() };

/** What a family of a drawn graph is. */
interface Drawn {
  readonly isMany: boolean;
  readonly isResult: boolean;
  readonly isKept: boolean;
  /** Families before it that it is made of, counted back from it. */
  readonly from: readonly number[];
  readonly isBeside: boolean;
}

const drawn = fc.record<Drawn>({
  isMany: fc.boolean(),
  isResult: fc.boolean(),
  isKept: fc.boolean(),
  from: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  isBeside: fc.boolean(),
});

function graphOf(families: readonly Drawn[], shards: number): StepGraph {
  const made: StepFamily[] = [];
  for (const [place, { isMany, isResult, isKept, from, isBeside }] of families.entries()) {
    const inputs: Record<string, StepInput<unknown>> = {};
    for (const back of from) {
      const family = made[place - back];
      if (family === undefined) continue;
      const role = `${isBeside ? 'beside' : 'from'} ${String(back)}`;
      if (isMany && family.count === shards && shards > 1) inputs[role] = { by: 'each', family };
      else inputs[role] = family.count === 1 ? { by: 'one', family } : { by: 'all', families: [family] };
    }
    made.push(
      new StepFamily({
        kind: `kind ${String(place)}`,
        codeVersion: '1',
        count: isMany ? shards : 1,
        // Steps of a family differ by their files.
        files: (index) => ({ file: String(index).padStart(64, '0') }),
        ...(isBeside ? { beside: inputs } : { from: inputs }),
        options: {},
        parts: {},
        isResult,
        isKept,
        maker,
      }),
    );
  }
  return new StepGraph(made);
}

/** Walks up from every result, step by step. */
function oracle(graph: StepGraph, isStored: (key: string) => boolean): { wanted: Set<string>; stored: Set<string> } {
  const wanted = new Set<string>();
  const stored = new Set<string>();
  const seen = new Set<string>();
  const ask = (step: GraphStep) => {
    if (seen.has(step.key)) return;
    seen.add(step.key);
    const { family, index, key } = step;
    if (family.isKept && isStored(key)) {
      stored.add(key);
      return;
    }
    if (family.isKept) wanted.add(key);
    for (const input of Object.values({ ...family.from, ...family.beside }))
      for (const upstream of stepsOf(input, index)) ask(upstream);
  };
  for (const family of graph.families) if (family.isResult) for (const step of family.steps()) ask(step);
  return { wanted, stored };
}

describe(planSteps, () => {
  it('wants what is missing of the results and of all that these need, and no more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(drawn, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.boolean()),
        async (families, shards, coins) => {
          const graph = graphOf(families, shards);
          const kept = new Set<string>();
          for (const family of graph.families)
            for (const { key } of family.steps()) if (coins.next().value === true) kept.add(key);
          const asked: string[] = [];
          const told: string[] = [];
          const plan = await planSteps(graph, {
            isStored: ({ key }) => {
              expect(told).toContain(key);
              asked.push(key);
              return kept.has(key);
            },
            lookAhead: (steps) => {
              told.push(...steps.map(({ key }) => key));
              return Promise.resolve();
            },
          });
          const expected = oracle(graph, (key) => kept.has(key));
          const wanted = graph.families.flatMap((family) => plan.wanted(family));
          expect(new Set(wanted.map(({ key }) => key))).toEqual(expected.wanted);
          expect(new Set([...plan.stored()].map(({ key }) => key))).toEqual(expected.stored);
          for (const step of graph.families.flatMap((family) => [...family.steps()]))
            expect(plan.isWanted(step)).toBe(expected.wanted.has(step.key));
          // The store is asked for each step once, and for none that nobody needs.
          expect(asked.toSorted()).toEqual([...expected.wanted, ...expected.stored].toSorted());
          expect(told.toSorted()).toEqual(asked.toSorted());
        },
      ),
    );
  });

  it('asks for other families than the results where it is told to', async () => {
    const graph = graphOf(
      [
        { isMany: true, isResult: false, isKept: true, from: [], isBeside: false },
        { isMany: true, isResult: true, isKept: true, from: [1], isBeside: false },
      ],
      2,
    );
    const plan = await planSteps(graph, { isStored: () => false, isAsked: ({ kind }) => kind === 'kind 0' });
    expect(graph.families.map((family) => plan.wanted(family).length)).toEqual([2, 0]);
  });
});

describe(StepGraph, () => {
  it('refuses a family before its inputs, or twice', () => {
    const [first, second] = graphOf(
      [
        { isMany: false, isResult: true, isKept: true, from: [], isBeside: false },
        { isMany: false, isResult: true, isKept: true, from: [1], isBeside: false },
      ],
      1,
    ).families as [StepFamily, StepFamily];
    expect(() => new StepGraph([second, first])).toThrow(/"kind 1" stands before its input "from 1"/u);
    expect(() => new StepGraph([first, second, first])).toThrow(/stand twice/u);
  });
});
