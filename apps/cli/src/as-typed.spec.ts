import { defineStudy, type StudyContent } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { afterEach, describe, expect, it } from 'vitest';
import { asTyped, speakOf } from './as-typed.ts';
import { errorText, studyOfOptions } from './failures.ts';

afterEach(() => {
  speakOf('');
});

describe(asTyped, () => {
  it.each([
    ['dissect', '`data.labelNames`', '--label-names'],
    ['data info', '`data.root`', 'PATH'],
    ['dissect', '`models[2].file`', '--model'],
    ['layers', '`probeSeconds`', '--probe-seconds'],
    ['embed', '`embedding.components: 2`', '--components 2'],
    ['layers', '`models[].input: {channels: grey}`', '--input "{channels: grey}"'],
    ['run', '`out`', '--out'],
    ['run', '`lock.waitMilliseconds: Infinity`', '--wait'],
    ['run', '`set: models[0].layer`', '--set models[0].layer'],
    ['clean', '`lock.waitMilliseconds: Infinity`', '--wait of "intermodel dissect"'],
    ['place', '`listModelLayers`', '"intermodel layers"'],
    ['place', '`data.skipBad: true`', 'data.skipBad: true'],
    ['dissect', '`data.vocabulary.synonyms`', '--set data.vocabulary.synonyms=VALUE'],
    ['dissect', '`rm -rf` and `data.nothing`', '`rm -rf` and `data.nothing`'],
  ])('%s: %s is typed as %s', (command, setting, typed) => {
    speakOf(command);
    expect(asTyped(setting)).toBe(typed);
  });

  it('names the key of a study file, and how the command line sets it, once', () => {
    speakOf('run', 'study.yaml');
    expect(asTyped('Raise `data.maxPixels`.')).toBe(
      'Raise data.maxPixels (in study.yaml, or --set data.maxPixels=VALUE).',
    );
    expect(asTyped('Give `data.imageSuffix: _a` and `data.exif: ignore`.')).toBe(
      'Give data.imageSuffix: _a and data.exif: ignore (in study.yaml, or --set data.exif=ignore).',
    );
    expect(asTyped('Raise `data.maxPixels`, `gallery.units`.', true)).toBe('Raise data.maxPixels, --gallery-units.');
    speakOf('data info', 'study.yaml');
    expect(asTyped('`data.exif: ignore`')).toBe('data.exif: ignore (in study.yaml, or --set data.exif=ignore)');
  });
});

describe(studyOfOptions, () => {
  const models = [{ name: 'a', file: '/nowhere/a.onnx' }];
  const told = (content: StudyContent) => {
    try {
      studyOfOptions(() => defineStudy(content));
    } catch (error) {
      if (error instanceof InputError) return errorText(error);
    }
    throw new Error('was made');
  };

  it('names the options whose paths are wrong, and no study file', () => {
    speakOf('dissect');
    const data = { images: '/nowhere/photos', labels: '/nowhere/masks', labelNames: '/nowhere/labels.csv' };
    const text = told({ data, models });
    expect(text).toMatch(/^error OPTION_VALUE: --images: there is no folder "\/nowhere\/photos"/u);
    for (const option of ['--labels', '--label-names', '--model'])
      expect(text).toContain(`also ${option}: there is no`);
    expect(text).not.toMatch(/data\.|models\[|column|`/u);
  });

  it('names the options that are missing', () => {
    speakOf('dissect');
    expect(told({ data: { images: '/nowhere/photos' }, models })).toMatch(
      /: --labels is missing\n {2}expected: --images, --labels and --label-names, or --data\n {2}what to do: Add --labels\./u,
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
