import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { intermodel, temporaryFolder } from './command-line.ts';

const at = temporaryFolder();
const write = (name: string, text: string) => {
  writeFileSync(at(name), text);
  return at(name);
};
const table = (models: Readonly<Record<string, readonly string[]>>) =>
  `model,unit,iou,concept,category\n${Object.entries(models)
    .flatMap(([model, concepts]) => concepts.map((concept, unit) => `${model},${String(unit)},0.2,${concept},object`))
    .join('\n')}\n`;

const good = {
  'BYOL(R)': ['sky', 'car', 'dog'],
  'MoCo(R)': ['sky', 'sky', 'dog'],
  'PIRL(R)': ['car', 'car', 'car'],
  'SwAV(R)': ['dog', 'cat', 'cat'],
  'InfoMin(R)': ['dog', 'cat', 'sky'],
};

beforeAll(() => {
  write('good.csv', table(good));
  expect(intermodel(['embed', at('good.csv'), '--out', at('embedding')]).stderr).toBe('');
});

describe('bad input ends with exit code 2, one clear message, and no output folder', () => {
  const cases: readonly [string, () => readonly string[], string, RegExp][] = [
    ['a missing file', () => ['embed', at('none.csv')], 'FILE_MISSING', /none\.csv: there is no such file/u],
    ['a folder instead of a file', () => ['embed', at('embedding')], 'FILE_UNREADABLE', /is a folder/u],
    [
      'a misspelt column',
      () => ['embed', write('columns.csv', 'model,unit,iuo,concept,category\na,0,0.1,sky,object\n')],
      'COLUMN_MISSING',
      /line 1: there is no column "iou"[\s\S]*Did you mean "iuo"/u,
    ],
    [
      'an IoU that is no number',
      () => ['embed', write('iou.csv', 'model,unit,iou,concept,category\na,0,x,sky,object\n')],
      'IOU_NOT_A_NUMBER',
      /line 2, column "iou"/u,
    ],
    [
      'NaN',
      () => ['embed', write('nan.csv', 'model,unit,iou,concept,category\na,0,nan,sky,object\n')],
      'IOU_NOT_A_NUMBER',
      /"nan" is not a finite number/u,
    ],
    [
      'infinity',
      () => ['embed', write('inf.csv', 'model,unit,iou,concept,category\na,0,inf,sky,object\n')],
      'IOU_NOT_A_NUMBER',
      /"inf"/u,
    ],
    [
      'an IoU outside 0..1',
      () => ['embed', write('range.csv', 'model,unit,iou,concept,category\na,0,-0.1,sky,object\n')],
      'IOU_RANGE',
      /outside 0\.\.1/u,
    ],
    [
      'the same unit twice',
      () => ['embed', write('twice.csv', 'model,unit,iou,concept,category\na,0,0.1,sky,object\na,0,0.1,sky,object\n')],
      'UNIT_TWICE',
      /line 3[\s\S]*first at .*line 2/u,
    ],
    [
      'no model left',
      () => ['embed', at('good.csv'), ...Object.keys(good).flatMap((model) => ['--exclude', model])],
      'NO_MODELS',
      /no model is left/u,
    ],
    [
      'an unknown model to exclude',
      () => ['embed', at('good.csv'), '--exclude', 'BYOL'],
      'MODEL_UNKNOWN',
      /Did you mean "BYOL\(R\)"/u,
    ],
    [
      'fewer models than components',
      () => ['embed', write('two.csv', table({ a: ['sky'], b: ['dog'] }))],
      'TOO_FEW_MODELS',
      /from 1 to 1 components/u,
    ],
    [
      'constant profiles',
      () => ['embed', write('same.csv', table({ a: ['sky'], b: ['sky'], c: ['sky'] })), '--components', '1'],
      'PROFILES_CONSTANT',
      /the same/u,
    ],
    [
      'an empty profile',
      () => [
        'embed',
        write('empty.csv', `${table({ a: ['sky'], b: ['dog'] })}c,0,0.01,sky,object\n`),
        '--components',
        '1',
      ],
      'PROFILE_EMPTY',
      /"c"/u,
    ],
    ['an unknown preset', () => ['embed', at('good.csv'), '--preset', 'paper'], 'PRESET_UNKNOWN', /paper-2022/u],
    [
      'a broken Arrow file',
      () => {
        write('cut.arrow', 'ARROW1\0\0garbage');
        return ['embed', at('cut.arrow')];
      },
      'ARROW_BROKEN',
      /cut\.arrow: is not a whole Arrow IPC file/u,
    ],
    [
      'scores that share no model',
      () => ['relate', '--embedding', at('embedding'), '--scores', write('s.csv', 'model,dt_Cars\nBYOL,1\nMoCo,2\n')],
      'NO_SHARED_MODELS',
      /"BYOL\(R\)" and "BYOL"[\s\S]*--model-names/u,
    ],
    [
      'a score table of unknown columns',
      () => ['relate', '--embedding', at('embedding'), '--scores', write('u.csv', 'model,x\nBYOL(R),1\n')],
      'SCORE_COLUMNS_UNKNOWN',
      /--score-columns/u,
    ],
    [
      'an infinite score',
      () => ['relate', '--embedding', at('embedding'), '--scores', write('i.csv', 'model,dt_Cars\nBYOL(R),Infinity\n')],
      'SCORE_NOT_A_NUMBER',
      /line 2, column "dt_Cars"/u,
    ],
    [
      'a folder without an embedding',
      () => {
        mkdirSync(at('bare'), { recursive: true });
        return ['relate', '--embedding', at('bare'), '--scores', at('good.csv')];
      },
      'EMBEDDING_BROKEN',
      /fit\.arrow/u,
    ],
    [
      'no folder at all',
      () => ['relate', '--embedding', at('nowhere'), '--scores', at('good.csv')],
      'EMBEDDING_MISSING',
      /no such folder/u,
    ],
  ];

  it.each(cases)('%s', (_case, argv, code, message) => {
    const run = intermodel([...argv(), '--out', at('out')]);
    expect(run.stderr).toMatch(message);
    expect(run.stderr).toContain(`error ${code}: `);
    expect(run.stderr).not.toMatch(/^\s+at /mu);
    expect([run.code, run.stdout, existsSync(at('out'))]).toEqual([2, '', false]);
  });

  it('says errors as JSON where results are JSON', () => {
    const run = intermodel(['embed', at('none.csv'), '--out', at('out'), '--json']);
    expect(JSON.parse(run.stderr)).toMatchObject({ error: { code: 'FILE_MISSING', file: at('none.csv') } });
  });

  it('refuses wrong usage with exit code 2 and points to the help', () => {
    for (const argv of [
      ['embed', at('good.csv')],
      ['embed', at('good.csv'), '--out', at('out'), '--componets', '2'],
      ['reprodcue'],
      ['embed', at('good.csv'), '--out', at('out'), '--components', 'two'],
    ]) {
      const run = intermodel(argv);
      expect(run.code).toBe(2);
      expect(run.stderr).toMatch(/error:/u);
    }
    expect(intermodel(['embed', at('good.csv'), '--out', at('out'), '--componets', '2']).stderr).toContain(
      'Did you mean --components?',
    );
  });

  it("does not touch a folder of somebody else's files", () => {
    mkdirSync(at('photos'));
    writeFileSync(at('photos', 'a.jpg'), '');
    const run = intermodel(['embed', at('good.csv'), '--out', at('photos')]);
    expect([run.code, readdirSync(at('photos'))]).toEqual([2, ['a.jpg']]);
  });

  it('refuses an output folder that holds what the run reads', () => {
    const scores = write('own.csv', 'model,dt_Cars\nBYOL(R),1\n');
    for (const argv of [
      ['relate', '--embedding', at('embedding'), '--scores', scores, '--out', at('embedding')],
      ['embed', at('embedding', 'profiles.csv'), '--out', at('embedding')],
    ]) {
      const run = intermodel(argv);
      expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('OUTPUT_HOLDS_INPUT')]);
    }
    expect(existsSync(at('embedding', 'fit.arrow'))).toBe(true);
  });

  it('keeps the earlier output when a run fails', () => {
    truncateSync(write('later.csv', table(good)), 60);
    const run = intermodel(['embed', at('later.csv'), '--out', at('embedding')]);
    expect(run.code).toBe(2);
    expect(existsSync(at('embedding', 'embedding.csv'))).toBe(true);
  });
});

