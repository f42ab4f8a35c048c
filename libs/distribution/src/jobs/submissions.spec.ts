import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { elementsText } from './job-files.ts';
import { lastWords } from './last-words.ts';
import { readElements, readSubmissions, rememberJobs, writeSubmission } from './submissions.ts';

let store = '';
beforeEach(() => {
  store = mkdtempSync(path.join(tmpdir(), 'submissions-'));
});
afterEach(() => {
  rmSync(store, { recursive: true, force: true });
});

const planned = (studyHash: string, studyFile = '/a.json') => ({
  ...{ engine: 'slurm', studyHash, studyFile, options: { partition: 'p' } },
  jobs: [{ wave: 'counts', stem: 'counts', name: 'a-counts' }],
});
const task = (key: string) => ({
  ...({ key, wave: 'counts', model: 'a', state: 'ready', seconds: undefined } as const),
});
const keys = ['a', 'b', 'c'].map((digit) => digit.repeat(64));

describe(writeSubmission, () => {
  it('numbers submissions, each in a folder of its own, and finds those of a study by hash or file', () => {
    const elements = [keys.slice(0, 2).map(task), keys.slice(2).map(task)];
    const files = (folder: string) => ({ 'counts.tasks': elementsText(elements), 'where.txt': folder });
    const first = writeSubmission(path.join(store, 'submissions'), planned('1'), files);
    const other = writeSubmission(path.join(store, 'submissions'), planned('2', '/b.json'), files);
    writeSubmission(path.join(store, 'submissions'), planned('3'), files);
    writeSubmission(path.join(store, 'submissions'), planned('1', '/moved.json'), files);
    expect(readdirSync(path.join(store, 'submissions'))).toEqual(['0001', '0002', '0003', '0004']);
    expect(readFileSync(path.join(first.folder, 'where.txt'), 'utf8')).toBe(first.folder);
    rememberJobs(first.folder, { counts: '17' });
    const found = readSubmissions({
      submissions: path.join(store, 'submissions'),
      studyHash: '1',
      studyFile: '/a.json',
    });
    expect(found.map(({ folder, taken }) => [path.basename(folder), taken])).toEqual([
      ['0001', { counts: '17' }],
      ['0003', {}],
      ['0004', {}],
    ]);
    expect(readElements(other, other.jobs[0] ?? { wave: '', stem: '', name: '' })).toEqual([
      keys.slice(0, 2),
      keys.slice(2),
    ]);
    expect(readSubmissions({ submissions: path.join(store, 'none'), studyHash: '1', studyFile: '' })).toEqual([]);
  });

  it('leaves nothing behind where it cannot write', () => {
    writeFileSync(path.join(store, 'submissions'), 'a file');
    expect(() => writeSubmission(path.join(store, 'submissions'), planned('1'), () => ({}))).toThrow(
      expect.objectContaining({ code: 'FILE_UNREADABLE' }),
    );
    expect(readdirSync(store)).toEqual(['submissions']);
  });
});

describe(readSubmissions, () => {
  it('names a file that is damaged', () => {
    const folder = path.join(store, 'submissions', '0001');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'submission.json'), '{"engine":');
    expect(() =>
      readSubmissions({ submissions: path.join(store, 'submissions'), studyHash: '', studyFile: '' }),
    ).toThrow(
      expect.objectContaining({ code: 'SUBMISSION_DAMAGED', message: expect.stringContaining(folder) as string }),
    );
  });
});

describe(lastWords, () => {
  it.each([
    ['', ''],
    ['all\nis well\n\n', 'is well'],
    ['error DISK_FULL: full\n  what to do: free some\n', 'error DISK_FULL: full'],
    [
      `error OTHER: x\ncounts a ${keys[0] ?? ''}: error BAD_IMAGE: cut short\nerror TASKS_FAILED: y\n`,
      'error BAD_IMAGE: cut short',
    ],
    [
      'slurmstepd: error: *** JOB 3 ON n1 CANCELLED DUE TO TIME LIMIT ***\n',
      'error: *** JOB 3 ON n1 CANCELLED DUE TO TIME LIMIT ***',
    ],
    [`${'x'.repeat(100_000)}\nlast \u001B[31m`, 'last \\u001b[31m'],
  ])('finds in %j what was said of a task', (text, words) => {
    const log = path.join(store, 'log');
    writeFileSync(log, text);
    expect(lastWords(log, keys[0] ?? '')).toBe(words);
  });

  it('says nothing where there is no log', () => {
    expect(lastWords(path.join(store, 'none'), 'a')).toBe('');
  });
});
