import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from './file-store.ts';
import { memoryStore } from './memory-store.ts';
import { stepRunner, type Step, type StepEvent } from './step-runner.ts';
import { partHash, type StepStore } from './step-store.ts';
import { StepTimes } from './step-times.ts';

let folder = '';
let computed: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'runner-'));
  computed = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = 'a'.repeat(64);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** A step that remembers that it was computed. */
function counting(
  step: string,
  inputs: Readonly<Record<string, string>>,
  result: (signal: AbortSignal | undefined) => string | Promise<string>,
  options: object = {},
): Step {
  return {
    step,
    codeVersion: '1',
    inputs,
    options,
    subject: 'resnet18',
    async compute({ signal }) {
      computed.push(step);
      return { result: Buffer.from(await result(signal)) };
    },
  };
}

/** Two shards are counted, the counts are added, and the sum is compared with a gate. */
async function study(
  store: StepStore,
  shards: readonly string[],
  gate: number,
  onEvent?: (event: StepEvent) => void,
): Promise<{ result: string; needed: ReadonlySet<string> }> {
  const runner = stepRunner({ store, onEvent });
  const counts = await Promise.all(
    shards.map((shard) =>
      runner.run(
        counting('count', { shard: createHash('sha256').update(shard).digest('hex') }, () => String(shard.length)),
      ),
    ),
  );
  const inputs = Object.fromEntries(
    counts.map(({ record }, index) => [`shard ${String(index)}`, partHash(record, 'result')]),
  );
  const sum = await runner.run(
    counting('sum', inputs, async () => {
      let total = 0;
      for (const count of counts) total += Number(text(await count.read('result')));
      return String(total);
    }),
  );
  const passed = await runner.run(
    counting(
      'gate',
      { sum: partHash(sum.record, 'result') },
      async () => String(Number(text(await sum.read('result'))) > gate),
      { gate },
    ),
  );
  return { result: text(await passed.read('result')), needed: runner.neededKeys };
}

describe.each<[string, () => StepStore]>([
  ['file store', () => fileStore(folder)],
  ['memory store', () => memoryStore()],
])('stepRunner on a %s', (_, open) => {
  it('computes only what its inputs or options make new', async () => {
    const store = open();
    const run = async (shards: readonly string[], gate: number) => {
      computed = [];
      const { result } = await study(store, shards, gate);
      return [result, ...computed];
    };
    expect(await run(['ab', 'cde'], 4)).toEqual(['true', 'count', 'count', 'sum', 'gate']);
    expect(await run(['ab', 'cde'], 4)).toEqual(['true']);
    expect(await run(['ab', 'cde'], 5)).toEqual(['false', 'gate']);
    expect(await run(['ab', 'cdef'], 4)).toEqual(['true', 'count', 'sum', 'gate']);
    // Other images with the same count: what follows has the same inputs, and is not run.
    expect(await run(['xy', 'cdef'], 4)).toEqual(['true', 'count']);
    expect(await run(['ab', 'cde'], 4)).toEqual(['true']);
  });

  it('says what it skips, starts and finishes, and what the study needs', async () => {
    const store = open();
    const events: StepEvent[] = [];
    const { needed } = await study(store, ['ab'], 4, (event) => events.push(event));
    expect(events.map(({ kind, step }) => `${kind} ${step}`)).toEqual([
      'step-started count',
      'step-done count',
      'step-started sum',
      'step-done sum',
      'step-started gate',
      'step-done gate',
    ]);
    const entries = await store.list();
    expect(new Set(entries.map(({ key }) => key))).toEqual(needed);
    for (const event of events.filter(({ kind }) => kind === 'step-done')) {
      expect(event).toMatchObject({
        subject: 'resnet18',
        bytes: entries.find(({ key }) => key === event.key)?.bytes,
        milliseconds: expect.any(Number) as number,
      });
    }
    events.length = 0;
    await study(store, ['ab'], 4, (event) => events.push(event));
    expect(events.map(({ kind, step }) => `${kind} ${step}`)).toEqual([
      'step-skipped count',
      'step-skipped sum',
      'step-skipped gate',
    ]);
  });

  it('computes a step once for all who ask at the same time', async () => {
    const runner = stepRunner({ store: open() });
    const step = counting('labels', { shard: file }, () => 'planes');
    const results = await Promise.all(Array.from({ length: 20 }, () => runner.run(step)));
    expect(computed).toEqual(['labels']);
    expect(new Set(results).size).toBe(1);
    expect(results[0]?.fresh).toBe(true);
  });

  it('forgets a failure, so that the step may be tried again', async () => {
    const runner = stepRunner({ store: open() });
    const step = counting('labels', { shard: file }, () => {
      if (computed.length === 1) throw new Error('no memory');
      return 'planes';
    });
    await expect(runner.run(step)).rejects.toThrow('no memory');
    expect(text(await (await runner.run(step)).read('result'))).toBe('planes');
  });

  it('stops when told, and stores nothing of what was under way', async () => {
    const store = open();
    const controller = new AbortController();
    const runner = stepRunner({ store, signal: controller.signal });
    await runner.run(counting('first', {}, () => 'done'));
    const under = runner.run(
      counting('second', {}, (signal) => {
        controller.abort(new Error('stopped'));
        return String(signal?.aborted);
      }),
    );
    await expect(under).rejects.toThrow('stopped');
    await expect(runner.run(counting('third', {}, () => 'never'))).rejects.toThrow('stopped');
    expect(computed).toEqual(['first', 'second']);
    expect((await store.list()).map(({ record }) => record?.step)).toEqual(['first']);
  });
});

