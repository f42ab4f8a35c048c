import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError, writeArrowFile } from '@intermodel/streams';
import { taskScoreSchema } from '@intermodel/schemas';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundledStudy, checkModelNameRule, publishedScoreColumns, readScoreColumns, readScoreTables, type ReadScoreTablesOptions } from '../index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scores-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string) => {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
};
const read = (path: string, options?: ReadScoreTablesOptions) => lastValueFrom(readScoreTables([path], options).pipe(toArray()));
const rows = async (path: string, options?: ReadScoreTablesOptions) => (await read(path, options)).flatMap((batch) => batch.toArray().map((row) => ({ ...(row as object) })));

describe(readScoreTables, () => {
  it('knows the 36 published columns, of which two are errors', () => {
    expect(publishedScoreColumns).toHaveLength(36);
    expect(new Set(publishedScoreColumns.map(({ task }) => task)).size).toBe(4);
    expect(publishedScoreColumns.filter(({ higherIsBetter }) => !higherIsBetter).map(({ column }) => column)).toEqual(['sne_Mean', 'sne_Median']);
  });

  it('reads the wide layout of the paper into tidy rows', async () => {
    const wide = file('w.csv', ',Unnamed: 0_x,model,dt_CIFAR10,voc_forzen_ap_50,ISIC_5_shot,sne_Mean\n0,0,BYOL(R),93.29,82.01,43.09,\n');
    expect(await rows(wide, { modelNames: 'strip-suffix' })).toEqual([
      { model: 'BYOL', task: 'many-shot classification', dataset: 'CIFAR10', metric: 'accuracy', column: 'dt_CIFAR10', score: 93.29, higherIsBetter: true },
      { model: 'BYOL', task: 'object detection', dataset: 'VOC', metric: 'AP50 frozen', column: 'voc_forzen_ap_50', score: 82.01, higherIsBetter: true },
      { model: 'BYOL', task: 'few-shot classification', dataset: 'ISIC', metric: '5-shot accuracy', column: 'ISIC_5_shot', score: 43.09, higherIsBetter: true },
    ]);
  });

  it('reads a wide table of other columns by a declared mapping', async () => {
    const mapping = file('map.csv', 'column,task,dataset,metric,higherIsBetter\nerr,depth,KITTI,RMSE,false\n');
    expect(await rows(file('w.csv', 'model,err,other\nm,1.5,9\n'), { scoreColumns: await readScoreColumns(mapping) })).toEqual([
      { model: 'm', task: 'depth', dataset: 'KITTI', metric: 'RMSE', column: 'err', score: 1.5, higherIsBetter: false },
    ]);
  });

  it('reads the tidy layout from CSV and from Arrow alike', async () => {
    const tidy = file('t.csv', 'model,task,dataset,metric,score,higherIsBetter\nm,depth,KITTI,RMSE,1.5,false\nn,depth,KITTI,RMSE,,false\n');
    const expected = [{ model: 'm', task: 'depth', dataset: 'KITTI', metric: 'RMSE', column: 'depth/KITTI/RMSE', score: 1.5, higherIsBetter: false }];
    expect(await rows(tidy)).toEqual(expected);
    writeArrowFile(path.join(folder, 't.arrow'), taskScoreSchema, await read(tidy));
    expect(await rows(path.join(folder, 't.arrow'))).toEqual(expected);
  });

  const original = path.resolve(import.meta.dirname, '../../../../../shared/published/models_performance_on_tasks.csv');
  it.skipIf(!existsSync(original))(`bundles what the published CSV says${existsSync(original) ? '' : ' (skipped: ../shared is not here)'}`, async () => {
    const bundled = await rows(bundledStudy('ssl-2022').scores);
    expect(bundled).toHaveLength(14 * 36);
    expect(bundled).toEqual(await rows(original));
  });

  it.each([
    ['no score column', 'model,accuracy\nm,1\n', 'SCORE_COLUMNS_UNKNOWN', /--score-columns/u],
    ['no model column', 'modell,dt_Cars\nm,1\n', 'COLUMN_MISSING', /Did you mean "modell"/u],
    ['a score that is no number', 'model,dt_Cars\nm,good\n', 'SCORE_NOT_A_NUMBER', /line 2, column "dt_Cars"/u],
    ['an infinite score', 'model,dt_Cars\nm,Infinity\n', 'SCORE_NOT_A_NUMBER', /Infinity/u],
    ['a model twice', 'model,dt_Cars\nm,1\nm,2\n', 'SCORE_TWICE', /line 2/u],
    ['a tidy table without metric', 'model,task,dataset,score\nm,a,b,1\n', 'COLUMN_MISSING', /"metric"/u],
    ['an unclear direction', 'model,task,dataset,metric,score,higherIsBetter\nm,a,b,c,1,maybe\n', 'SCORE_DIRECTION', /"maybe"/u],
    ['a table without scores', 'model,dt_Cars\nm,\n', 'TABLE_EMPTY', /no score/u],
  ])('refuses %s', async (_case, content, code, message) => {
    const error: unknown = await read(file('bad.csv', content)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect([(error as InputError).code, (error as InputError).message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe(checkModelNameRule, () => {
  it('lists the rules for an unknown one', () => {
    expect(checkModelNameRule('exact')).toBe('exact');
    expect(() => checkModelNameRule('strip')).toThrow(/Did you mean "strip-suffix"\?/u);
  });
});

describe(bundledStudy, () => {
  it('names the studies there are', () => {
    expect(() => bundledStudy('ssl-2021')).toThrow(/Did you mean "ssl-2022"/u);
  });
});
