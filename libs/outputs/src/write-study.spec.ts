import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  choiceInfluenceSchema,
  claimVerdictSchema,
  profileSummarySchema,
  universeEffectSchema,
  universeSchema,
} from '@intermodel/schemas';
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

const claimTables = {
  claims: buildBatch(claimVerdictSchema, {
    ...{ claim: ['near'], kind: ['nearer'], statement: ['a, b are near'], source: [''], verdict: ['holds'] },
    ...{ isSo: [true], measure: ['r'], effect: [0.5], low: [Number.NaN], high: [Number.NaN], replicates: [200] },
    ...{ replicateShare: [0.95], p: [0.01], q: [0.02], universes: [2], universeShare: [1], universeEffect: [0.75] },
    ...{ movedBy: ['gate'], movedShare: [0.25], sentence: ['It is so.'] },
  }),
  universes: buildBatch(universeSchema, {
    ...{
      universe: [0, 1],
      isStudy: [true, false],
      gate: [0.04, 0.05],
      compareGate: ['>', '>'],
      match: ['gate', 'gate'],
    },
    ...{ normalisation: ['count', 'count'], dropFirstConcept: [false, true], leftOut: ['', 'a|b'], components: [2, 2] },
    ...{ clusters: [3, 3], distance: ['cosine', 'cosine'] },
  }),
  universeEffects: buildBatch(universeEffectSchema, {
    ...{ universe: [0, 1], claim: ['near', 'near'], effect: [0.5, Number.NaN], isSo: [true, false] },
  }),
  choices: buildBatch(choiceInfluenceSchema, { claim: ['near'], choice: ['gate'], levels: [2], share: [0.25] }),
};

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

  it('writes claims with their universes, what is undefined as an empty cell', () => {
    const files = writeTables(at('out'), studyFiles(claimTables), record);
    const names = ['choices', 'claims', 'universe-effects', 'universes'];
    expect(files).toEqual(['manifest.json', ...names.flatMap((name) => [`${name}.arrow`, `${name}.csv`])].sort());
    expect(
      names.map((name) =>
        readFileSync(at('out', `${name}.csv`), 'utf8')
          .trim()
          .split('\n'),
      ),
    ).toEqual([
      ['claim,choice,levels,share', 'near,gate,2,0.25'],
      [
        'claim,kind,statement,source,verdict,is_so,measure,effect,low,high,replicates,replicate_share,p,q,universes,universe_share,universe_effect,moved_by,moved_share,sentence',
        'near,nearer,"a, b are near",,holds,true,r,0.5,,,200,0.95,0.01,0.02,2,1,0.75,gate,0.25,It is so.',
      ],
      ['universe,claim,effect,is_so', '0,near,0.5,true', '1,near,,false'],
      [
        'universe,is_study,gate,compare_gate,match,normalisation,drop_first_concept,left_out,components,clusters,distance',
        '0,true,0.04,>,gate,count,false,,2,3,cosine',
        '1,false,0.05,>,gate,count,true,a|b,2,3,cosine',
      ],
    ]);
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
    expect(tablesOfFiles(studyFiles(claimTables))).toEqual(claimTables);
  });
});
