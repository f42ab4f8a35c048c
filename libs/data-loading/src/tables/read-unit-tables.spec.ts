import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { column, InputError, readNumbers, readStrings, writeArrowFile } from '@intermodel/streams';
import { matchScoreOf, matchSchema, unitMatchSchema } from '@intermodel/schemas';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledStudy, readUnitTables, type ReadUnitTablesOptions } from '../index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'units-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string) => {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
};
const read = (files: string | readonly string[], options?: ReadUnitTablesOptions) =>
  lastValueFrom(readUnitTables([files].flat(), options).pipe(toArray()));
const rows = async (files: string | readonly string[], options?: ReadUnitTablesOptions) =>
  (await read(files, options)).flatMap((batch) => batch.toArray().map((row) => ({ ...(row as object) })));
const problem = async (files: string | readonly string[], options?: ReadUnitTablesOptions) => {
  const error: unknown = await read(files, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return error as InputError;
};

describe(readUnitTables, () => {
  it('reads the published layout: index column, quotes, CR LF, byte-order mark, empty IoU', async () => {
    const published = file(
      'p.csv',
      '\uFEFF,name,unit,iou,label,category\r\n0,BYOL(R),0,0.0712345678901234,"chest, of drawers",object\r\n1,BYOL(R),1,,parking meter,object\r\n',
    );
    expect(await rows(published, { modelNames: 'strip-suffix' })).toEqual([
      { model: 'BYOL', layer: '', unit: 0, concept: 'chest, of drawers', category: 'object', iou: 0.0712345678901234 },
      { model: 'BYOL', layer: '', unit: 1, concept: 'parking meter', category: 'object', iou: null },
    ]);
  });

  it('reads units.csv of a dissection, passing over columns that it does not need', async () => {
    const own = file(
      'units.csv',
      'model,layer,unit,threshold,activeFraction,concept,category,iou\nm,l4,3,0.5,0.01,,,0\n',
    );
    expect(await rows(own)).toEqual([{ model: 'm', layer: 'l4', unit: 3, concept: '-', category: '', iou: 0 }]);
  });

  it('reads Arrow files as it reads CSV, whatever the size of batches', async () => {
    const csv = file(
      'a.csv',
      `model,unit,iou,concept,category\n${Array.from({ length: 10 }, (_, unit) => `m,${String(unit)},${unit === 4 ? '' : `0.${String(unit)}`},sky,object`).join('\n')}\n`,
    );
    const arrow = path.join(folder, 'a.arrow');
    writeArrowFile(arrow, unitMatchSchema, await read(csv, { batchRows: 3 }));
    expect(await rows(arrow)).toEqual(await rows(csv));
    expect((await read(csv, { batchRows: 3 })).map(({ numRows }) => numRows)).toEqual([3, 3, 3, 1]);
  });

  it('reads tables of Network Dissection itself: the model is the file, the score is the IoU', async () => {
    mkdirSync(path.join(folder, 'one'));
    mkdirSync(path.join(folder, 'two'));
    const counts = ['object', 'part']
      .map((category) =>
        ['label', 'truth', 'activation', 'intersect', 'iou'].map((name) => `${category}-${name}`).join(','),
      )
      .join(',');
    const result = file(
      'resnet50_layer4.csv',
      `unit,category,label,score,${counts}\n1,object,cat,0.125,cat,900,80.0,10,0.125,ear,70,80.0,1,0.01\n2,texture,,0.03,cat,900,80.0,10,0.02,ear,70,80.0,1,0.03\n`,
    );
    const layered = file(
      'one/tally.csv',
      'layer,unit,label,category,score\nconv1,"1,024",dotted,texture,0.5\nconv2,1024,,,\n',
    );
    const other = file('two/tally.csv', 'category,label,score,unit\npart,wheel,0.25,7\n');
    expect(await rows([result, layered, other])).toEqual([
      { model: 'resnet50_layer4', layer: '', unit: 1, concept: 'cat', category: 'object', iou: 0.125 },
      { model: 'resnet50_layer4', layer: '', unit: 2, concept: '-', category: 'texture', iou: 0.03 },
      { model: 'one-tally', layer: 'conv1', unit: 1024, concept: 'dotted', category: 'texture', iou: 0.5 },
      { model: 'one-tally', layer: 'conv2', unit: 1024, concept: '-', category: '', iou: null },
      { model: 'two-tally', layer: '', unit: 7, concept: 'wheel', category: 'part', iou: 0.25 },
    ]);
    const named = file('named.csv', 'model,unit,category,label,score\nm,1,object,cat,0.5\n');
    expect(await rows(named)).toEqual([
      { model: 'm', layer: '', unit: 1, concept: 'cat', category: 'object', iou: 0.5 },
    ]);
  });

  it('takes no score for an IoU where the table has one, or does not say label', async () => {
    expect(await rows(file('both.csv', 'model,unit,category,label,score,iou\nm,1,object,cat,7,0.5\n'))).toEqual([
      { model: 'm', layer: '', unit: 1, concept: 'cat', category: 'object', iou: 0.5 },
    ]);
    expect((await problem(file('concept.csv', 'unit,category,concept,score\n1,object,cat,0.5\n'))).message).toMatch(
      /"model"[\s\S]*Add a column "model"/u,
    );
    expect((await problem(file('iou.csv', 'unit,category,label,iou\n1,object,cat,0.5\n'))).code).toBe('COLUMN_MISSING');
  });

  it('reads the column of another score too, within its range, from CSV and Arrow', async () => {
    const score = { name: 'lift', range: [0, Infinity] } as const;
    const table = file('lift.csv', 'model,unit,iou,concept,category,lift\na,0,0.1,x,y,12.5\na,1,,,,\n');
    const expected = [
      { model: 'a', layer: '', unit: 0, concept: 'x', category: 'y', iou: 0.1, lift: 12.5 },
      { model: 'a', layer: '', unit: 1, concept: '-', category: '', iou: null, lift: null },
    ];
    expect(await rows(table, { score })).toEqual(expected);
    const batches = await read(table, { score });
    expect([...batches.map(matchScoreOf), ...(await read(table)).map(matchScoreOf)]).toEqual(['lift', undefined]);
    const arrow = path.join(folder, 'lift.arrow');
    writeArrowFile(arrow, matchSchema({ score: 'lift' }), batches);
    expect(await rows(arrow, { score })).toEqual(expected);
    expect(await rows(arrow)).toEqual(expected.map(({ lift: _, ...row }) => row));
    expect((await problem(table, { score: { name: 'f1', range: [0, 1] } })).message).toMatch(/no column "f1"/u);
    const within = async (text: string, range: readonly [number, number]) =>
      (
        await problem(file('bad.csv', `model,unit,iou,concept,category,mcc\na,0,0.1,x,y,${text}\n`), {
          score: { name: 'mcc', range },
        })
      ).message;
    expect(await within('-1.1', [-1, 1])).toMatch(/line 2, column "mcc"[\s\S]*a number from -1 to 1/u);
    expect(await within('-1', [0, Infinity])).toMatch(/a number of at least 0/u);
    expect(await within('high', [-1, 1])).toMatch(/the score "high" is not a finite number/u);
  });

  it('tells which models a file has', async () => {
    const one = file('1.csv', 'model,unit,iou,concept,category\na,0,0.1,x,y\na,1,0.1,x,y\nb,0,0.1,x,y\n');
    const two = file('2.csv', 'model,unit,iou,concept,category\nb,1,0.1,x,y\n');
    const told: string[][] = [];
    await read([one, two], { onModel: (model, name) => told.push([model, path.basename(name)]) });
    expect(told).toEqual([
      ['a', '1.csv'],
      ['b', '1.csv'],
      ['b', '2.csv'],
    ]);
  });

  const cases = path.resolve(import.meta.dirname, '../../../../../shared/cases/netdissect-tables');
  it.skipIf(!existsSync(cases))(
    `reads tables as they are published${existsSync(cases) ? '' : ' (skipped: ../shared is not here)'}`,
    async () => {
      const published = await rows(['a', 'b', 'c', 'd'].map((name) => path.join(cases, `${name}.csv`)));
      expect(new Set(published.map((row) => (row as { readonly model: string }).model))).toEqual(
        new Set(['a', 'b', 'c', 'd']),
      );
      expect(published[0]).toEqual({
        model: 'a',
        layer: '',
        unit: 1,
        concept: 'beach-s',
        category: 'scene',
        iou: 0.193559999,
      });
    },
  );

  it('reads the bundled study: 20 models of 2,048 units, 397 dead units', async () => {
    const [batch] = await read(bundledStudy('ssl-2022').units, { modelNames: 'strip-suffix' });
    const models = new Set(readStrings(column(batch!, 'model')));
    expect([models.size, batch?.numRows, readNumbers(column(batch!, 'iou')).filter(Number.isNaN).length]).toEqual([
      20, 40_960, 397,
    ]);
    expect(models.has('BYOL')).toBe(true);
  });

  const original = path.resolve(import.meta.dirname, '../../../../../shared/published/models_dissect_profiles_raw.csv');
  it.skipIf(!existsSync(original))(
    `bundles what the published CSV says${existsSync(original) ? '' : ' (skipped: ../shared is not here)'}`,
    async () => {
      const [[bundled], [published]] = [await read(bundledStudy('ssl-2022').units), await read(original)];
      for (const name of ['model', 'unit', 'concept', 'category', 'iou'] as const)
        expect([...column(bundled!, name)]).toEqual([...column(published!, name)]);
    },
  );

  it.each([
    [
      'a missing column, naming the nearest',
      'model,unit,iuo,concept,category\n',
      'COLUMN_MISSING',
      /Did you mean "iuo"/u,
      1,
    ],
    [
      'a table with semicolons',
      'model;unit;iou;concept;category\na;0;0.1;sky;object\n',
      'COLUMN_MISSING',
      /separated by semicolons/u,
      1,
    ],
    [
      'an IoU that is no number',
      'model,unit,iou,concept,category\nm,0,0.1,a,b\nm,1,high,a,b\n',
      'IOU_NOT_A_NUMBER',
      /"high"/u,
      3,
    ],
    ['an infinite IoU', 'model,unit,iou,concept,category\nm,0,Infinity,a,b\n', 'IOU_NOT_A_NUMBER', /Infinity/u, 2],
    ['an IoU that is NaN', 'model,unit,iou,concept,category\nm,0,NaN,a,b\n', 'IOU_NOT_A_NUMBER', /NaN/u, 2],
    ['an IoU outside 0..1', 'model,unit,iou,concept,category\nm,0,1.2,a,b\n', 'IOU_RANGE', /1\.2/u, 2],
    [
      'the same unit twice',
      'model,unit,iou,concept,category\nm,7,0.1,a,b\nm,8,0.1,a,b\nm,7,0.2,a,b\n',
      'UNIT_TWICE',
      /first at .*line 2/u,
      4,
    ],
    ['a unit that is no number', 'model,unit,iou,concept,category\nm,1.5,0.1,a,b\n', 'UNIT_NOT_A_NUMBER', /"1\.5"/u, 2],
    [
      'a decimal comma',
      'model,unit,iou,concept,category\nm,1,"0,12",a,b\n',
      'IOU_NOT_A_NUMBER',
      /a comma only sets thousands apart/u,
      2,
    ],
    [
      'a row with too few cells',
      'model,unit,iou,concept,category\nm,1,0.1,a,b\nm,2,0.1\n',
      'CSV_BROKEN',
      /another number of cells/u,
      3,
    ],
    [
      'a quote that is not closed',
      'model,unit,iou,concept,category\nm,1,0.1,"a,b\n',
      'CSV_BROKEN',
      /not closed/u,
      undefined,
    ],
    ['an empty model name', 'model,unit,iou,concept,category\n ,1,0.1,a,b\n', 'MODEL_NAME_EMPTY', /empty/u, 2],
    ['a table without rows', 'model,unit,iou,concept,category\n', 'TABLE_EMPTY', /no rows/u, undefined],
    ['an empty file', '', 'TABLE_EMPTY', /empty/u, undefined],
  ])('refuses %s', async (_case, content, code, message, line) => {
    const error = await problem(file('bad.csv', content));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
    expect(error.message).toContain('bad.csv');
    if (line !== undefined) expect(error.details.line).toBe(line);
  });

  it('refuses names that a rule would make one, and the same unit in two files', async () => {
    const both = file('both.csv', 'model,unit,iou,concept,category\nA(R),0,0.1,a,b\nA(V),1,0.1,a,b\n');
    expect((await problem(both, { modelNames: 'strip-suffix' })).message).toMatch(
      /"A\(R\)" and "A\(V\)" both become "A"/u,
    );
    expect((await problem([both, both])).code).toBe('UNIT_TWICE');
  });

  it('refuses missing files and text where Arrow numbers should be', async () => {
    expect((await problem(path.join(folder, 'none.csv'))).code).toBe('FILE_MISSING');
  });
});
