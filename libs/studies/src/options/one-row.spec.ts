import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { optionsInWords } from '../options-in-words.ts';
import { setOptions } from '../set-options.ts';
import { contentSource } from './content-source.ts';
import { defaultsOf } from './option-defaults.ts';
import { optionFiles } from './option-files.ts';
import type { OptionRow } from './option-row.ts';
import { flagRows, studyOptions } from './option-table.ts';
import { optionsEntering } from './options-entering.ts';
import { optionsPage } from './options-page.ts';
import { searchOptions } from './search-options.ts';
import { studySchema } from './study-schema.ts';

const patience: OptionRow = {
  path: 'runtime.patience',
  type: { kind: 'whole', unit: 'hours', minimum: 1, maximum: 24 },
  default: 5,
  help: 'How long a run waits for better weather.',
  flags: [{ flags: '--patience <N>', commands: ['dissect', 'run'], heading: 'Store and machine' }],
  words: { name: 'hours of waiting' },
  enters: ['maps'],
};
const sky: OptionRow = {
  path: 'models[].input.sky',
  type: { kind: 'choice', choices: ['clear', 'cloudy'] },
  otherwise: 'whatever it is',
  help: 'What the sky is like.',
  words: { values: { clear: 'without a cloud' } },
  enters: ['maps'],
};
const weather: readonly OptionRow[] = [
  { path: 'weather', type: { kind: 'group', name: 'weather' }, help: 'The weather.' },
  {
    path: 'weather.winds',
    type: { kind: 'list', of: { kind: 'number' }, fewest: 2, most: 2 },
    isRequired: true,
    help: 'Winds.',
  },
];
const table = [...studyOptions, patience, sky, ...weather];
const content = {
  data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' },
  models: [{ name: 'a', file: 'a.onnx' }],
};

describe('a row that is added to the table', () => {
  it('is in the JSON Schema', () => {
    const fits = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(studySchema(table));
    const fitsWithout = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(studySchema(studyOptions));
    const model = { name: 'a', file: 'a.onnx', input: { sky: 'clear' } };
    const study = { ...content, models: [model], runtime: { patience: 24 }, weather: { winds: [1, 2] } };
    expect([fits(study), fitsWithout(study)]).toEqual([true, false]);
    for (const wrong of [0, 25, 1.5, 'long']) expect(fits({ ...study, runtime: { patience: wrong } })).toBe(false);
    expect(fits({ ...study, models: [{ ...model, input: { sky: 'green' } }] })).toBe(false);
    expect(fits({ ...study, weather: {} })).toBe(false);
    expect(JSON.stringify(studySchema(table))).toContain('"default":5');
  });

  it('is in the types of study files', () => {
    const source = contentSource(table);
    expect(source).toContain(
      '  /** How long a run waits for better weather. @default 5 */\n  readonly patience?: number;\n',
    );
    expect(source).toContain(
      "  /** What the sky is like. @default whatever it is */\n  readonly sky?: 'clear' | 'cloudy';\n",
    );
    expect(source).toMatch(/ {2}readonly 'runtime': Required<Pick<RuntimeContent, .*'patience'.*>>;\n/u);
    expect(source).toContain('  readonly weather?: WeatherContent;\n');
    expect(source).toContain(
      '/** The weather. */\nexport interface WeatherContent {\n  /** Winds. */\n  readonly winds: readonly [number, number];\n}',
    );
  });

  it('is in the help of its commands', () => {
    const flagsOf = (command: string) => flagRows(command, table).map(({ flag }) => flag.flags);
    expect(flagsOf('run').filter((flag) => !flagRows('run').some((known) => known.flag.flags === flag))).toEqual([
      '--patience <N>',
    ]);
    expect(flagsOf('watch')).not.toContain('--patience <N>');
  });

  it('has its default, and words in the report', () => {
    expect(defaultsOf('runtime', table)).toEqual({ ...defaultsOf('runtime'), patience: 5 });
    expect(optionsInWords({ runtime: { patience: 6 }, report: { sky: 'clear' } }, table)).toEqual([
      { name: 'runtime: hours of waiting', value: '6' },
      { name: 'report: sky', value: 'clear: without a cloud' },
    ]);
  });

  it('enters the keys of its steps unless it has its default', () => {
    const entering = (step: 'maps' | 'labels', hours?: number) =>
      optionsEntering(step, { runtime: { patience: hours }, model: { input: { sky: 'clear' } } }, table);
    expect(entering('maps', 6)).toMatchObject({ 'runtime.patience': 6, 'models[].input.sky': 'clear' });
    for (const entered of [entering('maps', 5), entering('maps'), entering('labels', 6)])
      expect(Object.keys(entered)).not.toContain('runtime.patience');
  });

  it('can be set, is found, and stands on the reference page', () => {
    expect(setOptions(content, ['runtime.patience=6', 'models[a].input.sky=clear'], table).content).toEqual({
      ...content,
      runtime: { patience: 6 },
      models: [{ name: 'a', file: 'a.onnx', input: { sky: 'clear' } }],
    });
    expect(() => setOptions(content, ['runtime.patience=6'])).toThrow(/there is no option "runtime\.patience"/u);
    expect(searchOptions('better weather', table).rows).toEqual([patience]);
    expect(optionsPage(table)).toContain(
      '| `runtime.patience` | whole number of hours, 1 to 24 | `5` | `--patience <N>` (dissect, run) | How long a run waits for better weather. |\n',
    );
    expect(optionsPage(table)).toContain('\n## weather\n\nThe weather.\n');
    expect([...optionFiles(table).values()].every((text) => text.includes('patience'))).toBe(true);
  });
});

describe('the table', () => {
  it('has one row a path, each in a group that has a row', () => {
    const paths = studyOptions.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    const groups = new Set(['', ...paths, ...paths.map((path) => `${path}[]`)]);
    for (const path of paths) expect(groups).toContain(path.slice(0, Math.max(0, path.lastIndexOf('.'))));
  });

  it('says what each option is for in whole sentences', () => {
    for (const { path, help, flags = [] } of studyOptions)
      for (const text of [help, ...flags.map((flag) => flag.help ?? help)])
        expect(text, path).toMatch(/^[A-Z0-9`].{6,}\.$/u);
  });

  it('gives values either a default or words for what holds without one', () => {
    for (const row of studyOptions) expect(row.default !== undefined && row.otherwise !== undefined).toBe(false);
  });

  it('has a flag only once a command and option', () => {
    for (const { path, flags = [] } of studyOptions) {
      const commands = flags.flatMap((flag) => flag.commands);
      expect(new Set(commands).size, path).toBe(commands.length);
    }
  });

  it('explains values that it has', () => {
    for (const { path, type, words } of studyOptions)
      if (words?.values !== undefined && type.kind === 'choice')
        expect([...type.choices].sort(), path).toEqual(Object.keys(words.values).sort());
  });
});
