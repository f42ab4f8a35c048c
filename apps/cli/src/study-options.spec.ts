import { defineStudy, type StudyContent } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { optionOfKey, studyOfOptions } from './study-options.ts';

const models = [{ name: 'a', file: '/nowhere/a.onnx' }];
const refusal = (content: StudyContent) => {
  try {
    studyOfOptions(() => defineStudy(content));
  } catch (error) {
    if (error instanceof InputError) return error;
  }
  throw new Error('was made');
};

describe(optionOfKey, () => {
  it.each([
    ['data.labelNames', '--label-names'],
    ['data.root', '--data'],
    ['data.segmenters[0].file', '--segmenter'],
    ['models[2].file', '--model'],
    ['models[0].input.width', '--input'],
    ['runtime.keptMapsMegabytes', '--kept-maps-megabytes'],
    ['embedding.components', '--components'],
    ['gallery.images', '--gallery-images'],
    ['gallery.place', '--gallery'],
    ['diffPreset', '--diff-preset'],
    ['scores[1]', '--scores'],
  ])('%s is set by %s', (key, option) => {
    expect(optionOfKey(key)).toBe(option);
  });
});

describe(studyOfOptions, () => {
  it('names the options whose paths are wrong, and no study file', () => {
    const error = refusal({
      data: { images: '/nowhere/photos', labels: '/nowhere/masks', labelNames: '/nowhere/labels.csv' },
      models,
    });
    expect(error).toMatchObject({ code: 'OPTION_VALUE' });
    expect(error.message).toMatch(/^--images: there is no folder "\/nowhere\/photos"/u);
    for (const option of ['--labels', '--label-names', '--model'])
      expect(error.message).toContain(`also ${option}: there is no`);
    expect(error.message).not.toMatch(/data\.|models\[|column/u);
  });

  it('names the options that are missing', () => {
    const error = refusal({ data: { images: '/nowhere/photos' }, models });
    expect(error.message).toMatch(
      /^--labels is missing\n {2}expected: --images, --labels and --label-names, or --data\n {2}what to do: Add --labels\./u,
    );
  });

  it('lets other errors pass', () => {
    expect(() =>
      studyOfOptions(() => {
        throw new RangeError('other');
      }),
    ).toThrow(RangeError);
  });
});
