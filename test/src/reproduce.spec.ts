import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readArrowFile } from '@intermodel/streams';
import { csvRows, folderBytes, intermodel, temporaryFolder, type Run } from './command-line.ts';

// From the paper's published tables; see `tools/golden/published-study.py` for all thirteen.
interface Golden {
  readonly models: Readonly<Record<string, readonly number[]>>;
  readonly ratio: readonly number[];
  readonly variance: readonly number[];
  readonly relations: readonly {
    readonly predictor: string;
    readonly column: string;
    readonly pearson: number;
    readonly loo: readonly number[];
    readonly lofo: readonly number[];
    readonly partialUnits: number;
    readonly partialScore: number | null;
  }[];
}
const golden = JSON.parse(readFileSync(new URL('golden/published-study.json', import.meta.url), 'utf8')) as Golden;

const bundledFile = (name: string) =>
  fileURLToPath(new URL(`../../libs/data-loading/data/ssl-2022/${name}`, import.meta.url));
const at = temporaryFolder();
let run: Run;
beforeAll(() => {
  run = intermodel(['reproduce', '--out', at('first'), '--json']);
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
});

describe('intermodel reproduce', () => {
  it('gives the published embedding of thirteen models', () => {
    const rows = csvRows(at('first', 'embedding.csv'));
    expect(rows.map(({ model }) => model).sort()).toEqual(Object.keys(golden.models).sort());
    for (const { model = '', pc1, pc2, pc3 } of rows) {
      [pc1, pc2, pc3].forEach((score, index) => {
        expect(Number(score)).toBeCloseTo(golden.models[model]?.[index] ?? Number.NaN, 9);
      });
    }
    const byName = new Map(rows.map(({ model, ...row }) => [model, row]));
    const printed = (model: string) =>
      [byName.get(model)?.['pc1'], byName.get(model)?.['pc2'], byName.get(model)?.['pc3']].map((score) =>
        Number(score).toFixed(4),
      );
    expect(printed('BYOL')).toEqual(['-1.9824', '-1.0074', '-0.2077']);
    expect(printed('DeepClusterV2')).toEqual(['-2.4203', '-1.2687', '-0.0274']);
    expect(printed('InfoMin')).toEqual(['0.1074', '1.9707', '1.8905']);
    expect(printed('MoCoV1')).toEqual(['4.9507', '0.0495', '-0.5988']);
  });

  it('explains as much variance as published', () => {
    const rows = csvRows(at('first', 'variance.csv'));
    expect(rows.slice(0, 3).map(({ ratio }) => Number(ratio).toFixed(8))).toEqual([
      '0.60674924',
      '0.17702165',
      '0.10540468',
    ]);
    expect(rows.map(({ component }) => Number(component))).toEqual(golden.ratio.map((_, index) => index + 1));
    rows.forEach(({ variance, ratio }, index) => {
      expect(Number(ratio)).toBeCloseTo(golden.ratio[index] ?? Number.NaN, 9);
      expect(Number(variance)).toBeCloseTo(golden.variance[index] ?? Number.NaN, 9);
    });
  });

  it('finds the three categories of the paper', () => {
    const clusters = new Map<string, string[]>();
    for (const { model = '', cluster = '' } of csvRows(at('first', 'embedding.csv')))
      clusters.set(cluster, [...(clusters.get(cluster) ?? []), model]);
    expect([...clusters.values()].map((models) => models.sort())).toEqual([
      ['BYOL', 'DeepClusterV2', 'SeLaV2', 'Supervised', 'SwAV'],
      ['InfoMin', 'MoCoV2', 'PCLV1', 'PCLV2', 'SeLaV1'],
      ['InsDis', 'MoCoV1', 'PIRL'],
    ]);
  });

  it('profiles all twenty models over 145 concepts', () => {
    const rows = csvRows(at('first', 'profiles.csv'));
    expect(new Set(rows.map(({ model }) => model)).size).toBe(20);
    expect(rows).toHaveLength(20 * 145);
    expect(new Set(csvRows(at('first', 'summaries.csv')).map(({ model }) => model)).size).toBe(20);
    expect(csvRows(at('first', 'loadings.csv'))).toHaveLength(144);
  });

  it('relates 16 predictors to 36 score columns over 12 models', () => {
    const rows = csvRows(at('first', 'relations.csv'));
    expect(rows).toHaveLength(16 * 36);
    // A model without a matching unit in a category has no redundancy there.
    expect(
      new Set(rows.filter(({ predictor }) => predictor?.startsWith('redundancy') === false).map(({ n }) => n)),
    ).toEqual(new Set(['12']));
    expect(rows.filter(({ n }) => n !== '12').map(({ predictor, n }) => `${predictor ?? ''} ${n ?? ''}`)).toEqual(
      Array.from({ length: 36 }, () => 'redundancy:color 11'),
    );
    const cifar = rows.find(({ predictor, column }) => predictor === 'pc1' && column === 'dt_CIFAR10');
    expect(Number(cifar?.['pearson']).toFixed(3)).toBe('-0.879');
    expect(new Set(rows.map(({ predictor }) => predictor))).toEqual(
      new Set([
        'pc1',
        'pc2',
        'pc3',
        'matches',
        ...['matches', 'unique', 'redundancy'].flatMap((kind) =>
          ['color', 'material', 'object', 'part'].map((category) => `${kind}:${category}`),
        ),
      ]),
    );
  });

  it('calls a relation supported only by the rule', () => {
    const number = (text: string | undefined) => (text === '' ? Number.NaN : Number(text));
    for (const table of ['relations.csv', 'concepts.csv']) {
      const rows = csvRows(at('first', table));
      for (const row of rows) {
        const [r, q] = [number(row['pearson']), number(row['q'])];
        const unmet = [
          ...(q <= 0.05 ? [] : ['correction']),
          ...(number(row['pearson_low']) * number(row['pearson_high']) > 0 ? [] : ['interval']),
          ...(r * number(row['lofo_low']) > 0 && r * number(row['lofo_high']) > 0 ? [] : ['sign']),
        ];
        expect([row['unmet'], row['supported']]).toEqual([unmet.join(' '), String(unmet.length === 0)]);
      }
      expect(rows.filter(({ supported }) => supported === 'true').length).toBeGreaterThan(0);
    }
  });

  it('gives the ranges and partial correlations of an independent computation', () => {
    const rows = csvRows(at('first', 'relations.csv'));
    for (const { predictor, column, pearson, loo, lofo, partialUnits, partialScore } of golden.relations) {
      const row = rows.find((each) => each['predictor'] === predictor && each['column'] === column);
      const names = ['pearson', 'loo_low', 'loo_high', 'lofo_low', 'lofo_high', 'partial_units'];
      expect(names.map((name) => Number(row?.[name]))).toEqual(
        [pearson, ...loo, ...lofo, partialUnits].map((value) => expect.closeTo(value, 8) as number),
      );
      expect(row?.['given']).toBe('dt_ImageNet');
      if (partialScore === null) expect(row?.['partial_score']).toBe('');
      else expect(Number(row?.['partial_score'])).toBeCloseTo(partialScore, 8);
    }
  });

  it('says what twelve models can show, and which of them count as one', () => {
    const power = csvRows(at('first', 'power.csv'));
    expect(power.map((row) => [row['table'], row['n'], row['relations'], row['tests']])).toEqual([
      ['relations', '12', '540', '576'],
      ['relations', '11', '36', '576'],
      ['concepts', '12', '4788', '4788'],
    ]);
    const statement =
      'With 12 models only |r| > 0.576 can pass one test at 5 %, > 0.894 pass 576 (less where others pass too).';
    const rule =
      'q by Benjamini-Hochberg is at most 0.05, the 95 % interval excludes 0, and the sign stays the same when any one family of models is left out';
    for (const file of ['power.csv', 'report.html'])
      for (const text of [statement, rule])
        expect(readFileSync(at('first', file), 'utf8').replaceAll('&gt;', '>')).toContain(text);
    const families = csvRows(at('first', 'families.csv'));
    const members = (family: string) => families.filter((row) => row['family'] === family).map(({ model }) => model);
    expect([families.length, members('PyContrast'), members('BYOL')]).toEqual([
      13,
      ['InfoMin', 'InsDis', 'PIRL'],
      ['BYOL'],
    ]);
    expect(JSON.parse(run.stdout)).toMatchObject({ relations: { rule, power: [{ n: 12, statement }, { n: 11 }] } });
  });

  it('judges the claims of the paper by the rule of all claims', () => {
    const rows = (readArrowFile(at('first', 'claims.arrow')).batches[0]?.toArray() ?? []).map(
      (row) => row.toJSON() as Record<string, unknown>,
    );
    const claimsOf = (key: string, value: unknown) =>
      rows.filter((row) => row[key] === value).map(({ claim }) => claim);
    expect(rows).toHaveLength(12);
    expect(claimsOf('verdict', 'fails')).toEqual(['three-categories']);
    expect(claimsOf('verdict', 'holds')).toEqual([]);
    expect(claimsOf('isSo', false)).toEqual(['three-categories', 'byol-and-insdis-complement']);
    const component = rows.find(({ claim }) => claim === 'component-1-and-cifar10');
    expect(component?.['effect']).toBeCloseTo(0.8791, 4);
    expect(component?.['universeShare']).toBeGreaterThan(0.8);
  });

  it('ranks concepts by task, and lays surfaces over components 1 and 2', () => {
    const concepts = csvRows(at('first', 'concepts.csv')).filter(({ column }) => column === 'dt_CIFAR10');
    const strengths = concepts.map(({ pearson }) => (pearson === '' ? -1 : Math.abs(Number(pearson))));
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    expect(new Set(csvRows(at('first', 'surfaces.csv')).map(({ column }) => column)).size).toBe(36);
    expect(csvRows(at('first', 'surface-errors.csv'))).toHaveLength(36);
  });

  it('prints one JSON result, and a report that fetches nothing', () => {
    const result = JSON.parse(run.stdout) as { models: unknown[]; relations: { tested: number } };
    expect([result.models.length, result.relations.tested]).toEqual([13, 576]);
    const report = readFileSync(at('first', 'report.html'), 'utf8');
    expect(report).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?(?:https?:)?\/\//iu);
    expect(report.length).toBeGreaterThan(50_000);
    expect(statSync(at('first', 'report.html')).size).toBeLessThan(3 * 2 ** 20);
  });

  it('gives byte-identical folders, and says the same of the original CSV', () => {
    expect(intermodel(['reproduce', '--out', at('second'), '--quiet']).code).toBe(0);
    expect(folderBytes(at('second'))).toEqual(folderBytes(at('first')));
  });

  const published = fileURLToPath(new URL('../../../shared/published', import.meta.url));
  it.skipIf(!existsSync(published))(
    `gives the same tables from the original CSV files${existsSync(published) ? '' : ' (skipped: ../shared is not here)'}`,
    () => {
      const run = intermodel([
        'embed',
        `${published}/models_dissect_profiles_raw.csv`,
        '--preset',
        'paper-2022',
        '--scores',
        `${published}/models_performance_on_tasks.csv`,
        '--families',
        bundledFile('families.csv'),
        '--claims',
        bundledFile('claims.yaml'),
        '--given',
        'dt_ImageNet',
        '--out',
        at('csv'),
      ]);
      expect([run.code, run.stderr]).toEqual([0, '']);
      const [fromCsv, bundled] = [folderBytes(at('csv')), folderBytes(at('first'))];
      for (const file of Object.keys(bundled).filter((name) => name.endsWith('.csv')))
        expect(fromCsv[file]).toBe(bundled[file]);
    },
  );

  it('drops no concept with the default preset', () => {
    expect(intermodel(['reproduce', '--preset', 'default', '--out', at('default'), '--quiet']).code).toBe(0);
    expect(csvRows(at('default', 'loadings.csv'))).toHaveLength(145);
    expect(csvRows(at('default', 'embedding.csv'))).toHaveLength(13);
  });
});
