import { describe, expect, it } from 'vitest';
import { memoryStore } from '../store/memory-store.ts';
import { StudySteps } from '../step-run.ts';
import { localExecutor } from './executor.ts';
import { makeAlone, readParts, readStep, type StepBench } from './make-alone.ts';
import { planSteps } from './plan-steps.ts';
import { StepFamily } from './step-family.ts';
import { StepGraph } from './step-graph.ts';
import { drawGraph } from './draw-graph.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (part: Uint8Array) => new TextDecoder().decode(part);

/** Letters of three files, and what they spell: each step made alone. */
function spelling(letters: readonly string[]) {
  const made: string[] = [];
  const letter = new StepFamily<StepBench>({
    kind: 'letter',
    codeVersion: '1',
    count: letters.length,
    files: (index) => ({ file: (letters[index] as string).codePointAt(0)?.toString(16).padStart(64, '0') as string }),
    options: {},
    parts: { letter: 'bytes' },
    maker: makeAlone(({ index }) => {
      made.push(`letter ${String(index)}`);
      return { letter: bytes(letters[index] as string) };
    }),
  });
  const word = new StepFamily<StepBench>({
    kind: 'word',
    codeVersion: '1',
    from: { letters: { by: 'all', families: [letter] } },
    options: {},
    parts: { word: 'bytes' },
    isResult: true,
    maker: makeAlone(async (_, inputs, bench) => {
      made.push('word');
      const read = await Promise.all(inputs.steps('letters').map((step) => readStep(step, 'letter', bench)));
      return { word: bytes(read.map((part) => text(part)).join('')) };
    }),
  });
  return { letter, word, made, graph: new StepGraph([letter, word]) };
}

const benchOn = (store = memoryStore()): StepBench & { readonly store: ReturnType<typeof memoryStore> } => {
  const { signal } = new AbortController();
  return { store, signal, steps: new StudySteps({ store, signal, onEvent: () => undefined }) };
};

async function run(graph: StepGraph<StepBench>, bench: StepBench): Promise<string[]> {
  const told: string[] = [];
  const plan = await planSteps(graph, { isStored: (step) => bench.steps.isStored(step) });
  await localExecutor<StepBench>().run(plan, {
    bench,
    signal: bench.signal,
    onFamily: ({ kind }) => {
      told.push(kind);
      return Promise.resolve();
    },
  });
  return told;
}

describe(localExecutor, () => {
  it('makes what is missing in the order of the graph, tells of each family, and makes nothing twice', async () => {
    const { graph, word, made } = spelling(['a', 'b', 'c']);
    const bench = benchOn();
    expect(await run(graph, bench)).toEqual(['letter', 'word']);
    expect(made).toEqual(['letter 0', 'letter 1', 'letter 2', 'word']);
    expect(text(await readStep(word.only, 'word', bench))).toBe('abc');
    expect(await run(graph, bench)).toEqual(['letter', 'word']);
    expect(made).toHaveLength(4);
  });

  it('makes of a changed study only what follows from the change', async () => {
    const bench = benchOn();
    await run(spelling(['a', 'b', 'c']).graph, bench);
    const { graph, word, made } = spelling(['a', 'x', 'c']);
    await run(graph, bench);
    expect(made).toEqual(['letter 1', 'word']);
    expect(text(await readStep(word.only, 'word', bench))).toBe('axc');
  });

  it('hands steps of one maker over together', async () => {
    const handed: string[][] = [];
    const maker = {
      make: async (steps: readonly { readonly step: string }[]) => {
        handed.push(steps.map(({ step }) => step));
        await Promise.resolve();
      },
    };
    const define = (kind: string, own = maker) =>
      new StepFamily<StepBench>({ kind, codeVersion: '1', options: {}, parts: {}, isResult: true, maker: own });
    const other = { make: maker.make };
    await run(new StepGraph([define('a'), define('b'), define('c', other), define('d')]), benchOn());
    expect(handed).toEqual([['a', 'b'], ['c'], ['d']]);
  });
});

