import { describe, expect, it } from 'vitest';
import { flagRows } from '../options/option-table.ts';
import { flagOfSetting, settingPath } from './name-settings.ts';

describe(settingPath, () => {
  it.each([
    ['data.maxPixels', 'data.maxPixels'],
    ['models[2].file', 'models[].file'],
    ['models[a].file', 'models[].file'],
    ['models[b.2 [x]].input.width', 'models[].input.width'],
    ['scores[1]', 'scores'],
    ['encoding', 'encoding'],
    ['probeSeconds', 'runtime.probeSeconds'],
    ['data.nothing', undefined],
    ['out', undefined],
  ])('%s is %s', (name, path) => {
    expect(settingPath(name)).toBe(path);
  });
});

describe(flagOfSetting, () => {
  it.each([
    ['dissect', 'data.labelNames', undefined, '--label-names'],
    ['dissect', 'data.root', 'here', '--data here'],
    ['dissect', 'data.format', undefined, '--data-format'],
    ['data info', 'data.format', undefined, '--format'],
    ['dissect', 'data.segmenters[].file', undefined, '--segmenter'],
    ['dissect', 'models[].file', undefined, '--model'],
    ['dissect', 'models[].layer', undefined, '--model FILE:LAYER'],
    ['dissect', 'models[].family', undefined, undefined],
    ['dissect', 'models[].input.width', undefined, '--input'],
    ['dissect', 'models[].input.layout', 'NHWC', '--input "{layout: NHWC}"'],
    ['dissect', 'models[].input', '{channels: grey}', '--input "{channels: grey}"'],
    ['dissect', 'runtime.keptMapsMegabytes', undefined, '--kept-maps-megabytes'],
    ['dissect', 'runtime.secondPass', 'true', '--second-pass'],
    ['data info', 'encoding', undefined, '--encoding'],
    ['dissect', 'gallery.place', 'folder', '--gallery folder'],
    ['dissect', 'data.vocabulary.synonyms', undefined, undefined],
    ['place', 'data.skipBad', 'true', undefined],
  ])('%s gives %s %s by %s', (command, path, value, flag) => {
    expect(flagOfSetting(flagRows(command), path, value)).toBe(flag);
  });
});