describe('help and versions', () => {
  it.each(['reproduce', 'data', 'embed', 'place', 'relate'])('%s --help shows examples', (command) => {
    const run = intermodel([command, '--help']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain('Examples:');
  });

  it('prints its version', () => {
    expect(intermodel(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });
});

describe('place and relate', () => {
  it('places a model without changing the embedding, by the declared rule for names', () => {
    const run = intermodel([
      'place',
      '--embedding',
      at('embedding'),
      write('new.csv', table({ 'New(R)': ['sky', 'car', 'dog'] })),
      '--model-names',
      'strip-suffix',
      '--json',
      '--out',
      at('placement'),
    ]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    const [placed] = (
      JSON.parse(run.stdout) as { models: { model: string; components: number[]; inexpressible: number }[] }
    ).models;
    // The same profile as BYOL's, so the same place.
    const fitted = JSON.parse(
      intermodel(['place', '--embedding', at('embedding'), at('good.csv'), '--json']).stdout,
    ) as { models: { model: string; components: number[] }[] };
    expect(placed).toMatchObject({
      model: 'New',
      components: fitted.models.find(({ model }) => model === 'BYOL(R)')?.components,
    });
    expect(existsSync(at('placement', 'placement.csv'))).toBe(true);
  });

  it('relates by a declared rule for names, exactly for so few models', () => {
    const scores = write('scores.csv', 'model,dt_Cars\nBYOL,1\nMoCo,2\nPIRL,4\nSwAV,3\nInfoMin,7\n');
    const relate = ['relate', '--embedding', at('embedding'), '--scores', scores, '--out', at('relations')];
    expect(intermodel(relate).code).toBe(2);
    write(
      'plain.csv',
      table(Object.fromEntries(Object.entries(good).map(([model, units]) => [model.replace('(R)', ''), units]))),
    );
    expect(intermodel(['embed', at('plain.csv'), '--out', at('plain')]).code).toBe(0);
    const run = intermodel([
      'relate',
      '--embedding',
      at('plain'),
      '--scores',
      scores,
      '--out',
      at('relations'),
      '--json',
    ]);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(JSON.parse(run.stdout)).toMatchObject({ tested: 3 + 1 + 3, warnings: [] });
    expect(readdirSync(at('relations')).sort()).toEqual([
      'concepts.arrow',
      'concepts.csv',
      'families.arrow',
      'families.csv',
      'manifest.json',
      'power.arrow',
      'power.csv',
      'relations.arrow',
      'relations.csv',
      'scores.arrow',
      'scores.csv',
      'surface-errors.arrow',
      'surface-errors.csv',
      'surfaces.arrow',
      'surfaces.csv',
    ]);
  });

  it('relates by families, given a score, and refuses what these do not have', () => {
    write(
      'plain.csv',
      table(Object.fromEntries(Object.entries(good).map(([model, units]) => [model.replace('(R)', ''), units]))),
    );
    if (!existsSync(at('plain'))) expect(intermodel(['embed', at('plain.csv'), '--out', at('plain')]).code).toBe(0);
    const scores = write(
      'two.csv',
      'model,family,dt_Cars,dt_Food\nBYOL,a,1,2\nMoCo,a,2,1\nPIRL,b,4,4\nSwAV,c,3,7\nInfoMin,b,7,6\n',
    );
    const relate = (...more: string[]) =>
      intermodel(['relate', '--embedding', at('plain'), '--scores', scores, '--out', at('by-families'), ...more]);
    expect(relate('--given', 'dt_Car')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "dt_Cars"') as string,
    });
    const within = relate('--permute-within', 'families');
    expect([within.code, within.stderr]).toEqual([2, expect.stringContaining('with --families') as string]);
    expect(relate('--families', write('none.csv', 'model,group\nBYOL,a\n')).stderr).toMatch(
      /none\.csv, line 1: .*"family"/u,
    );
    expect(existsSync(at('by-families'))).toBe(false);
    const choices = [
      '--families',
      scores,
      '--given',
      'dt_Food',
      '--permute-within',
      'families',
      '--correction',
      'max-t',
    ];
    const run = relate(...choices, '--json');
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      rule: expect.stringMatching(/^family-wise p .* any one family of models is left out$/u) as string,
      power: [{ n: 5, tests: 10 }],
    });
    const manifest = JSON.parse(readFileSync(at('by-families', 'manifest.json'), 'utf8')) as {
      inputs: unknown[];
      options: unknown;
    };
    expect(manifest.inputs).toContainEqual(expect.objectContaining({ role: 'model families', name: 'two.csv' }));
    expect(manifest.options).toMatchObject({ given: 'dt_Food', permuteWithin: 'families', correction: 'max-t' });
  });
});
