import { describe, expect, it } from 'vitest';
import { checkStudyRules } from './check-study-rules.ts';
import { resolveStudy } from './resolve-study.ts';
import type { EmbeddingContent, InputContent, StudyContent } from './study-content.ts';
import { keyText } from './study-problems.ts';

const data = { images: 'photos', labels: 'masks', labelNames: 'labels.csv' };
const studyOf = (names: readonly string[], more: Partial<StudyContent> = {}): StudyContent => ({
  data,
  models: names.map((name) => ({ name, file: `${name}.onnx` })),
  ...more,
});
const keysAtFault = (study: StudyContent) => checkStudyRules(study).map(({ path }) => keyText(path));
const faultsOfInput = (input: InputContent) => keysAtFault({ data, models: [{ name: 'a', file: 'a.onnx', input }] });

describe('label grid', () => {
  it.each([
    [16_384, 16_384, false],
    [65_535, 65_535, false],
    [1025, 1024, false],
    [1024, 1024, true],
    [65_535, 16, true],
  ])('of %i x %i is refused or taken: %s', (width, height, isTaken) => {
    const [finding, ...others] = checkStudyRules({
      ...studyOf(['a']),
      data: { ...data, labelGrid: { width, height } },
    });
    expect([finding === undefined, others]).toEqual([isTaken, []]);
    if (!isTaken)
      expect(finding).toMatchObject({
        path: ['data', 'labelGrid'],
        expected: 'at most 1048576 cells, such as 1024 x 1024',
      });
  });
});

it('refuses what says how label files are read beside segmenters, where it would have no effect', () => {
  const segmenters = [{ file: 's.onnx', preset: 'voc-21' }] as const;
  expect(
    keysAtFault({
      data: { images: 'photos', segmenters, reducedZero: true, imageSuffix: '_left', labelSuffix: '_mask' },
      models: [{ name: 'a', file: 'a.onnx' }],
    }),
  ).toEqual(['data.reducedZero', 'data.imageSuffix', 'data.labelSuffix']);
});

describe('preprocessing', () => {
  it.each<[string, InputContent, string[]]>([
    ['mean without deviation', { mean: [0, 0, 0] }, ['mean']],
    ['deviation without mean', { std: [1, 1, 1] }, ['std']],
    ['a mean of ImageNet in the other order', { channels: 'bgr' }, ['channels']],
    ['a mean of Caffe in the other order', { preset: 'caffe', channels: 'rgb' }, ['channels']],
    ['a mean of ImageNet at another scale', { scale: 1 }, ['scale']],
    ['a side that has no effect', { shortestSide: 256 }, ['shortestSide']],
    ['a side shorter than the crop', { resize: 'shortest-side', shortestSide: 200 }, ['shortestSide']],
    ['two at once', { channels: 'bgr', scale: 1 }, ['channels', 'scale']],
  ])('refuses %s', (_case, input, keys) => {
    expect(faultsOfInput(input)).toEqual(keys.map((key) => `models[0].input.${key}`));
  });

  it.each<[string, InputContent]>([
    ['nothing but a size', { width: 32, height: 32 }],
    ['own mean and deviation', { channels: 'bgr', scale: 1, mean: [104, 117, 123], std: [1, 1, 1] }],
    ['another deviation than that of a named preset', { preset: 'imagenet', std: [1, 1, 1] }],
    ['the other order where all channels are treated alike', { preset: 'minus-one-one', channels: 'bgr' }],
    ['another scale without a mean', { preset: 'zero-one', scale: 1 }],
    ['a crop', { resize: 'shortest-side', shortestSide: 256 }],
    ['a crop of the longer side', { resize: 'shortest-side', width: 320 }],
  ])('takes %s', (_case, input) => {
    expect(faultsOfInput(input)).toEqual([]);
  });
});

describe('number of models', () => {
  it.each<[string, string, Partial<StudyContent>, string[]]>([
    ['as many components as models', 'abcd', { embedding: { components: 4 } }, ['embedding.components']],
    ['more categories than models', 'abcd', { embedding: { clusters: 5 } }, ['embedding.clusters']],
    [
      'as many components as models that are left',
      'abcd',
      { embedding: { components: 3, exclude: ['d'] } },
      ['embedding.components'],
    ],
    ['an embedding of one model', 'a', { embedding: {} }, ['embedding']],
    ['an embedding of which all but one are excluded', 'ab', { embedding: { exclude: ['b'] } }, ['embedding.exclude']],
    ['scores of one model', 'a', { scores: 's.csv' }, ['scores']],
  ])('refuses %s', (_case, names, more, keys) => {
    expect(keysAtFault(studyOf(names.split(''), more))).toEqual(keys);
  });

  it('counts the models of the study that a preset leaves out', () => {
    const study = studyOf(['Random', 'SwAV200', 'a', 'b', 'c'], { embedding: { preset: 'paper-2022', components: 3 } });
    expect(keysAtFault(study)).toEqual(['embedding.components']);
    expect(resolveStudy({ ...study, embedding: { preset: 'paper-2022' } }, '/study').embedding).toMatchObject({
      exclude: ['Random', 'SwAV200'],
      components: 2,
      clusters: 3,
      dropFirstConcept: true,
    });
  });

  it('takes one model for dissection alone, and for an earlier embedding', () => {
    expect(keysAtFault(studyOf(['a']))).toEqual([]);
    expect(keysAtFault(studyOf(['a'], { embedding: { frozen: 'earlier' }, scores: 's.csv' }))).toEqual([]);
  });

  it('takes components as far as they go where they are left out', () => {
    const sizes = ['ab', 'abc', 'abcd', 'abcdefgh'].map(
      (names) => resolveStudy(studyOf(names.split('')), '/study').embedding,
    );
    expect(sizes.map((embedding) => [embedding?.components, embedding?.clusters])).toEqual([
      [1, 2],
      [2, 3],
      [3, 3],
      [3, 3],
    ]);
  });
});

it('refuses every choice of a fit beside an earlier embedding', () => {
  const fit: Required<Omit<EmbeddingContent, 'frozen'>> = {
    preset: 'default',
    components: 1,
    clusters: 1,
    exclude: [],
    normalisation: 'count',
    dropFirstConcept: false,
  };
  expect(keysAtFault(studyOf(['a', 'b'], { embedding: { frozen: 'earlier', ...fit } }))).toEqual(
    Object.keys(fit).map((key) => `embedding.${key}`),
  );
});
