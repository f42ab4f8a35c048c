import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readStudyFile, runStudy, type DissectionStages, type StudyConsumer } from '@intermodel/pipelines';
import { matchConcepts, selectThresholds } from '@intermodel/concept-matching';
import { unitMatchSchema } from '@intermodel/schemas';
import { memoryStore } from '@intermodel/steps';
import { emptyBatch } from '@intermodel/streams';
import { concatMap, EMPTY, lastValueFrom, map, NEVER, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { csvRows, root } from './command-line.ts';
import { computed, exit, smallStudies } from './small-studies.ts';

const examples = path.join(root, 'tools/examples');
const { at, study, run } = smallStudies();

/** What an example prints, once it has ended well. */
async function example(name: string, ...argv: string[]): Promise<string> {
  const child = spawn(
    process.execPath,
    ['--conditions=@intermodel/source', '--import', 'tsx', path.join(examples, name), ...argv],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await exit(child)).toBe(0);
  return text;
}

describe('the examples', () => {
  it('have under 40 lines each', () => {
    const long = readdirSync(examples).filter(
      (name) => readFileSync(path.join(examples, name), 'utf8').split('\n').length - 1 >= 40,
    );
    expect(long).toEqual([]);
  });

  it('use one stage in a pipeline of their own', async () => {
    expect(await example('stage-in-a-pipeline.ts')).toMatch(/^unit 0: lamp, IoU 0\.\d+\nunit 1: lamp, IoU 0\.\d+\n$/u);
  });

  it('run a study', async () => {
    expect(await example('run-study.ts', study(), at('by-example'))).toMatch(
      /^a maps: \d+ of 16 units match a concept\n[\s\S]*c is in category \d\n$/u,
    );
  });

  it('draw a small world and dissect its networks', async () => {
    // The planted network has 11 units for colours, and no others for concepts.
    expect(await example('small-world.ts', at('world'))).toMatch(
      /^objects: \d+ of 64 units\nplanted: 11 of 28 units\nuntrained: \d+ of 64 units\n$/u,
    );
  });

  it('add a step to the graph of a study, which is computed once', async () => {
    const printed = await example('own-step.ts', study(), at('with-step'));
    expect(printed).toMatch(/^(?:[abc] maps: \d+ vague units\n){3}$/u);
    const vague = csvRows(at('with-step', 'models', 'a', 'units.csv')).filter(({ iou }) => !(Number(iou) > 0.3));
    expect(printed).toContain(`a maps: ${String(vague.length)} vague units`);
    expect(await example('own-step.ts', study(), at('with-step'))).toBe(printed);
  });

  it('have the steps of a study made by other processes, with the same result', async () => {
    const file = study();
    const printed = await example('own-executor.ts', file, at('elsewhere'));
    expect(printed).toMatch(/^\d+ steps such as labels made elsewhere\n/u);
    await run(file, 'here');
    for (const name of ['models/a/units.csv', 'embedding.csv', 'vocabulary.csv'])
      expect(readFileSync(at('elsewhere', name))).toEqual(readFileSync(at('here', name)));
  });

  it('dissect a model without any store, and find what a study finds', async () => {
    await run(study({ models: ['a', 'b'] }), 'stored');
    const images = at('data', 'images');
    const labels = at('data', 'labels');
    const names = at('data', 'labels.csv');
    const printed = await example('model-in-a-pipeline.ts', at('a.onnx'), 'maps', images, labels, names);
    const found = Array.from(
      printed.matchAll(/^unit \d+: (.*), active above -?\d+\.\d{3}$/gmu),
      ([, concept]) => concept,
    );
    expect(found).toEqual(csvRows(at('stored', 'models', 'a', 'units.csv')).map(({ concept }) => concept));
  });

  it('put a stage of their own into a run, whose results are kept apart', async () => {
    const file = study({ models: ['a', 'b'] });
    const thresholds = (out: string) =>
      csvRows(at(out, 'models', 'a', 'units.csv')).map((row) => Number(row['threshold']));
    await run(file, 'usual');
    const own = await example('own-stage.ts', file, at('own'));
    expect(own).toMatch(/^a maps: \d+ of 16 units match\nb maps: \d+ of 16 units match\n$/u);
    const median = thresholds('usual').sort((one, other) => one - other)[8] as number;
    expect(thresholds('own')).toEqual(thresholds('usual').map((value) => Math.max(value, median)));
  });

  it('make something of their own in the pass of a run, and find it stored in the next', async () => {
    const file = study({ models: ['a', 'b'] });
    const first = await example('own-consumer.ts', file, at('consumed'));
    expect(first).toMatch(/^(?:[ab] maps: mean activation -?\d+\.\d{4}\n){2}$/u);
    expect(await example('own-consumer.ts', file, at('consumed'))).toBe(first);
  });
});

describe('a stage of one’s own', () => {
  it('has keys of its own: nothing is taken for its result but what it stored', async () => {
    const store = memoryStore();
    const open = readStudyFile(study());
    const steps = async (thresholds?: DissectionStages['thresholds']) => {
      const stages = thresholds === undefined ? {} : { thresholds };
      return computed(await lastValueFrom(runStudy(open, { store, stages }).pipe(toArray())));
    };
    const named = (identity: string) => ({ identity, operator: selectThresholds });
    expect((await steps()).length).toBeGreaterThan(0);
    const own = await steps(named('mine/1'));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((step) => /^(?:maps|histogram|labels|top)/u.test(step))).toEqual([]);
    expect(await steps(named('mine/1'))).toEqual([]);
    expect((await steps(named('mine/2'))).length).toBeGreaterThan(0);
    expect(await steps()).toEqual([]);
  });

  it('is refused where it would not be asked, and where it loses units', async () => {
    const events = (stages: Partial<DissectionStages>, more = {}) =>
      lastValueFrom(runStudy(readStudyFile(study({ more })), { store: memoryStore(), stages }).pipe(toArray()));
    const thresholds = { identity: 'mine/1', operator: selectThresholds };
    await expect(events({ thresholds }, { runtime: { sketch: 200 } })).rejects.toThrow('runtime.sketch is set');
    const matches: DissectionStages['matches'] = {
      identity: 'mine/1',
      operator: (options) => (overlaps) =>
        overlaps.pipe(
          matchConcepts(options),
          map((batch) => batch.slice(1)),
        ),
    };
    await expect(events({ matches })).rejects.toThrow(/concludeDissection[\s\S]*16 matches, one a unit/u);
  });

  it('is named where it fails, gives nothing, or what is no table', async () => {
    const failure = (stages: Partial<DissectionStages>, consumers: readonly StudyConsumer[] = []) =>
      lastValueFrom(
        runStudy(readStudyFile(study()), { store: memoryStore(), stages, consumers }).pipe(toArray()),
      ).catch((error: unknown) => error);
    const thresholds = (operator: DissectionStages['thresholds']['operator']) => ({
      thresholds: { identity: 'mine/1', operator },
    });
    const code = 'STAGE_FAILED';
    const message = (text: string) => expect.stringContaining(`stage thresholds (mine/1) failed: ${text}`) as string;
    const thrown = () => {
      throw new Error('of mine');
    };
    expect(await failure(thresholds(thrown))).toMatchObject({ code, message: message('of mine') });
    expect(await failure(thresholds(() => () => EMPTY))).toMatchObject({ code, message: message('it gave nothing') });
    expect(await failure(thresholds(() => () => of(1) as never))).toMatchObject({
      code,
      message: message('it gave something that is no record batch'),
    });
    const twoParts: DissectionStages['matches']['operator'] = (options) => (overlaps) =>
      overlaps.pipe(
        matchConcepts(options),
        concatMap((batch) => [batch, batch]),
      );
    expect(await failure({ matches: { identity: 'mine/1', operator: twoParts } })).toMatchObject({
      message: expect.stringContaining('it gave more than one batch') as string,
    });
    const table = emptyBatch(unitMatchSchema);
    const consumer = (stage: StudyConsumer['stage']): StudyConsumer => ({
      identity: 'sums/1',
      stage,
      conclude: () => Promise.resolve(),
    });
    const told = (text: string) => expect.stringContaining(`consumer sums/1 ${text}`) as string;
    expect(await failure({}, [consumer(thrown)])).toMatchObject({ code, message: told('failed: of mine') });
    expect(await failure({}, [consumer(() => () => NEVER)])).toMatchObject({ code, message: told('made 0 tables') });
    const twice = consumer(() => (shards) => shards.pipe(concatMap(() => [table, table])));
    expect(await failure({}, [twice])).toMatchObject({ code, message: told('made 2 tables') });
    expect(await failure({}, [twice, twice])).toMatchObject({ message: expect.stringContaining('identity') as string });
    expect(await failure({ thresholds: { identity: '', operator: thrown } })).toMatchObject({
      message: expect.stringContaining('stages.thresholds: each needs an identity') as string,
    });
    expect(await failure({ threshold: thresholds(thrown).thresholds } as never)).toMatchObject({
      message: expect.stringContaining('there is no stage "threshold"') as string,
    });
  });
});
