import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatStudy } from './format-study.ts';
import { resolveStudy } from './resolve-study.ts';
import type { StudyContent } from './study-content.ts';

const folder = path.resolve('/home/someone/study');
const content: StudyContent = {
  data: {
    images: 'data/photos',
    labels: '../masks',
    labelNames: path.resolve('/srv/labels.csv'),
    imageLabels: './data//scenes.csv',
  },
  models: [
    {
      name: 'a',
      file: 'models/a.onnx',
      layers: ['x', 'y'],
      input: { preset: 'caffe', width: 32, height: 32 },
      tokens: { prefix: 1 },
    },
    { name: 'b', file: '..b.onnx' },
  ],
  scores: ['scores/one.csv', path.resolve('/srv/two.csv')],
};

describe(formatStudy, () => {
  it('is plain JSON with every choice, and names of files that are the same on every machine', () => {
    const formatted = formatStudy(resolveStudy(content, folder, path.join(folder, 'study.yaml')));
    expect(JSON.stringify(formatted)).not.toMatch(/someone|srv|home/u);
    expect(formatted).toEqual(
      formatStudy(
        resolveStudy(
          { ...content, data: { ...content.data, labelNames: path.resolve('/mnt/labels.csv') } },
          path.resolve('/other/place'),
        ),
      ),
    );
    expect(formatted).toMatchObject({
      data: {
        images: 'data/photos',
        labels: 'masks',
        labelNames: 'labels.csv',
        imageLabels: 'data/scenes.csv',
        labelGrid: { width: 56, height: 56 },
      },
      models: [
        {
          name: 'a',
          file: 'models/a.onnx',
          layers: ['x', 'y'],
          tokens: { prefix: 1 },
          input: { width: 32, height: 32, channels: 'bgr', scale: 1, mean: [103.939, 116.779, 123.68], std: [1, 1, 1] },
        },
        { name: 'b', file: '..b.onnx', layers: 'usual', tokens: {}, input: { width: 224, channels: 'rgb' } },
      ],
      matching: { level: 0.99, score: 'iou', gate: 0.04, padding: 'zeros', labelGrid: { width: 56, height: 56 } },
      diffPreset: null,
      scores: ['scores/one.csv', 'two.csv'],
      embedding: { preset: 'default', components: 1, clusters: 2, gate: 0.04, exclude: [] },
      seed: 0,
    });
  });

  it('leaves out how the machine is used, but for what computes', () => {
    const slow = formatStudy(
      resolveStudy(
        { ...content, runtime: { threads: 1, batchSize: 1, keptMapsMegabytes: 1, secondPass: true } },
        folder,
      ),
    );
    expect(slow).toEqual(formatStudy(resolveStudy(content, folder)));
    expect(formatStudy(resolveStudy({ ...content, runtime: { executionProviders: ['cuda'] } }, folder))).toMatchObject({
      executionProviders: ['cuda'],
    });
  });

  it('records of an earlier embedding that it is one', () => {
    expect(formatStudy(resolveStudy({ ...content, embedding: { frozen: 'earlier' } }, folder))['embedding']).toEqual({
      frozen: 'earlier',
      score: 'iou',
      gate: 0.04,
      compareGate: '>',
    });
  });

  it('records the score that units are matched by, with its gate', () => {
    const matching = { score: 'kappa', gate: 0.2 } as const;
    const formatted = formatStudy(
      resolveStudy({ ...content, matching, diffPreset: 'gandissect', diffMatching: matching }, folder),
    );
    expect(formatted).toMatchObject({
      matching: { score: 'kappa', gate: 0.2, compareGate: '>' },
      diffMatching: { score: 'kappa', gate: 0.2, compareGate: '>' },
      embedding: { gate: 0.2, score: 'kappa' },
    });
    const frozen = resolveStudy({ ...content, matching, embedding: { frozen: 'earlier' } }, folder);
    expect(formatStudy(frozen)['embedding']).toEqual({
      ...{ frozen: 'earlier', score: 'kappa', gate: 0.2, compareGate: '>' },
    });
  });

  it('records a second preset with all its choices, at the label grid of the study', () => {
    const formatted = formatStudy(
      resolveStudy({ ...content, matching: { gate: 0.1 }, diffPreset: 'gandissect' }, folder),
    );
    expect(formatted).toMatchObject({
      matching: { gate: 0.1 },
      diffPreset: 'gandissect',
      diffMatching: {
        gate: 0.05,
        minimumQuality: 0.01,
        padding: 'clamp',
        labelGrid: { width: 56, height: 56 },
      },
    });
  });
});
