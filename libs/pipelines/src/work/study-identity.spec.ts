import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineStudy, type StudyContent } from '@intermodel/studies';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectStudy, identifyStudy, rememberStudy } from './study-identity.ts';

let store = '';
beforeEach(() => {
  store = mkdtempSync(path.join(tmpdir(), 'identity-'));
});
afterEach(() => {
  rmSync(store, { recursive: true, force: true });
});

const studyIn = (folder: string, more: Partial<StudyContent> = {}) =>
  defineStudy(
    {
      data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' },
      models: [{ name: 'a', file: 'models/a.onnx' }],
      ...more,
    },
    { folder, checkFiles: false },
  );

describe(identifyStudy, () => {
  it('is the same wherever the study lies, and whatever of it changes no result or task', () => {
    const { hash } = identifyStudy(studyIn('/data/one'));
    expect(hash).toMatch(/^[0-9a-f]{64}$/u);
    expect(identifyStudy(studyIn('/mnt/other'))).toEqual(identifyStudy(studyIn('/data/one')));
    expect(identifyStudy(studyIn('/data/one', { runtime: { threads: 3 } })).hash).toBe(hash);
  });

  it.each<[string, Partial<StudyContent>]>([
    ['a choice', { matching: { gate: 0.05 } }],
    ['a model', { models: [{ name: 'a', file: 'models/b.onnx' }] }],
    ['how images are cut into shards', { runtime: { imagesPerShard: 8 } }],
    ['what models run on', { runtime: { executionProviders: ['cuda'] } }],
  ])('differs by %s', (_, more) => {
    expect(identifyStudy(studyIn('/data', more)).hash).not.toBe(identifyStudy(studyIn('/data')).hash);
  });
});

describe(expectStudy, () => {
  const refusal = (expected: string, folder?: string) => {
    try {
      expectStudy(studyIn('/data', { matching: { gate: 0.05 } }), expected, folder);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const meant = identifyStudy(studyIn('/data'));

  it('takes the study that was meant', () => {
    expectStudy(studyIn('/elsewhere'), meant.hash, store);
    rememberStudy(store, meant);
    expectStudy(studyIn('/elsewhere'), meant.hash, store);
  });

  it('refuses another one, and tells what differs where the store knows', () => {
    expect(refusal(meant.hash, store)).toMatchObject({
      name: 'InputError',
      code: 'STUDY_DIFFERS',
      message: expect.stringContaining(meant.hash) as string,
    });
    rememberStudy(store, meant);
    rememberStudy(store, meant);
    expect(refusal(meant.hash, store)).toMatchObject({
      message: expect.stringMatching(/matching\.gate\S* is 0\.05 here, and was to be 0\.04/u) as string,
    });
  });

  it('refuses another version of the program, and of what makes the steps', () => {
    const content = { ...identifyStudy(studyIn('/data', { matching: { gate: 0.05 } })).content };
    const code = { ...(content['code'] as Record<string, string>), maps: '3' };
    const older = { hash: 'a'.repeat(64), content: { ...content, program: '0.0.9', code } };
    rememberStudy(store, older);
    expect(refusal(older.hash, store)).toMatchObject({
      message: expect.stringMatching(/code\.maps is "5[^"]*" here, and was to be "3"; program is /u) as string,
    });
  });

  it('looks for what was meant in the store alone', () => {
    expect(refusal('../../secret', store)).toMatchObject({ code: 'STUDY_DIFFERS' });
  });
});