describe('stepRunner on a damaged store', () => {
  const stepFiles = () =>
    readdirSync(path.join(folder, 'steps'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.step'))
      .map((name) => path.join(folder, 'steps', name));
  const damageAll = () => {
    for (const file of stepFiles()) {
      const bytes = readFileSync(file);
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      writeFileSync(file, bytes);
    }
  };

  it('makes a step again when it is read, and only then', async () => {
    const expected = await study(fileStore(folder), ['ab', 'cde'], 4);
    const stored = stepFiles().map((file) => readFileSync(file, 'hex'));
    damageAll();
    computed = [];
    expect(await study(fileStore(folder), ['ab', 'cde'], 4)).toEqual(expected);
    // The gate's own result is read, and for it the sum, and for that the counts.
    expect(computed).toEqual(['gate', 'sum', 'count', 'count']);
    expect(stored.length).toBeGreaterThan(3);
    expect(stepFiles().map((file) => readFileSync(file, 'hex'))).toEqual(stored);
  });

  it('refuses to go on with other bytes than later steps may have used', async () => {
    const results = ['one', 'two', 'two'];
    const step = counting('unstable', {}, () => results[computed.length - 1] ?? '');
    await stepRunner({ store: fileStore(folder) }).run(step);
    damageAll();
    const second = await stepRunner({ store: fileStore(folder) }).run(step);
    await expect(second.read('result')).rejects.toMatchObject({
      name: 'MachineError',
      code: 'STEP_NOT_REPRODUCIBLE',
      message: expect.stringContaining('"unstable" (resnet18)') as string,
    });
    const third = await stepRunner({ store: fileStore(folder) }).run(step);
    expect(text(await third.read('result'))).toBe('two');
  });

  it('remembers how long steps took beside the store, not in it', async () => {
    const indexFile = path.join(folder, 'times.index');
    const times = new StepTimes({ indexFile });
    const { record } = await stepRunner({ store: fileStore(folder), times }).run(counting('slow', {}, () => 'done'));
    times.save();
    expect(new StepTimes({ indexFile }).get(record.key)).toBe(times.get(record.key));
    expect(times.get(record.key)).toBeGreaterThan(0);
    expect(times.get(file)).toBeUndefined();
  });
});
