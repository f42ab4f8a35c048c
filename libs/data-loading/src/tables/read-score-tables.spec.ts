import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError, writeArrowFile } from '@intermodel/streams';
import { taskScoreSchema } from '@intermodel/schemas';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bundledStudy,
  checkModelNameRule,
  publishedScoreColumns,
  readScoreColumns,
  readScoreTables,
  type ReadScoreTablesOptions,
} from '../index.ts';

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
const read = (path: string, options?: ReadScoreTablesOptions) =>
  lastValueFrom(readScoreTables([path], options).pipe(toArray()));
const rows = async (path: string, options?: ReadScoreTablesOptions) =>
  (await read(path, options)).flatMap((batch) => batch.toArray().map((row) => ({ ...(row as object) })));

describe(readScoreTables, () => {
  it('knows the 36 published columns, of which two are errors', () => {
    expect(publishedScoreColumns).toHaveLength(36);
    expect(new Set(publishedScoreColumns.map(({ task }) => task)).size).toBe(4);
    expect(publishedScoreColumns.filter(({ higherIsBetter }) => !higherIsBetter).map(({ column }) => column)).toEqual([
      'sne_Mean',
      'sne_Median',
    ]);
  });

  it('reads the wide layout of the paper into tidy rows', async () => {
    const wide = file(
      'w.csv',
      ',Unnamed: 0_x,model,dt_CIFAR10,voc_forzen_ap_50,ISIC_5_shot,sne_Mean\n0,0,BYOL(R),93.29,82.01,43.09,\n',
    );
    expect(await rows(wide, { modelNames: 'strip-suffix' })).toEqual([
      {
        model: 'BYOL',
        task: 'many-shot classification',
        dataset: 'CIFAR10',
        metric: 'accuracy',
        column: 'dt_CIFAR10',
        score: 93.29,
        higherIsBetter: true,
      },
      {
        model: 'BYOL',
        task: 'object detection',
        dataset: 'VOC',
        metric: 'AP50 frozen',
        column: 'voc_forzen_ap_50',
        score: 82.01,
        higherIsBetter: true,
      },
      {
        model: 'BYOL',
        task: 'few-shot classification',
        dataset: 'ISIC',
        metric: '5-shot accuracy',
        column: 'ISIC_5_shot',
        score: 43.09,
        higherIsBetter: true,
      },
    ]);
  });

  it('reads a wide table of other columns by a declared mapping', async () => {
    const mapping = file('map.csv', 'column,task,dataset,metric,higherIsBetter\nerr,depth,KITTI,RMSE,false\n');
    expect(
      await rows(file('w.csv', 'model,err,other\nm,1.5,9\n'), { scoreColumns: await readScoreColumns(mapping) }),
    ).toEqual([
      { model: 'm', task: 'depth', dataset: 'KITTI', metric: 'RMSE', column: 'err', score: 1.5, higherIsBetter: false },
    ]);
  });

  it('reads the tidy layout from CSV and from Arrow alike', async () => {
    const tidy = file(
      't.csv',
      'model,task,dataset,metric,score,higherIsBetter\nm,depth,KITTI,RMSE,1.5,false\nn,depth,KITTI,RMSE,,false\n',
    );
    const expected = [
      {
        model: 'm',
        task: 'depth',
        dataset: 'KITTI',
        metric: 'RMSE',
        column: 'depth/KITTI/RMSE',
        score: 1.5,
        higherIsBetter: false,
      },
    ];
    expect(await rows(tidy)).toEqual(expected);
    writeArrowFile(path.join(folder, 't.arrow'), taskScoreSchema, await read(tidy));
    expect(await rows(path.join(folder, 't.arrow'))).toEqual(expected);
  });

  it('takes less of a metric that is known as an error for better, unless the table says otherwise', async () => {
    const tidy = file('t.csv', 'model,task,dataset,metric,score\nm,depth,KITTI,RMSE,1.5\nm,depth,KITTI,rank,2\n');
    expect(await rows(tidy)).toMatchObject([{ higherIsBetter: false }, { higherIsBetter: true }]);
    const said = file('s.csv', 'model,task,dataset,metric,score,higherIsBetter\nm,depth,KITTI,RMSE,1.5,true\n');
    expect(await rows(said)).toMatchObject([{ higherIsBetter: true }]);
    const mapping = file('map.csv', 'column,task,dataset,metric\nerr,depth,KITTI,RMSE\n');
    expect(await readScoreColumns(mapping)).toMatchObject([{ higherIsBetter: false }]);
  });

  it('reads thousands set apart by commas, and refuses decimal commas', async () => {
    const table = file('t.csv', 'model,dt_Cars,dt_Food,dt_Pets\nm,"1,234","999","-12,345,678.5"\n');
    expect((await rows(table)).map((row) => (row as { readonly score: number }).score)).toEqual([
      1234, 999, -12_345_678.5,
    ]);
    for (const text of ['0,123', '93,29', '1,2345', '1,234,56', '1234,567']) {
      await expect(read(file('bad.csv', `model,dt_Cars\nm,"${text}"\n`)), text).rejects.toThrow(
        expect.objectContaining({ code: 'SCORE_NOT_A_NUMBER' }),
      );
    }
  });

  it('lets rows of models that are not wanted stop nothing, whatever is wrong with them', async () => {
    const wide = file(
      'w.csv',
      'model,dt_Cars,dt_Pets\na,1,2\nstranger,3,4\nstranger,5,6\nS(R),1,1\nS(V),1,1\nother,n/a,1\nb,7,8\n',
    );
    const kept = (await rows(wide, { models: ['a', 'b', 'absent'], modelNames: 'strip-suffix' })) as {
      readonly model: string;
      readonly score: number;
    }[];
    expect(kept.map(({ model, score }) => [model, score])).toEqual([
      ['a', 1],
      ['a', 2],
      ['stranger', 3],
      ['stranger', 4],
      ['S', 1],
      ['S', 1],
      ['b', 7],
      ['b', 8],
    ]);
    await expect(read(wide, { models: ['stranger'] })).rejects.toThrow(
      expect.objectContaining({ code: 'SCORE_TWICE' }),
    );
    await expect(read(wide, { models: ['other'] })).rejects.toThrow(
      expect.objectContaining({ code: 'SCORE_NOT_A_NUMBER' }),
    );
    await expect(read(wide, { models: ['S'], modelNames: 'strip-suffix' })).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_NAMES_COLLIDE' }),
    );
    const tidy = file(
      't.csv',
      'model,task,dataset,metric,score,higherIsBetter\na,t,d,m,1,true\nx,t,d,m,2,perhaps\nx,t,d,m,3,true\nx,t,d,m,4,true\n',
    );
    expect(((await rows(tidy, { models: ['a'] })) as { readonly score: number }[]).map(({ score }) => score)).toEqual([
      1, 3,
    ]);
  });

  const original = path.resolve(import.meta.dirname, '../../../../../shared/published/models_performance_on_tasks.csv');
  it.skipIf(!existsSync(original))(
    `bundles what the published CSV says${existsSync(original) ? '' : ' (skipped: ../shared is not here)'}`,
    async () => {
      const bundled = await rows(bundledStudy('ssl-2022').scores);
      expect(bundled).toHaveLength(14 * 36);
      expect(bundled).toEqual(await rows(original));
    },
  );

  it.each([
    ['no score column', 'model,accuracy\nm,1\n', 'SCORE_COLUMNS_UNKNOWN', /`scoreColumns`/u],
    ['no model column', 'modell,dt_Cars\nm,1\n', 'COLUMN_MISSING', /Did you mean "modell"/u],
    ['a score that is no number', 'model,dt_Cars\nm,good\n', 'SCORE_NOT_A_NUMBER', /line 2, column "dt_Cars"/u],
    ['an infinite score', 'model,dt_Cars\nm,Infinity\n', 'SCORE_NOT_A_NUMBER', /Infinity/u],
    ['a model twice', 'model,dt_Cars\nm,1\nm,2\n', 'SCORE_TWICE', /line 2/u],
    ['a tidy table without metric', 'model,task,dataset,score\nm,a,b,1\n', 'COLUMN_MISSING', /"metric"/u],
    [
      'an unclear direction',
      'model,task,dataset,metric,score,higherIsBetter\nm,a,b,c,1,maybe\n',
      'SCORE_DIRECTION',
      /"maybe"/u,
    ],
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
