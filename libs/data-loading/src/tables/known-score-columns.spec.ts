import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishedScoreColumns, readScoreTables, scoreTableWarnings, type ReadScoreTablesOptions } from '../index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'known-scores-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string) => {
  const target = path.join(folder, name);
  writeFileSync(target, content);
  return target;
};
/** Scores as `model, task, dataset, metric, column = score`, errors marked by a minus before the metric. */
const told = async (files: string | readonly string[], options?: ReadScoreTablesOptions) =>
  (await lastValueFrom(readScoreTables([files].flat(), options).pipe(toArray()))).flatMap((batch) =>
    batch.toArray().map((row) => {
      const { model, task, dataset, metric, column, score, higherIsBetter } = row as unknown as Record<string, unknown>;
      return `${String(model)}, ${String(task)}, ${String(dataset)}, ${higherIsBetter === true ? '' : '-'}${String(metric)}, ${String(column)} = ${String(score)}`;
    }),
  );
const warned = async (files: string | readonly string[], options?: ReadScoreTablesOptions) =>
  (await scoreTableWarnings([files].flat(), options)).map(({ code, message }) => `${code} ${message}`);

describe('tables of timm', () => {
  const table = (name: string) =>
    file(
      name,
      'model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation\n' +
        'eva_giant_patch14_560.m30m,560,89.786,10.214,98.992,1.008,"1,014.45",1.000,bicubic\n',
    );

  it('have accuracies, errors where these are missing, and what adds no score is said', async () => {
    const results = table('results-imagenet.csv');
    const model = 'eva_giant_patch14_560.m30m, image classification, ImageNet';
    expect(await told(results)).toEqual([
      `${model}, top-1 accuracy, top1 = 89.786`,
      `${model}, top-5 accuracy, top5 = 98.992`,
    ]);
    expect(await warned(results)).toEqual([
      'SCORE_COLUMNS_PASSED_OVER results-imagenet.csv: 6 columns that add no known score are passed over: img_size, top1_err, top5_err, param_count, crop_pct, interpolation',
    ]);
  });

  it('have errors where accuracies are missing', async () => {
    expect(await told(file('results-imagenet.csv', 'model,top1_err,img_size\nm,10.5,224\n'))).toEqual([
      'm, image classification, ImageNet, -top-1 error, top1_err = 10.5',
    ]);
  });

  it('have their data set in the name of the file, so that several are read together', async () => {
    const all = await told([
      table('results-imagenet.csv'),
      table('results-imagenet-a.csv'),
      table('results-sketch.csv'),
    ]);
    expect(all).toHaveLength(6);
    expect(
      all.filter((text) => text.includes('top-1 accuracy')).map((text) => text.split(', ').slice(2).join(', ')),
    ).toEqual([
      'ImageNet, top-1 accuracy, top1 = 89.786',
      'ImageNet-A, top-1 accuracy, imagenet-a/top1 = 89.786',
      'ImageNet-Sketch, top-1 accuracy, sketch/top1 = 89.786',
    ]);
  });

  it('are none where top1 stands alone, which may be of any data set', async () => {
    await expect(told(file('t.csv', 'model,top1\nm,5\n'))).rejects.toMatchObject({ code: 'SCORE_COLUMNS_UNKNOWN' });
  });
});

describe('tables of lightly', () => {
  const csv =
    'Model,Backbone,Batch Size,Epochs,Linear Top1,Linear Top5,Finetune Top1,kNN Top1,Tensorboard\n' +
    'BYOL,Res50,256,100,62.5 %,-,74.5%,46.0,link\n' +
    'DINO,Res50,128,100,68.2,87.9,N/A,49.9,link\n' +
    'DINO,ViT-S/16,128,100,73.3,91.3,,67.5,link\n';
  const expected = [
    'BYOL, many-shot classification, ImageNet, top-1 accuracy, Linear Top1 = 62.5',
    'BYOL, fine-tuned classification, ImageNet, top-1 accuracy, Finetune Top1 = 74.5',
    'BYOL, nearest-neighbour classification, ImageNet, top-1 accuracy, kNN Top1 = 46',
    'DINO (Res50), many-shot classification, ImageNet, top-1 accuracy, Linear Top1 = 68.2',
    'DINO (Res50), many-shot classification, ImageNet, top-5 accuracy, Linear Top5 = 87.9',
    'DINO (Res50), nearest-neighbour classification, ImageNet, top-1 accuracy, kNN Top1 = 49.9',
    'DINO (ViT-S/16), many-shot classification, ImageNet, top-1 accuracy, Linear Top1 = 73.3',
    'DINO (ViT-S/16), many-shot classification, ImageNet, top-5 accuracy, Linear Top5 = 91.3',
    'DINO (ViT-S/16), nearest-neighbour classification, ImageNet, top-1 accuracy, kNN Top1 = 67.5',
  ];

  it('are read with signs of percent and cells that are missing, models apart by their backbones', async () => {
    const table = file('lightly.csv', csv);
    expect(await told(table)).toEqual(expected);
    expect(await warned(table)).toEqual([
      'SCORE_COLUMNS_PASSED_OVER lightly.csv: 4 columns that add no known score are passed over: Backbone, Batch Size, Epochs, Tensorboard',
    ]);
  });

  it('are read from Markdown, with other tables and text around them', async () => {
    const [head = '', ...rows] = csv.trim().split('\n');
    const lines = rows.map(
      (row) => `| ${row.replaceAll(',', ' | ').replace('62.5', '**62.5**').replace('link', '[link](https://x)')} |`,
    );
    const markdown = [
      ...['# Benchmarks', '', '| Model | URL |', '|---|---|', '| BYOL | x |', '', 'Text | with a bar', ''],
      ...[`| ${head.replaceAll(',', ' | ')} |`, `|${' --- |'.repeat(9)}`, ...lines, '', 'More.'],
    ].join('\n');
    expect(await told(file('README.md', markdown))).toEqual(expected);
    await expect(told(file('other.md', '| Model | URL |\n|---|---|\n| BYOL | x |\n'))).rejects.toMatchObject({
      code: 'SCORE_COLUMNS_UNKNOWN',
    });
    await expect(told(file('empty.md', 'nothing\n'))).rejects.toMatchObject({ code: 'TABLE_EMPTY' });
  });

  it('keeps the stars that belong to names of models', async () => {
    const table = file('t.md', '| Model | Linear Top1 |\n|:--|--:|\n| SimCLR* | 1 |\n| SimCLR\\* + DCL | *2* |\n');
    expect((await told(table)).map((text) => [text.split(',')[0], text.split(' = ')[1]])).toEqual([
      ['SimCLR*', '1'],
      ['SimCLR* + DCL', '2'],
    ]);
  });
});