describe(makeAlone, () => {
  it('makes again what the store has lost, when it is read', async () => {
    const { graph, letter, word, made } = spelling(['a', 'b']);
    const bench = benchOn();
    await run(graph, bench);
    await bench.store.remove(word.only.key);
    await bench.store.remove(letter.at(1).key);
    // What was stored last is held in memory; another process has nothing but the store.
    const later = benchOn(bench.store);
    expect(text((await readParts(word.only, later))['word'] as Uint8Array)).toBe('ab');
    expect(made.slice(3)).toEqual(['word', 'letter 1']);
  });

  it('has no inputs but those of the family', async () => {
    const family = new StepFamily<StepBench>({
      kind: 'x',
      codeVersion: '1',
      options: {},
      parts: {},
      maker: makeAlone((_, inputs) => ({ x: bytes(String(inputs.steps('none').length)) })),
    });
    await expect(family.maker.make([family.only], benchOn())).rejects.toThrow(/steps "x" have no input "none"/u);
  });
});

describe(drawGraph, () => {
  it('draws a node for each kind and model with its counts, an arrow for what follows, and escapes what Mermaid reads', () => {
    const define = (kind: string, model: string, of?: StepFamily) =>
      new StepFamily({
        kind,
        codeVersion: '1',
        model,
        ...(of === undefined ? {} : { from: { of: { by: 'one', family: of } } }),
        options: {},
        parts: {},
        maker: { make: () => Promise.resolve() },
      });
    const maps = define('maps', 'a "b"');
    const matches = define('matches', 'a "b"', maps);
    const drawing = drawGraph(new StepGraph([maps, matches]), ({ kind }) =>
      kind === 'maps' ? { done: 2, stale: 1, missing: 0 } : { done: 0, stale: 0, missing: 1 },
    );
    expect(drawing.split('\n').slice(0, 4)).toEqual([
      'flowchart LR',
      '  n1["maps of a #34;b#34;<br/>2 done<br/>1 stale"]:::stale',
      '  n2["matches of a #34;b#34;<br/>1 missing"]:::missing',
      '  n1 --> n2',
    ]);
  });

  it('dots the arrows of what is read beside', () => {
    const define = (kind: string, more: Partial<ConstructorParameters<typeof StepFamily>[0]> = {}) =>
      new StepFamily({
        ...{ kind, codeVersion: '1', options: {}, parts: {}, maker: { make: () => Promise.resolve() } },
        ...more,
      });
    const one = (family: StepFamily) => ({ by: 'one', family }) as const;
    const [maps, facts] = [define('maps'), define('facts')];
    const matches = define('matches', {
      from: { maps: one(maps) },
      beside: { maps: one(maps), facts: one(facts) },
    });
    const drawing = drawGraph(new StepGraph([maps, facts, matches]), () => ({ done: 1, stale: 0, missing: 0 }));
    expect(drawing.split('\n').filter((line) => line.includes('>') && !line.includes('['))).toEqual([
      '  n1 --> n3',
      '  n2 -.-> n3',
    ]);
  });

  it('draws in the order of the graph, whatever that of the inputs', () => {
    const define = (kind: string, model: string, from: readonly StepFamily[]) =>
      new StepFamily({
        ...{ kind, model, codeVersion: '1', options: {}, parts: {}, maker: { make: () => Promise.resolve() } },
        from: { of: { by: 'all', families: from } },
      });
    const matches = ['a', 'b', 'c'].map((model) => define('matches', model, []));
    const arrowsOf = (order: readonly number[]) => {
      const profiles = define(
        'profiles',
        '',
        order.map((index) => matches[index] as StepFamily),
      );
      return drawGraph(new StepGraph([...matches, profiles]), () => ({ done: 1, stale: 0, missing: 0 })).match(
        /n\d -->/gu,
      );
    };
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ])
      expect(arrowsOf(order)).toEqual(['n1 -->', 'n2 -->', 'n3 -->']);
  });

  it('puts many models together, and draws what follows from steps that are not kept as following from theirs', () => {
    const families = Array.from({ length: 20 }, (_, index) => {
      const define = (kind: string, isKept: boolean, of?: StepFamily) =>
        new StepFamily({
          kind,
          codeVersion: '1',
          model: `m${String(index)}`,
          ...(of === undefined ? {} : { from: { of: { by: 'one', family: of } } }),
          options: {},
          parts: {},
          isKept,
          maker: { make: () => Promise.resolve() },
        });
      const labels = define('labels', true);
      const maps = define('maps', false, labels);
      return [labels, maps, define('matches', true, maps)];
    });
    const drawing = drawGraph(new StepGraph(families.flat()), () => ({ done: 1, stale: 0, missing: 0 }));
    expect(drawing.split('\n').slice(1, 4)).toEqual([
      '  n1["labels<br/>20 done"]:::done',
      '  n2["matches<br/>20 done"]:::done',
      '  n1 --> n2',
    ]);
  });
});
