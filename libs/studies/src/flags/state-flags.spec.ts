import { describe, expect, it } from 'vitest';
import { flagRows } from '../options/option-table.ts';
import type { FlagTexts } from './flags-to-content.ts';
import { stateFile, stateFlags } from './state-flags.ts';

const stated = (given: Readonly<Record<string, FlagTexts>>) =>
  stateFlags(flagRows('dissect'), ({ flag }) => given[flag.flags.split(' ')[0] ?? '']);

describe(stateFlags, () => {
  it('states each flag once, as often as it was given', () => {
    expect(stated({ '--encoding': 'latin-1', '--skip-bad': true, '--scores': ['a/s.csv', 't.csv'] })).toEqual([
      '--encoding latin-1',
      '--skip-bad',
      '--scores s.csv',
      '--scores t.csv',
    ]);
  });

  it('leaves out how the machine is used, but not what enters the steps', () => {
    expect(stated({ '--threads': '2', '--second-pass': true, '--sketch': '64', '--probe-seconds': '1' })).toEqual([
      '--sketch 64',
    ]);
  });
});

describe(stateFile, () => {
  it.each([
    ['../units/a.csv', 'a.csv'],
    ['/m/a.onnx:/layer4/Relu_output_0', 'a.onnx:/layer4/Relu_output_0'],
    ['b=m/b.onnx:maps', 'b=b.onnx:maps'],
    ['voc-21=m/deeplab.onnx', 'voc-21=deeplab.onnx'],
    ['data.images=/photos/new', 'data.images=new'],
    ['seed=1', 'seed=1'],
    ['{width: 8, preset: a/b}', "'{width: 8, preset: a/b}'"],
    ["It's", String.raw`'It'\''s'`],
  ])('%s is stated as %s', (value, text) => {
    expect(stateFile(value)).toBe(text);
  });
});
