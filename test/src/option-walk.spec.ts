import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { studyOptions } from '@intermodel/studies';
import { describe, expect, it } from 'vitest';
import { root } from './command-line.ts';

/** Files that a walk of one option may enter, beside the table of options and what is generated from it. */
const mostFiles = 6;

/** Source files of the program, without comments. */
const sources = [
  'apps/cli',
  ...readdirSync(path.join(root, 'libs'))
    .filter((library) => library !== 'testing')
    .map((library) => `libs/${library}`),
].flatMap((project) =>
  readdirSync(path.join(root, project, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(?:spec|bench|test-d)\.ts$|fixtures\//u.test(name))
    .filter((name) => !(project === 'libs/studies' && /^(?:options\/|study-content\.ts$)/u.test(name)))
    .map((name) => ({
      name: `${project}/src/${name}`,
      text: readFileSync(path.join(root, project, 'src', name), 'utf8').replaceAll(
        /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu,
        '',
      ),
    })),
);

describe('an option of a study', () => {
  // Their names stand for nothing else, and one stage alone uses each.
  it.each([
    'data.maxPixels',
    'data.spatialParts.skipLastComponent',
    'data.imageLabels',
    'data.vocabulary.keepCategories',
    'gallery.thumbnailPixels',
    'matching.matchScope',
    'matching.ignoredPixels',
    'matching.minimumQuality',
    'runtime.batchSize',
    'runtime.imagesPerShard',
    'runtime.keptMapsMegabytes',
    'runtime.secondPass',
    'runtime.probeSeconds',
  ])('is named in few files from the command line to its kernel: %s', (option) => {
    expect(studyOptions.map((row) => row.path)).toContain(option);
    const name = option.split('.').at(-1) ?? '';
    const files = sources.filter(({ text }) => new RegExp(`\\b${name}\\b`, 'u').test(text)).map((file) => file.name);
    expect(files.length).toBeGreaterThan(0);
    expect(files.length, files.join(', ')).toBeLessThanOrEqual(mostFiles);
  });
});
