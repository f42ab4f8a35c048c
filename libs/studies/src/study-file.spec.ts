import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  defineStudy,
  formatStudy,
  readStudyFile,
  type StudyFileError,
  studySchemaFile,
  type StudyContent,
} from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'study-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const write = (text: string, name = 'study.yaml') => {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};
const data = 'data: { images: photos, labels: masks, labelNames: labels.csv }\n';
const two = `${data}models:\n  - { name: a, file: a.onnx }\n  - { name: b, file: b.onnx }\n`;
const read = (text: string) => readStudyFile(write(text), { checkFiles: false });
const example = path.resolve(import.meta.dirname, '../../../apps/cli/examples/study.yaml');

describe(readStudyFile, () => {
  it('makes every choice that a study leaves open', () => {
    const study = read(two);
    expect(study.models.map(({ name, file, layers }) => [name, path.relative(folder, file), layers])).toEqual([
      ['a', 'a.onnx', 'usual'],
      ['b', 'b.onnx', 'usual'],
    ]);
    expect(study).toMatchObject({
      preset: 'dissect-2020',
      scores: [],
      seed: 0,
      embedding: { components: 1, clusters: 2, gate: 0.04 },
      data: { skipBad: false, labelGrid: { width: 56, height: 56 } },
    });
    expect(study.models[0]?.input).toMatchObject({
      width: 224,
      height: 224,
      channels: 'rgb',
      mean: [0.485, 0.456, 0.406],
    });
  });

  it('reads the annotated example, and JSON as it reads YAML', () => {
    const study = readStudyFile(example, { checkFiles: false });
    expect(study.models.map(({ name }) => name)).toEqual(expect.arrayContaining(['resnet-a', 'random']));
    expect(study.embedding?.exclude).toEqual(['random']);
    const content: StudyContent = {
      data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' },
      models: [
        { name: 'a', file: 'a.onnx' },
        { name: 'b', file: 'b.onnx' },
      ],
    };
    const json = readStudyFile(write(JSON.stringify(content), 'study.json'), { checkFiles: false });
    expect(formatStudy(json)).toEqual(formatStudy(read(two)));
    expect(formatStudy(defineStudy(content, { folder, checkFiles: false }))).toEqual(formatStudy(json));
  });

  it('takes changes of a preset into the matching, and the gate into the embedding', () => {
    const study = read(`${two}preset: netdissect-2017\nmatching: { gate: 0.1, level: 0.9 }\n`);
    expect(study.matching).toMatchObject({ score: 'iou', gate: 0.1, compareGate: '>=', level: 0.9, values: 'raw' });
    expect(study.embedding?.gate).toBe(0.1);
  });

  it('takes another score into the matching and the embedding, with its own gate where none is given', () => {
    const study = read(`${two}preset: gandissect\nmatching: { score: f1, gate: 0.08 }\n`);
    expect(study.matching).toMatchObject({ score: 'f1', gate: 0.08, compareGate: '>' });
    expect(study.embedding).toMatchObject({ gate: 0.08, score: 'f1' });
    const lift = read(`${two}diffPreset: netdissect-2017\ndiffMatching: { score: lift }\n`);
    expect([lift.matching.score, lift.embedding?.gate]).toEqual(['iou', 0.04]);
    expect(lift.diffMatching).toMatchObject({ score: 'lift', gate: 2, compareGate: '>=' });
    const inclusive = read(`${two}matching: { score: mcc, compareGate: ">=" }\n`);
    expect(inclusive.matching).toMatchObject({ score: 'mcc', gate: 0.08 / 1.04, compareGate: '>=' });
    expect(read(`${two}matching: { score: iou, gate: 0.1 }\n`)).toEqual(read(`${two}matching: { gate: 0.1 }\n`));
  });

  it('refuses an unknown score with the nearest, and a gate that its score cannot pass', () => {
    expect(() => read(`${two}matching: { score: f2 }\n`)).toThrow(/"f2" is not known here[\s\S]*Did you mean "f1"/u);
    expect(() => read(`${two}matching: { score: precison, gate: 0.1 }\n`)).toThrow(/Did you mean "precision"/u);
    for (const score of ['iou', 'f1', 'mcc', 'precision', 'recall', 'kappa'])
      expect(() => read(`${two}matching: { score: ${score}, gate: 1.5 }\n`)).toThrow(/is 1\.5[\s\S]*from 0 to 1/u);
    expect(() => read(`${two}matching: { gate: 1.5 }\n`)).toThrow(/is 1\.5[\s\S]*a number from 0 to 1/u);
    expect(() => read(`${two}matching: { score: lift, gate: -1 }\n`)).toThrow(/is -1/u);
    expect(read(`${two}matching: { score: lift, gate: 1.5 }\n`).matching.gate).toBe(1.5);
    expect(() => read(`${two}diffPreset: gandissect\ndiffMatching: { score: f1, gate: 2 }\n`)).toThrow(
      /diffMatching[\s\S]*is 2/u,
    );
  });

  it('changes the second variant by its own key, and refuses the key without one', () => {
    const study = read(
      `${two}diffPreset: netdissect-2017\nmatching: { level: 0.9 }\ndiffMatching: { minimumImages: 0 }\n`,
    );
    expect(study.diffMatching).toMatchObject({ minimumImages: 0, values: 'raw' });
    expect(study.diffMatching?.level).toBeGreaterThan(0.99);
    expect(study.matching.level).toBe(0.9);
    expect(() => read(`${two}diffMatching: { minimumImages: 0 }\n`)).toThrow(
      /"diffMatching" stands without "diffPreset"/u,
    );
  });

  it('makes no embedding of a single model', () => {
    expect(read(`${data}models: [{ name: a, file: a.onnx }]\n`).embedding).toBeUndefined();
  });

  it.each([
    ['an unknown key', `${two}modls: 1\n`, 5, /"modls"[\s\S]*models/u],
    ['an unknown key of a model', `${data}models:\n  - { name: a, file: a.onnx, layr: x }\n`, 3, /"layr"[\s\S]*layer/u],
    ['a missing key', `${data}models:\n  - name: a\n`, 3, /models\[0\]\.file is missing/u],
    ['a wrong type', `${two}seed: often\n`, 5, /seed/u],
    ['an unknown preset', `${two}preset: dissect-2019\n`, 5, /dissect-2020/u],
    ['an unknown input', `${data}models:\n  - { name: a, file: a.onnx, input: imagnet }\n`, 3, /imagenet/u],
    [
      'two models of one name',
      `${data}models:\n  - { name: a, file: a.onnx }\n  - { name: a, file: b.onnx }\n`,
      4,
      /"a"/u,
    ],
    ['a name that leaves its folder', `${data}models:\n  - { name: ../a, file: a.onnx }\n`, 3, /\.\.\/a/u],
    ['a name that is no folder on every system', `${data}models:\n  - { name: con, file: a.onnx }\n`, 3, /con/u],
    ['no models', `${data}models: []\n`, 2, /models/u],
    ['an excluded model that is not listed', `${two}embedding: { exclude: [c] }\n`, 5, /c/u],
    ['more components than models allow', `${two}embedding: { components: 2 }\n`, 5, /from 1 to 1/u],
    ['broken YAML', `${two}scores: [a\n`, 6, /study\.yaml/u],
    ['layer and layers at once', `${data}models:\n  - { name: a, file: a.onnx, layer: x, layers: [y] }\n`, 3, /both/u],
  ])('refuses %s, with the line', (_case, text, line, message) => {
    const attempt = () => read(text);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'STUDY_FILE', details: expect.objectContaining({ line }) as unknown }),
    );
  });

  it('refuses files that are not there, unless told not to look', () => {
    const file = write(two);
    expect(() => readStudyFile(file)).toThrow(/photos/u);
    for (const name of ['photos', 'masks']) mkdirSync(path.join(folder, name));
    for (const name of ['labels.csv', 'a.onnx', 'b.onnx']) write('', name);
    expect(readStudyFile(file).models).toHaveLength(2);
  });

  it('names no path of the machine in what it records', () => {
    expect(JSON.stringify(formatStudy(read(two)))).not.toContain(folder);
  });

  it('records the sketch of thresholds with the bound of its rank error, and nothing where they are exact', () => {
    expect(formatStudy(read(`${two}runtime: { sketch: 4096 }\n`))['sketch']).toEqual({
      k: 4096,
      rankError: 2.296 / 4096 ** 0.9723,
    });
    expect(Object.keys(formatStudy(read(two)))).not.toContain('sketch');
    expect(() => read(`${two}runtime: { sketch: 63 }\n`)).toThrow(/sketch/u);
  });
});

