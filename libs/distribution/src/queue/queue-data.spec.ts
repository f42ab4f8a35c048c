import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQueuedStudy, readQueuedTask, studyJobId, studyStamp, taskJobId, taskOfJob } from './queue-data.ts';

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${String(digits)}}$`, 'u'));
const text = fc.string({ maxLength: 60 }).filter((value) => !value.includes('\0'));

const studies = fc.record({
  ...{ program: text, file: text, hash: hex(64), set: fc.array(text, { maxLength: 3 }), store: text },
  shardsPerTask: fc.nat(),
  inputs: fc.array(fc.record({ role: text, name: text, sha256: hex(64) }), { maxLength: 3 }),
});
const tasks = fc.record({ study: hex(32), stamp: hex(16), key: hex(64) });

const refused = (read: () => unknown) => {
  expect(read).toThrow(expect.objectContaining({ code: 'QUEUE_DATA' }));
};

describe('what a queue says', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(studies, tasks, (study, task) => {
        expect(readQueuedStudy(JSON.parse(JSON.stringify(study)))).toEqual(study);
        expect(readQueuedTask(JSON.parse(JSON.stringify(task)))).toEqual(task);
      }),
      { seed: 19 },
    );
  });

  it('is refused where any of it is missing, of another kind, or more than is known', () => {
    const strange = fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.double({ noInteger: true }),
      fc.integer({ max: -1 }),
      fc.boolean(),
      fc.dictionary(fc.string(), fc.string()),
      fc.constant('a\0b'),
      fc.constant('x'.repeat(5000)),
    );
    fc.assert(
      fc.property(studies, tasks, fc.nat(), strange, (study, task, place, value) => {
        for (const [read, data] of [
          [readQueuedStudy, study],
          [readQueuedTask, task],
        ] as const) {
          const keys = Object.keys(data);
          refused(() => read({ ...data, [keys[place % keys.length] ?? '']: value }));
          refused(() => read({ ...data, command: 'sh' }));
        }
      }),
      { seed: 19 },
    );
  });

  it('is refused where it is anything else', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 3 }), (data) => {
        refused(() => readQueuedStudy(data));
        refused(() => readQueuedTask(data));
      }),
      { seed: 19, numRuns: 500 },
    );
  });

  it('is refused where names of files stand for keys', () => {
    const task = { study: 'a'.repeat(32), stamp: 'b'.repeat(16), key: 'c'.repeat(64) };
    expect(readQueuedTask(task)).toEqual(task);
    for (const key of ['../../etc/passwd', `${'c'.repeat(64)}\n`, 'C'.repeat(64), 'c'.repeat(65), ['c'.repeat(64)]])
      refused(() => readQueuedTask({ ...task, key }));
    refused(() => readQueuedTask(JSON.parse(`{"__proto__": {}, ${JSON.stringify(task).slice(1)}`)));
  });

  it('names a job by study and task, whatever else is said of the study', () => {
    fc.assert(
      fc.property(studies, tasks, (study, { key }) => {
        const id = studyJobId(study);
        expect(studyJobId({ ...study, hash: study.hash })).toBe(id);
        expect(studyJobId({ ...study, store: `${study.store}x` })).not.toBe(id);
        expect(studyStamp({ ...study, file: `${study.file}x` })).not.toBe(studyStamp(study));
        // Neither holds a colon, which separates the words of the server's keys.
        expect(taskJobId({ study: id, key })).toMatch(/^[0-9a-f]{32}-[0-9a-f]{64}$/u);
        expect(taskOfJob(id, taskJobId({ study: id, key }))).toBe(key);
        expect(taskOfJob('f'.repeat(31), taskJobId({ study: id, key }))).toBeUndefined();
      }),
      { seed: 19 },
    );
  });
});
