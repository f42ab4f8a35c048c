import { dissectionPresets } from '@intermodel/concept-matching';
import { modelNameRules } from '@intermodel/data-loading';
import { embeddingPresets, normalisations } from '@intermodel/embedding';
import { describe, expect, it } from 'vitest';
import { optionsInWords } from './options-in-words.ts';
import { formatStudy } from './format-study.ts';
import { resolveStudy } from './resolve-study.ts';

const study = formatStudy(
  resolveStudy(
    {
      title: 'Two',
      abstract: 'Of two models.',
      data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' },
      models: [
        { name: 'a', file: 'a.onnx', layers: ['x', 'y'], input: { preset: 'zero-one', width: 32, height: 16 } },
        {
          name: 'b',
          file: 'b.onnx',
          input: { resize: 'shortest-side', shortestSide: 256, filter: 'bicubic' },
          tokens: { prefix: 1, width: 7, height: 7 },
        },
      ],
    },
    '/study',
  ),
);
const said = new Map(optionsInWords(study).map(({ name, value }) => [name, value]));

describe(optionsInWords, () => {
  it('tells a model in one line, with what becomes of its images', () => {
    expect(said.get('model a')).toBe(
      'a.onnx; x, y; 32 × 16, the whole image squashed, bilinear, RGB, (byte × 0.00392157 − (0, 0, 0)) / (1, 1, 1)',
    );
    expect(said.get('model b')).toBe(
      'b.onnx; the last map before global pooling; tokens on a grid of 7 × 7; 1 tokens before the grid; 224 × 224, shorter side to 256, then the centre, bicubic, RGB, (byte × 0.00392157 − (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)',
    );
  });

  it('names groups, sizes and switches so that people understand them', () => {
    expect([said.get('data: images'), said.get('data: label grid'), said.get('data: skip bad')]).toEqual([
      'photos',
      '56 × 56',
      'no',
    ]);
    expect([
      said.get('matching: share of the values under a threshold'),
      said.get('matching: IoU gate'),
      said.get('embedding: principal components'),
    ]).toEqual(['0.99', '0.04', '1']);
    expect([
      said.get('gallery: images of each unit'),
      said.get('gallery: images ranked by'),
      said.get('gallery: thumbnails'),
    ]).toEqual(['5', 'max: largest value of the map', 'embedded: in the page']);
  });

  it('calls a gate by the score that it is one of', () => {
    const scored = (group: object) => optionsInWords({ group }).map(({ name, value }) => `${name}: ${value}`);
    expect(scored({ score: 'f1', gate: 0.08, compareGate: '>' })).toEqual([
      'group: score that units are matched by: f1: F1 (Dice), 2 I / (U + C)',
      'group: F1 gate: 0.08',
      'group: comparison with the gate: >',
    ]);
    expect(scored({ gate: 0.04 })).toEqual(['group: IoU gate, strictly above: 0.04']);
  });

  it('explains every preset, normalisation and rule', () => {
    const explained = (key: string, value: string) => optionsInWords({ [key]: value })[0]?.value;
    for (const preset of [...Object.keys(dissectionPresets), ...Object.keys(embeddingPresets)])
      expect(explained('preset', preset)).toMatch(new RegExp(`^${preset}: .{10}`, 'u'));
    for (const normalisation of normalisations) expect(explained('normalisation', normalisation)).toMatch(/: .{10}/u);
    for (const rule of Object.keys(modelNameRules)) expect(explained('modelNames', rule)).toMatch(/: .{10}/u);
    expect(explained('preset', 'own')).toBe('own');
  });

  it('leaves out what is empty, and what stands in the head of the report', () => {
    expect([...said.keys()].filter((name) => /title|abstract|scores|diff/u.test(name))).toEqual([]);
    expect(
      [...said.values()].filter((value) => value === '' || /null|undefined|object Object|[{}]/u.test(value)),
    ).toEqual([]);
    expect(optionsInWords({ a: null, b: [], c: '', d: undefined })).toEqual([]);
  });
});
