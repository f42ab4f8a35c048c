import { describe, expect, it } from 'vitest';
import type { OptionType } from './options/option-row.ts';
import { studyOptions } from './options/option-table.ts';
import { setOptions } from './set-options.ts';

const content = {
  data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' },
  models: [
    { name: 'a', file: 'a.onnx' },
    { name: 'b.2 [x]', file: 'b.onnx', input: 'caffe' },
  ],
  runtime: { threads: 1 },
};
const set = (...settings: string[]) => setOptions(content, settings).content;

/** A value of a type. */
function sampleOf(type: OptionType): unknown {
  switch (type.kind) {
    case 'text':
      return '1: "x", [y]';
    case 'choice':
      return type.choices[0];
    case 'truth':
      return true;
    case 'whole':
    case 'number':
      return 3;
    case 'list':
      return [sampleOf(type.of)];
    case 'group':
      return { key: 'value' };
    case 'either':
      return type.of.map(sampleOf)[1];
  }
}

describe(setOptions, () => {
  it('sets values at any depth, read as YAML, and leaves the rest as it is', () => {
    expect(set('runtime.threads=2', 'gallery.units=0', 'runtime.secondPass=true', 'title=A = b')).toEqual({
      ...content,
      title: 'A = b',
      runtime: { threads: 2, secondPass: true },
      gallery: { units: 0 },
    });
    expect(set('data.labelGrid={width: 28, height: 14}', 'runtime.executionProviders=[cuda, cpu]')).toEqual({
      ...content,
      data: { ...content.data, labelGrid: { width: 28, height: 14 } },
      runtime: { threads: 1, executionProviders: ['cuda', 'cpu'] },
    });
    expect(content.runtime).toEqual({ threads: 1 });
  });

  it('takes the last of two settings of one option', () => {
    expect(set('seed=1', 'seed=2')).toEqual({ ...content, seed: 2 });
  });

  it('finds entries of lists by number, models by name, and all of them', () => {
    const layers = (...settings: string[]) =>
      (set(...settings) as { models: { layer?: string }[] }).models.map(({ layer }) => layer);
    expect(layers('models[1].layer=x')).toEqual([undefined, 'x']);
    expect(layers('models[a].layer=x')).toEqual(['x', undefined]);
    expect(layers('models[b.2 [x]].layer=x')).toEqual([undefined, 'x']);
    expect(layers('models[].layer=x')).toEqual(['x', 'x']);
    expect(set('scores=a.csv', 'scores[1]=b.csv')).toEqual({ ...content, scores: ['a.csv', 'b.csv'] });
    expect(set('models[2]={name: c, file: c.onnx}')).toEqual({
      ...content,
      models: [...content.models, { name: 'c', file: 'c.onnx' }],
    });
  });

  it.each(studyOptions.map(({ path, type }) => [path, sampleOf(type)] as const))('sets %s', (path, sample) => {
    const written = path.replaceAll('[]', '[0]');
    const { content: changed, settingAt } = setOptions({}, [`${written}=${JSON.stringify(sample)}`]);
    const parts = written.split(/[.[\]]+/u).filter((part) => part !== '');
    expect(parts.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], changed)).toEqual(sample);
    expect(settingAt(parts.map((part) => (part === '0' ? 0 : part)))).toBe(written);
  });

  it('keeps a preset whose parts are set, and makes a group of a switch', () => {
    const models = (...settings: string[]) => (set(...settings) as { models: object[] }).models;
    expect(models('models[1].input.width=32')[1]).toMatchObject({ input: { preset: 'caffe', width: 32 } });
    expect(models('models[0].input.width=32')[0]).toMatchObject({ input: { width: 32 } });
    expect(set('data.spatialParts=true', 'data.spatialParts.skipLastComponent=true')).toEqual({
      ...content,
      data: { ...content.data, spatialParts: { skipLastComponent: true } },
    });
  });

  it('takes what looks like a number for text where an option is text', () => {
    expect(set('data.split=2012', 'models[0].name=1.0', 'title="2"')).toEqual({
      ...content,
      title: '2',
      data: { ...content.data, split: '2012' },
      models: [{ ...content.models[0], name: '1.0' }, content.models[1]],
    });
  });

  it('takes keys out by no value, so that they are as where nothing was given', () => {
    const { runtime, ...others } = content;
    for (const nothing of ['', 'null', '~', ' ']) expect(set(`runtime=${nothing}`)).toEqual(others);
    expect(runtime).toEqual({ threads: 1 });
    expect(set('runtime.threads=')).toEqual({ ...content, runtime: {} });
    expect(set('models[].input=')).toEqual({
      ...content,
      models: content.models.map(({ name, file }) => ({ name, file })),
    });
    expect(set('models[1].input=', 'models[1].input.width=32')).toMatchObject({
      models: [{}, { input: { width: 32 } }],
    });
    expect(set('gallery.units=', 'embedding=')).toEqual(content);
    expect(set('title="null"', 'data.split=""')).toMatchObject({ title: 'null', data: { split: '' } });
    expect(set('models[0]=')).toMatchObject({ models: [null, {}] });
  });

  it('takes signs of comments and of keys as text where they are quoted, or none', () => {
    expect(set(`title='a # b'`, 'abstract="a: b"', 'data.images=a#b')).toMatchObject({
      title: 'a # b',
      abstract: 'a: b',
      data: { images: 'a#b' },
    });
  });

  it('tells which setting a value comes from, also within it', () => {
    const { settingAt } = setOptions(content, ['models[0].input=caffe', 'models[a].input={width: x}', 'seed=1']);
    expect(settingAt(['models', 0, 'input', 'width'])).toBe('models[a].input');
    expect(settingAt(['seed'])).toBe('seed');
    expect(settingAt(['models', 0])).toBeUndefined();
    expect(settingAt(['models', 1, 'input'])).toBeUndefined();
  });

  it.each([
    ['runtime.treads=2', 'OPTION_UNKNOWN', /runtime\.treads[\s\S]*Did you mean "runtime\.threads"/u],
    ['threads=2', 'OPTION_UNKNOWN', /Did you mean "runtime\.threads"/u],
    ['models[0].imput.width=2', 'OPTION_UNKNOWN', /Did you mean "models\[0\]\.input\.width" or/u],
    ['models[a].layr=x', 'OPTION_UNKNOWN', /no option "models\[a\]\.layr"[\s\S]*Did you mean "models\[a\]\.layer"/u],
    ['models[b.2 [x]].layr=x', 'OPTION_UNKNOWN', /Did you mean "models\[b\.2 \[x\]\]\.layer"/u],
    ['models.1.layer=x', 'OPTION_UNKNOWN', /no option "models\.1\.layer"[\s\S]*Did you mean "models\[1\]\.layer"/u],
    ['models.a.input.width=2', 'OPTION_UNKNOWN', /Did you mean "models\[a\]\.input\.width"/u],
    ['models[].layr=x', 'OPTION_UNKNOWN', /Did you mean "models\[\]\.layer"/u],
    ['data.segmenters[0].heads[2].tensr=x', 'OPTION_UNKNOWN', /mean "data\.segmenters\[0\]\.heads\[2\]\.tensor"/u],
    ['models.name=c', 'OPTION_UNKNOWN', /models\[\]\.name/u],
    ['runtime[0].threads=2', 'OPTION_UNKNOWN', /runtime\.threads/u],
    ['__proto__.x=1', 'OPTION_UNKNOWN', /__proto__/u],
    ['models[c].layer=x', 'OPTION_UNKNOWN', /"c"[\s\S]*Choices: a, b\.2 \[x\]/u],
    ['models[7].layer=x', 'OPTION_UNKNOWN', /7[\s\S]*from 0 to 2[\s\S]*2 adds an entry/u],
    ['scores[1]=x', 'OPTION_UNKNOWN', /1[\s\S]*0, which adds an entry/u],
    ['scores[]=x', 'OPTION_UNKNOWN', /no entry to set/u],
    ['models[0.layer=x', 'OPTION_SET', /PATH=VALUE/u],
    ['runtime.threads', 'OPTION_SET', /PATH=VALUE/u],
    ['=2', 'OPTION_SET', /PATH=VALUE/u],
    ['data.labelGrid={width: 28', 'OPTION_SET', /data\.labelGrid[\s\S]*YAML/u],
    ['title=*x', 'OPTION_SET', /title/u],
    ['title=a: b', 'OPTION_SET', /title[\s\S]*quotes/u],
    ['abstract=x: {a: 1}', 'OPTION_SET', /abstract[\s\S]*quotes/u],
    ['models[0].layer=a: b', 'OPTION_SET', /quotes/u],
    ['title=a # b', 'OPTION_SET', /# b[\s\S]*quotes/u],
    ['seed=1 # one', 'OPTION_SET', /# one[\s\S]*quotes/u],
    ['data.vocabulary.keep=[a #b]', 'OPTION_SET', /quotes/u],
    ['data.vocabulary.keep=# a', 'OPTION_SET', /quotes/u],
  ])('refuses %s', (setting, code, message) => {
    const attempt = () => set(setting);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });
});