describe('the JSON Schema', () => {
  it('is valid, and closed: no object takes keys that it does not describe', () => {
    const schema = JSON.parse(readFileSync(studySchemaFile, 'utf8')) as Record<string, unknown>;
    expect(new Ajv2020({ strict: false }).validateSchema(schema)).toBe(true);
    const open: string[] = [];
    const visit = (value: unknown, at: string) => {
      if (typeof value !== 'object' || value === null) return;
      const node = value as Record<string, unknown>;
      if (node['type'] === 'object' && node['additionalProperties'] !== false) open.push(at);
      for (const [key, child] of Object.entries(node)) visit(child, `${at}/${key}`);
    };
    visit(schema, '');
    expect(open).toEqual([]);
  });
});

describe('options set beside a study', () => {
  const setting = (set: readonly string[], text = two) => readStudyFile(write(text), { checkFiles: false, set });

  it('go over those of the file', () => {
    const study = setting(['runtime.threads=2', 'models[b].layer=x', 'matching.gate=0.1'], `${two}seed: 3\n`);
    expect(study).toMatchObject({ runtime: { threads: 2 }, seed: 3, matching: { level: 0.99 } });
    expect(study.models.map(({ layers }) => layers)).toEqual(['usual', ['x']]);
    expect(study.embedding?.gate).toBe(0.1);
  });

  it('go over those of a program, and fill what is missing', () => {
    const content = { data: { images: 'photos' }, models: [] } as unknown as StudyContent;
    const set = ['data.labels=masks', 'data.labelNames=labels.csv', 'models[0]={name: a, file: a.onnx}'];
    expect(defineStudy(content, { folder, checkFiles: false, set }).models).toHaveLength(1);
  });

  it.each([
    [['models[a].name=b'], 'models[a].name', /models\[1\]\.name: the name "b" is given twice/u],
    [['seed=1', 'models[1].name=A', 'title=x'], 'models[1].name', /is the same as "a"/u],
    [['models[c].layer=last'], 'models[c].layer', /both "layer" and "layers"[\s\S]*`set: models\[2\]\.layers=`/u],
    [['models[0].file='], 'models[0].file', /models\[0\]\.file is missing[\s\S]*Give `models\[0\]\.file` too/u],
    [['models[3].file=d.onnx'], 'models[3].file', /models\[3\]\.name is missing[\s\S]*Give `models\[3\]\.name` too/u],
    [['data.root=all'], 'data.root', /data\.images: `data\.images` stands beside `data\.root`/u],
    [['embedding.exclude=[a, b]'], 'embedding.exclude', /1 of 3 models is left/u],
    [['seed=2', 'models[0].input=[1]'], 'models[0].input', /is a list/u],
    [['gallery=3'], 'gallery', /is 3/u],
    [['scores={a: 1}'], 'scores', /is a group/u],
    [['models={a: 1}'], 'models', /is a group[\s\S]*brackets: \[first, second\]/u],
  ])('are blamed for what they bring about elsewhere: %j', (set, blamed, text) => {
    const three = `${two}  - { name: c, file: c.onnx, layers: [x] }\n`;
    const attempt = () => setting(set, three);
    expect(attempt).toThrow(text);
    expect(attempt).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^`set: /u) as string,
        problems: expect.arrayContaining([expect.objectContaining({ setting: blamed })]) as unknown,
      }),
    );
  });

  it('are not blamed for what the file says wrong by itself', () => {
    const twice = `${data}models:\n  - { name: a, file: a.onnx }\n  - { name: a, file: b.onnx }\n`;
    expect(() => setting(['seed=1', 'models[0].layer=x'], twice)).toThrow(/line 4[\s\S]*given twice/u);
    expect(() => setting(['seed=1'], `${two}sed: 1\n`)).toThrow(/line 5[\s\S]*no key "sed"/u);
  });

  it('can take out what the file says', () => {
    const text = `${two}  - { name: c, file: c.onnx, layers: [x] }\nseed: 3\n`;
    const study = setting(['models[c].layers=', 'models[c].layer=last', 'seed=null'], text);
    expect([study.models[2]?.layers, study.seed]).toEqual([['last'], 0]);
  });

  it.each([
    ['matching.gate=0.1x', /Write the number alone/u],
    ['runtime.threads=400_000_000', /Write the number alone/u],
    ['matching.gate=5%', /Write the number alone/u],
    ['runtime.threads=x', /Correct the value/u],
    ['data.colours=yes', /true or false[\s\S]*Correct the value/u],
    ['matching.gate="0.05"', /without quotes/u],
    ['data.colours="true"', /without quotes/u],
    ['models[0]=', /has no value[\s\S]*Give a value, or leave it out/u],
    ['data.vocabulary={}', /Give some of them, or leave it out/u],
    [
      'data.segmenters=[{file: s, heads: [{tensor: t, category: o, classes: c, owners: x}]}]',
      /Give `data\.segmenters\[0\]\.heads\[0\]\.ownedBy` too/u,
    ],
  ])('are told what to do in their own words: %s', (set, text) => {
    const attempt = () => setting([set]);
    expect(attempt).toThrow(text);
    expect(attempt).not.toThrow(/remove the key|on a line of its own|Add "/u);
  });

  it('are checked as the file is, and told by what set them', () => {
    const refusal = (set: readonly string[], text = two) => {
      try {
        setting(set, text);
      } catch (error) {
        return error as StudyFileError;
      }
      return undefined;
    };
    const first = refusal(['runtime.threads=many']);
    expect(first?.message).toMatch(/^`set: runtime\.threads`: is "many"\n/u);
    expect(first?.message).not.toContain('study.yaml');
    expect(first).toMatchObject({ code: 'STUDY_FILE', details: { expected: 'a whole number from 1 to 1024' } });
    expect(first?.problems).toEqual([
      expect.objectContaining({ key: 'runtime.threads', setting: 'runtime.threads', problem: 'is "many"' }),
    ]);
    // A rule, and a group of which a key is set.
    expect(refusal(['matching={gate: 2}'])?.message).toMatch(
      /^`set: matching`, matching\.gate: is 2[\s\S]*from 0 to 1/u,
    );
    expect(refusal(['data.labelGrid.width=7'])?.message).toMatch(
      /^`set: data\.labelGrid\.width`, data\.labelGrid: data\.labelGrid\.height is missing/u,
    );
    // What is wrong in the file has its line there.
    const both = refusal(['seed=-1'], `${two}gallery: { units: many }\n`);
    expect(both?.message).toMatch(/^`set: seed`: is -1[\s\S]*also line 5, gallery\.units: is "many"/u);
    expect(refusal(['runtime={treads: 1}'], `seed: often\n${two}`)?.message).toMatch(
      /^`set: runtime`, runtime\.treads: there is no key "treads" in runtime/u,
    );
  });

  it('name files that are not there', () => {
    expect(() => readStudyFile(write(two), { set: ['data.images=elsewhere'] })).toThrow(
      /^`set: data\.images`: there is no folder "elsewhere"/u,
    );
  });
});
