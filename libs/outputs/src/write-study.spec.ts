import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { profileSummarySchema } from '@intermodel/schemas';
import { buildBatch, MachineError } from '@intermodel/streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { studyFiles, tablesOfFiles, writeTables } from './write-study.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'outputs-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (...parts: string[]) => path.join(folder, ...parts);
const record = {
  title: '',
  command: 'none',
  options: { seed: 7 },
  inputs: [],
  warnings: [{ subject: 'a', text: 'b.' }],
};
const summaries = buildBatch(profileSummarySchema, {
  model: ['=a'],
  category: ['object'],
  matches: [12],
  unique: [4],
  redundancy: [3],
});

describe(writeTables, () => {
  it('leaves nothing behind when the place cannot be written', () => {
    writeFileSync(at('file'), '');
    expect(() => writeTables(at('file', 'below'), {}, record)).toThrow(MachineError);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('writes tables and texts, with a manifest that has the hash of each', () => {
    const files = writeTables(at('out'), studyFiles({ summaries }), record, { 'note.txt': 'a note' });
    expect(files).toEqual(['manifest.json', 'note.txt', 'summaries.arrow', 'summaries.csv']);
    expect(readFileSync(at('out', 'summaries.csv'), 'utf8')).toBe(
      'model,category,matches,unique,redundancy\n=a,object,12,4,3\n',
    );
    const sha256 = (name: string) =>
      createHash('sha256')
        .update(readFileSync(at('out', name)))
        .digest('hex');
    const { program, ...manifest } = JSON.parse(readFileSync(at('out', 'manifest.json'), 'utf8')) as {
      program: string;
    };
    expect(program).toMatch(/^intermodel \d/u);
    expect(manifest).toEqual({
      command: 'none',
      options: { seed: 7 },
      inputs: [],
      tables: { 'summaries.arrow': 'ProfileSummary/1' },
      files: Object.fromEntries(['note.txt', 'summaries.arrow', 'summaries.csv'].map((name) => [name, sha256(name)])),
      warnings: ['a: b.'],
    });
  });

  it('guards text for spreadsheets in CSV alone, where told to', () => {
    writeTables(at('out'), studyFiles({ summaries }), record, { 'note.txt': '=a' }, { spreadsheetCsv: true });
    expect(readFileSync(at('out', 'summaries.csv'), 'utf8')).toContain("\n'=a,object");
    expect(readFileSync(at('out', 'note.txt'), 'utf8')).toBe('=a');
  });

  it('refuses a folder that holds other files', () => {
    writeTables(at('out'), {}, record);
    writeFileSync(at('own.txt'), '');
    expect(() => writeTables(folder, {}, record)).toThrow(expect.objectContaining({ code: 'OUTPUT_NOT_EMPTY' }));
    expect(existsSync(at('own.txt'))).toBe(true);
  });
});

describe(studyFiles, () => {
  it('names the files of tables, and tablesOfFiles knows them again', () => {
    expect(studyFiles({ summaries })).toEqual({ summaries });
    expect(tablesOfFiles(studyFiles({ summaries }))).toEqual({ summaries });
  });
});
