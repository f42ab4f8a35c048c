import { describe, expect, it } from 'vitest';
import { optionSteps } from './option-row.ts';
import { studyOptions } from './option-table.ts';
import { optionsEntering } from './options-entering.ts';

const values = {
  data: { maxPixels: 1000, skipBad: false, colours: true, labelGrid: { width: 56, height: 28 } },
  runtime: { executionProviders: ['cuda', 'cpu'], threads: 3 },
  matching: { level: 0.99, score: 'iou', gate: 0.04, compareGate: '>' },
  gallery: { units: 12, images: 8, pool: 'mean' },
  model: { name: 'a', input: { width: 32, height: 16, filter: 'bilinear' } },
  seed: 0,
};

describe(optionsEntering, () => {
  it('gives the options of a step by their paths, without those that have their default', () => {
    expect(optionsEntering('labels', values)).toEqual({
      'data.maxPixels': 1000,
      'data.colours': true,
      'data.labelGrid': { width: 56, height: 28 },
      'models[].input.width': 32,
      'models[].input.height': 16,
    });
    expect(optionsEntering('top', values)).toEqual({
      'data.maxPixels': 1000,
      'models[].input': { width: 32, height: 16 },
      'runtime.executionProviders': ['cuda', 'cpu'],
      'gallery.images': 8,
      'gallery.pool': 'mean',
    });
    expect(optionsEntering('profiles', values)).toEqual({ 'matching.gate': 0.04, 'matching.compareGate': '>' });
    expect(optionsEntering('embedding', { ...values, seed: 1 })).toEqual({ 'matching.compareGate': '>', seed: 1 });
  });

  it('tells a switched group from none, though all its keys have their defaults', () => {
    const spatialParts = { categories: ['object'], skipLastComponent: false, planes: 'all' };
    const labels = (parts: object | undefined) => optionsEntering('labels', { data: { spatialParts: parts } });
    expect([labels(undefined), labels(spatialParts), labels({ ...spatialParts, skipLastComponent: true })]).toEqual([
      {},
      { 'data.spatialParts': {} },
      { 'data.spatialParts': { skipLastComponent: true } },
    ]);
  });

  it('takes no threads, memory or place, which change nothing that is stored', () => {
    for (const step of optionSteps)
      expect(Object.keys(optionsEntering(step, { ...values, gallery: { place: 'folder' } })).join()).not.toMatch(
        /threads|Megabytes|place/u,
      );
  });

  it('rests on defaults that are as they were', () => {
    // What has its default is in no key. Whoever changes the default of an option raises the code version of all steps
    // that it enters (libs/pipelines), so that what was stored under the old one is not taken for the new one; then the
    // list here. A new option is added to the list alone.
    const entering = studyOptions.filter(({ enters }) => enters !== undefined).map(({ path }) => path);
    const defaults = studyOptions.filter(
      (row) => row.default !== undefined && entering.some((path) => `${row.path}.`.startsWith(`${path}.`)),
    );
    expect(Object.fromEntries(defaults.map(({ path, default: usual }) => [path, usual]))).toEqual({
      'data.background': [255, 255, 255],
      'data.colours': false,
      'data.exif': 'upright',
      'data.maxPixels': 100_000_000,
      'data.skipBad': false,
      'data.spatialParts': false,
      'data.spatialParts.categories': ['object'],
      'data.spatialParts.skipLastComponent': false,
      'data.spatialParts.planes': 'all',
      'gallery.images': 5,
      'gallery.pool': 'max',
      'gallery.thumbnailPixels': 112,
      'gallery.units': 12,
      'matching.score': 'iou',
      'models[].input': 'imagenet',
      'models[].input.filter': 'bilinear',
      'models[].input.layout': 'auto',
      'models[].input.preset': 'imagenet',
      'models[].input.resize': 'exact',
      'relations.permutations': 100_000,
      'relations.correction': 'benjamini-hochberg',
      'relations.permuteWithin': 'all',
      'resampling.blocks': 200,
      'resampling.thresholds': 'fixed',
      'resampling.replicates': 200,
      'runtime.executionProviders': ['cpu'],
      seed: 0,
      'significance.kind': 'exchange',
      'significance.match': 'gate',
      'tasks[].depthScale': 1000,
      'tasks[].episodes': 600,
      'tasks[].queries': 15,
      'tasks[].replicates': 2000,
      'tasks[].shots': [1, 5, 20, 50],
      'tasks[].ways': 5,
    });
  });
});