describe('tables like those of VTAB', () => {
  it('are known by what only VTAB has, however it is spelt', async () => {
    const table = file(
      'v.csv',
      'Method,Caltech101,CIFAR-100,Patch Camelyon,Clevr-Count,dSprites/loc,sNORB-Azim,Natural,Mean,Params\nViT,90.1,70,80.5%,60,—,20,80.2,65,86\n',
    );
    expect(await told(table)).toEqual([
      'ViT, VTAB natural, Caltech101, accuracy, VTAB Caltech101 = 90.1',
      'ViT, VTAB natural, CIFAR-100, accuracy, VTAB CIFAR-100 = 70',
      'ViT, VTAB specialized, Camelyon, accuracy, VTAB Camelyon = 80.5',
      'ViT, VTAB structured, Clevr-Count, accuracy, VTAB Clevr-Count = 60',
      'ViT, VTAB structured, sNORB-Azim, accuracy, VTAB sNORB-Azim = 20',
      'ViT, VTAB natural, average, accuracy, VTAB natural = 80.2',
      'ViT, VTAB, average, accuracy, VTAB mean = 65',
    ]);
    expect(await warned(table)).toEqual([
      'SCORE_COLUMNS_PASSED_OVER v.csv: a column that adds no known score is passed over: Params',
    ]);
  });

  it('are none where every heading may be of another table', async () => {
    await expect(told(file('v.csv', 'model,Pets,Flowers,Mean\nm,1,2,3\n'))).rejects.toMatchObject({
      code: 'SCORE_COLUMNS_UNKNOWN',
    });
    expect(await told(file('v.csv', 'model,vtab_pets,Flowers\nm,1,2\n'))).toHaveLength(2);
  });
});

describe('columns of score tables', () => {
  it('are told apart by letters and digits, and keep their published names', async () => {
    const table = file('t.csv', 'Model,DT-CIFAR10,isic 5-shot,SNE_mean\nm,1,2,3\n');
    expect(await told(table)).toEqual([
      'm, many-shot classification, CIFAR10, accuracy, dt_CIFAR10 = 1',
      'm, few-shot classification, ISIC, 5-shot accuracy, ISIC_5_shot = 2',
      'm, surface normal estimation, NYUv2, -mean angle error, sne_Mean = 3',
    ]);
  });

  it('of one meaning are refused', async () => {
    await expect(told(file('t.csv', 'model,dt_Cars,DT Cars\nm,1,2\n'))).rejects.toMatchObject({
      code: 'SCORE_COLUMN_TWICE',
      details: { column: 'DT Cars' },
    });
  });

  it('that only count rows are not told of', async () => {
    const headings = publishedScoreColumns.map(({ column }) => column).join(',');
    const table = file('t.csv', `,Unnamed: 0_x,model,${headings}\n0,0,m${',1'.repeat(36)}\n`);
    expect(await told(table)).toHaveLength(36);
    expect(await warned(table)).toEqual([]);
  });

  it('of a mapping that no table has are told', async () => {
    const scoreColumns = ['err', 'acc', 'none'].map((column) => ({
      ...{ column, task: 't', dataset: 'd', metric: column, higherIsBetter: true },
    }));
    const files = [file('a.csv', 'model,err,top1\nm,1,2\n'), file('b.csv', 'model,acc\nm,1\n')];
    expect(await warned(files, { scoreColumns })).toEqual([
      'SCORE_COLUMNS_ABSENT a score column of the mapping is in no table: none',
    ]);
    expect(await told(files, { scoreColumns })).toHaveLength(2);
  });

  it('are not asked for in tidy tables', async () => {
    const tidy = file('t.csv', 'model,task,dataset,metric,score,extra\nm,t,d,m,5 %,x\nn,t,d,m,-,x\n');
    expect(await told(tidy)).toEqual(['m, t, d, m, t/d/m = 5']);
    expect(await warned(tidy)).toEqual([]);
  });

  it('hold numbers: a percent sign alone, or text after one, is none', async () => {
    for (const text of ['%', '5 %%', '5 % of all', '12,5 %', '--'])
      await expect(told(file('t.csv', `model,dt_Cars\nm,"${text}"\n`)), text).rejects.toMatchObject({
        code: 'SCORE_NOT_A_NUMBER',
      });
  });
});
