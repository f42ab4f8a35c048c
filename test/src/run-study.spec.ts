import { readStudyFile, runStudy, type Study, type StudyEvent, type StudyRun } from '@intermodel/pipelines';
import { fileStore, memoryStore } from '@intermodel/steps';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { computed, imageCount, smallStudies, writeModel } from './small-studies.ts';

const { at, study, run } = smallStudies();

describe('runStudy as a library', () => {
  it('runs in a store of the program that embeds it, without a folder, and ends with the tables', async () => {
    const store = memoryStore();
    const open = readStudyFile(study());
    const events = await lastValueFrom(runStudy(open, { store }).pipe(toArray()));
    const last = events.at(-1) as StudyRun;
    expect([last.kind, last.files, last.models.map(({ model }) => model.name)]).toEqual([
      'tables',
      [],
      ['a', 'b', 'c'],
    ]);
    expect(last.tables.points?.numRows).toBe(3);
    expect((await last.models[0]?.layers[0]?.overlaps())?.numRows).toBeGreaterThan(0);
    const kinds = (kind: StudyEvent['kind']) =>
      new Set(events.flatMap((event) => (event.kind === kind && 'key' in event ? [event.key] : [])));
    expect(kinds('step-started')).toEqual(kinds('step-done'));
    const again = await lastValueFrom(runStudy(open, { store }).pipe(toArray()));
    expect(computed(again)).toEqual([]);
  });

  it('tells of each shard of images once all that was counted of it is stored', async () => {
    const store = memoryStore();
    const told = async (open: Study, own = store) => lastValueFrom(runStudy(open, { store: own }).pipe(toArray()));
    const shardsOf = (events: readonly StudyEvent[]) => events.filter((event) => event.kind === 'shard-done');
    const events = await told(readStudyFile(study()));
    const shards = shardsOf(events);
    expect(shards.length).toBeGreaterThan(3);
    expect(shards.map(({ models, done, total }) => [models, done, total])).toEqual(
      shards.map((_, index) => [['a', 'b', 'c'], index + 1, shards.length]),
    );
    expect(shards.reduce((sum, { images }) => sum + images, 0)).toBe(imageCount);
    for (const shard of shards) {
      const own = events.flatMap((event, index) =>
        event.kind === 'step-done' &&
        ['maps', 'histogram', 'top', 'labels'].includes(event.step) &&
        event.subject.endsWith(shard.shard)
          ? [index]
          : [],
      );
      expect(own.length).toBe(1 + 3 * 3);
      expect(events.indexOf(shard)).toBeGreaterThan(Math.max(...own));
    }
    expect(events.findIndex(({ kind }) => kind === 'model')).toBeGreaterThan(
      events.indexOf(shards.at(-1) as StudyEvent),
    );
    // Where all is stored, no shard is run; an added model is run alone; without kept maps each model runs once more.
    expect(shardsOf(await told(readStudyFile(study())))).toEqual([]);
    expect(
      shardsOf(await told(readStudyFile(study({ models: ['a', 'b', 'c', 'd'] })))).map(({ models }) => models),
    ).toEqual(shards.map(() => ['d']));
    const twice = shardsOf(
      await told(readStudyFile(study({ more: { runtime: { imagesPerShard: 6, secondPass: true } } })), memoryStore()),
    );
    expect(twice.map(({ shard }) => shard)).toEqual([1, 2, 3, 4].flatMap(() => shards).map(({ shard }) => shard));
  });

  it('stops by a signal within a batch, and goes on in the next run', async () => {
    const store = fileStore(at('aborted'));
    const stop = new AbortController();
    const open = readStudyFile(study());
    const seen: string[] = [];
    const run = new Promise<unknown>((resolve) => {
      runStudy(open, { store, signal: stop.signal }).subscribe({
        next: (event) => {
          if (event.kind === 'step-done') seen.push(event.step);
          if (event.kind === 'step-done' && event.step === 'maps') stop.abort();
        },
        error: resolve,
        complete: () => {
          resolve(undefined);
        },
      });
    });
    expect(await run).toMatchObject({ name: 'AbortError' });
    expect(seen).not.toContain('matches');
    const events = await lastValueFrom(runStudy(open, { store }).pipe(toArray()));
    expect(events.some((event) => event.kind === 'step-skipped' && event.step === 'maps')).toBe(true);
  });

  it('runs a dozen models in one pass without a word', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `dozen-${String(index)}`);
    names.forEach((name, index) => {
      writeModel(at(`${name}.onnx`), index);
    });
    const told: Error[] = [];
    const listen = (warning: Error) => told.push(warning);
    process.on('warning', listen);
    await run(study({ models: names, more: { gallery: { units: 0 } } }), 'dozen');
    process.off('warning', listen);
    expect(told).toEqual([]);
  });
});
