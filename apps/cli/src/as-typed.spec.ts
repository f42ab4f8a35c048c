import { afterEach, describe, expect, it } from 'vitest';
import { asTyped, speakOf } from './as-typed.ts';

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
    ['clean', '`lock.waitMilliseconds: Infinity`', '--wait of "intermodel run"'],
    ['place', '`listModelLayers`', '"intermodel layers"'],
    ['place', '`data.skipBad: true`', 'data.skipBad: true'],
    ['dissect', '`data.vocabulary.synonyms`', '--set data.vocabulary.synonyms=VALUE'],
    ['dissect', '`models[a].layer`', '--model FILE:LAYER'],
    ['dissect', '`models[a].family`', '--set models[a].family=VALUE'],
    ['checkpoint', '`models[].heads`', '--heads'],
    ['dissect', '`models[b.2 [x]].input: {width: 3}`', '--input "{width: 3}"'],
    ['run', '`set: models[b c].layers=`', '--set "models[b c].layers="'],
    ['dissect', '`rm -rf` and `data.nothing`', '`rm -rf` and `data.nothing`'],
  ])('%s: %s is typed as %s', (command, setting, typed) => {
    speakOf(command);
    expect(asTyped(setting)).toBe(typed);
  });

  it.each([
    ['data.maxPixels=5', '`data.maxPixels`', '--set data.maxPixels'],
    ['data.exif=turn', '`data.exif: ignore`', '--set data.exif=ignore'],
    ['data={images: x}', '`data.labels`', '--set data.labels'],
    [
      'models[].input=caffe',
      '`models[a].input: {width: 3, height: 4}`',
      '--set models[a].input.width=3 --set models[a].input.height=4',
    ],
    ['models[x=y].input=caffe', '`models[a b].input.width`', '--set "models[a b].input.width"'],
    ['data.exif=turn', '`data.maxPixels`', '--max-pixels'],
  ])('speaks of --set where %s was given for what a flag sets too: %s', (set, setting, typed) => {
    speakOf('dissect', undefined, [set]);
    expect(asTyped(setting)).toBe(typed);
  });

  it('names the model that is meant, so that a shell takes it', () => {
    speakOf('run', 'study.yaml');
    expect(asTyped('Set `models[a].input: {width: 32, height: 16}`.')).toBe(
      'Set models[a].input: {width: 32, height: 16} (in study.yaml, or --set models[a].input.width=32 --set models[a].input.height=16).',
    );
    expect(asTyped('`models[].input: {mean: [0, 1]}`')).toBe(
      'models[].input: {mean: [0, 1]} (in study.yaml, or --set "models[].input={mean: [0, 1]}")',
    );
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
