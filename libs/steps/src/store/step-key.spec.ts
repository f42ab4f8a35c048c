import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeDifferences, explainDifference } from './explain-difference.ts';
import { stepKey, type StepIngredients } from './step-key.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const base: StepIngredients = {
  step: 'match',
  codeVersion: 'match/1',
  inputs: { images: hash('i'), model: hash('m') },
  options: { matching: { iouMin: 0.04, preset: 'strict' }, layers: ['a', 'b'] },
};

describe(stepKey, () => {
  it('hashes the ingredients, in whatever order they are given', () => {
    const text = `{"codeVersion":"match/1","inputs":{"images":"${hash('i')}","model":"${hash('m')}"},"options":{"layers":["a","b"],"matching":{"iouMin":0.04,"preset":"strict"}},"schema":"intermodel:step-key/1","step":"match"}`;
    expect(stepKey(base)).toBe(hash(text));
    expect(stepKey({ ...base, options: { layers: ['a', 'b'], matching: { preset: 'strict', iouMin: 0.04 } } })).toBe(
      hash(text),
    );
    expect(stepKey({ ...base, subject: 'resnet18 shard 3' } as StepIngredients)).toBe(hash(text));
  });

  it('differs as soon as one ingredient differs', () => {
    const others: StepIngredients[] = [
      { ...base, step: 'matches' },
      { ...base, codeVersion: 'match/2' },
      { ...base, inputs: { ...base.inputs, model: hash('n') } },
      { ...base, inputs: { images: hash('m'), model: hash('i') } },
      { ...base, inputs: { images: hash('i') } },
      { ...base, options: { ...base.options, layers: ['b', 'a'] } },
      { ...base, options: { ...base.options, matching: { iouMin: 0.04 + Number.EPSILON, preset: 'strict' } } },
      { ...base, options: {} },
    ];
    expect(new Set([base, ...others].map(stepKey)).size).toBe(others.length + 1);
  });

  it('refuses names in place of hashes, and options without a value', () => {
    expect(() => stepKey({ ...base, inputs: { model: 'resnet18.onnx' } })).toThrow(
      /input "model" of step "match" is "resnet18\.onnx"; expected a SHA-256/u,
    );
    expect(() => stepKey({ ...base, inputs: { model: hash('m').toUpperCase() } })).toThrow(RangeError);
    expect(() => stepKey({ ...base, options: { gate: undefined } })).toThrow(/^step\.options\.gate is undefined/u);
  });
});

describe(explainDifference, () => {
  it('names each input and option that changed, came or went', () => {
    const after: StepIngredients = {
      step: 'match',
      codeVersion: 'match/2',
      inputs: { images: hash('j'), labels: hash('l') },
      options: { matching: { iouMin: 0.05, preset: 'strict' }, layers: ['a'], gate: { on: true } },
    };
    const differences = explainDifference(base, after);
    expect(differences.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'code match',
      'input images',
      'input labels',
      'input model',
      'option gate',
      'option layers',
      'option matching.iouMin',
    ]);
    const [code, ...others] = differences;
    expect(describeDifferences(others, 20)).toBe(
      'input "images" changed; input "labels" is new; input "model" is gone; option gate: not set -> {"on":true}; option layers: ["a","b"] -> ["a"]; option matching.iouMin: 0.04 -> 0.05',
    );
    expect(describeDifferences(others, 1)).toBe('input "images" changed; 5 more');
    // Options of other code may have had other names.
    expect(code).toMatchObject({ kind: 'code' });
    expect(describeDifferences(differences)).toBe(
      'code of match: "match/1" -> "match/2"; input "images" changed; input "labels" is new; input "model" is gone',
    );
  });

  it('is empty exactly where the keys are equal', () => {
    const options = fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.oneof(
        fc.constantFrom(0, -0, 1, null, 'x'),
        fc.dictionary(fc.constantFrom('c', 'd'), fc.constantFrom(1, 2)),
        fc.array(fc.constantFrom(1, 2), { maxLength: 2 }),
      ),
    );
    fc.assert(
      fc.property(options, options, (one, other) => {
        const [before, after] = [one, other].map((value) => ({ ...base, options: value })) as [
          StepIngredients,
          StepIngredients,
        ];
        expect(explainDifference(before, after).length === 0).toBe(stepKey(before) === stepKey(after));
      }),
      { seed: 6, numRuns: 500 },
    );
  });
});
