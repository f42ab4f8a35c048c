import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { modelFamilySchema } from '@intermodel/schemas';
import { buildBatch, column, InputError, readStrings, writeArrowFile } from '@intermodel/streams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledStudy, readModelFamilies, type ReadModelFamiliesOptions } from '../index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'families-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string) => {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
};
const read = async (from: string, options?: ReadModelFamiliesOptions) => {
  const batch = await readModelFamilies(from, options);
  const [families, reasons] = [readStrings(column(batch, 'family')), readStrings(column(batch, 'reason'))];
  return readStrings(column(batch, 'model')).map((model, row) => [model, families[row], reasons[row]]);
};

describe(readModelFamilies, () => {
  it('reads families with their reasons, and leaves models without one alone', async () => {
    const table = 'model,family,reason\nmoco-v1 (R), MoCo ,one code base\nmoco-v2,MoCo,\nbyol,,\n';
    expect(await read(file('families.csv', table), { modelNames: 'strip-suffix' })).toEqual([
      ['moco-v1', 'MoCo', 'one code base'],
      ['moco-v2', 'MoCo', ''],
    ]);
  });

  it('takes the column of any table with models, and rows that say the same again', async () => {
    const tidy = 'Name,task,dataset,metric,score,Family\na,t,d,m,1,x\na,t,d,n,2,x\nb,t,d,m,3,y\n';
    expect(await read(file('scores.csv', tidy))).toEqual([
      ['a', 'x', ''],
      ['b', 'y', ''],
    ]);
    const markdown = '| Model | Family |\n|---|---|\n| a | x |\n';
    expect(await read(file('families.md', markdown))).toEqual([['a', 'x', '']]);
  });

  it('reads Arrow files', async () => {
    const batch = buildBatch(modelFamilySchema, { model: ['a'], family: ['x'], reason: ['why'] });
    const arrow = path.join(folder, 'families.arrow');
    writeArrowFile(arrow, modelFamilySchema, [batch]);
    expect(await read(arrow)).toEqual([['a', 'x', 'why']]);
  });

  it.each([
    ['no family column', 'model,familie\nm,1\n', 'COLUMN_MISSING', /Did you mean "familie"/u],
    ['no model column', 'modell,family\nm,1\n', 'COLUMN_MISSING', /"model" or "name"/u],
    [
      'a model of two families',
      'model,family\nm,x\nk,y\nm,y\n',
      'FAMILY_TWICE',
      /line 4[\s\S]*"x" \(line 2\) and "y"/u,
    ],
    ['a table without families', 'model,family\nm,\n', 'TABLE_EMPTY', /names no family/u],
  ])('refuses %s', async (_case, content, code, message) => {
    const error: unknown = await read(file('bad.csv', content)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect([(error as InputError).code, (error as InputError).message]).toEqual([code, expect.stringMatching(message)]);
  });

  it('knows the families of the bundled study, each with its reason', async () => {
    const rows = await read(bundledStudy('ssl-2022').families);
    const members = (family: string) => rows.filter(([, of]) => of === family).map(([model]) => model);
    expect(rows).toHaveLength(20);
    expect(rows.every(([, , reason]) => reason !== '')).toBe(true);
    expect(members('PyContrast')).toEqual(['InsDis', 'PIRL', 'InfoMin']);
    expect(members('SwAV').slice(0, 3)).toEqual(['SwAV', 'DeepClusterV2', 'SeLaV2']);
    expect([members('MoCo'), members('SeLaV1')]).toEqual([['MoCoV1', 'MoCoV2'], ['SeLaV1']]);
  });
});
