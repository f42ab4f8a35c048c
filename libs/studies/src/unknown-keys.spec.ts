import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { checkStudyShape } from './check-study-shape.ts';
import { studyOptions } from './options/option-table.ts';
import { parseStudyText } from './parse-study-text.ts';
import { StudyFileError } from './study-problems.ts';

type Json = Record<string, unknown>;

const problemsOf = (content: object) => {
  const parsed = parseStudyText(Buffer.from(stringify(content)));
  return new StudyFileError('study.yaml', checkStudyShape(parsed.content), parsed.findPlace).problems;
};

/** A study with a key at any path; wrong values stand before it, and what is required is missing all around. */
const studyWith = (path: string, value: unknown) => {
  const study: Json = { seed: 'often' };
  const keys = path.split('.');
  let group = study;
  for (const key of keys.slice(0, -1)) {
    const within: Json = {};
    group[key.replace('[]', '')] = key.endsWith('[]') ? [within] : within;
    group = within;
  }
  group[keys.at(-1) ?? ''] = value;
  return study;
};

/** A name with one letter less in its middle. */
const misspelt = (key: string) => key.slice(0, key.length >> 1) + key.slice((key.length >> 1) + 1);

describe('unknown keys of a study', () => {
  const paths = studyOptions.map(({ path }) => path).filter((path) => path !== '$schema' && !/\bstd$/u.test(path));

  it.each(paths)('%s misspelt is told first, with the nearest name', (path) => {
    const key = path.split('.').at(-1) ?? '';
    const [first, ...others] = problemsOf(studyWith(path.slice(0, path.length - key.length) + misspelt(key), 1));
    expect(first?.problem).toBe(
      `there is no key "${misspelt(key)}" ${path.includes('.') ? `in ${path.slice(0, -key.length - 1).replaceAll('[]', '[0]')}` : 'in a study'}`,
    );
    expect(first?.hint).toContain(`Did you mean "${key}"?`);
    expect(others.map(({ key: at }) => at)).toContain('seed');
    // What is missing because of it is not told too.
    expect(others.map(({ problem }) => problem)).not.toContain(`${path.replaceAll('[]', '[0]')} is missing`);
  });

  it('are told before all else, in the order of the file', () => {
    expect(problemsOf({ modles: [], seed: 'often', gallery: { unts: 1 } }).map(({ problem }) => problem)).toEqual([
      'there is no key "modles" in a study',
      'there is no key "unts" in gallery',
      'is "often"',
    ]);
  });

  it('are pointed to where they belong, if they are keys of another group', () => {
    const hint = (content: object) => problemsOf(content)[0]?.hint;
    expect(hint({ threads: 2 })).toMatch(/^Did you mean "runtime\.threads"\?/u);
    expect(hint({ runtime: { Layer: 'x' } })).toMatch(/^Did you mean "models\[\]\.layer"\?/u);
    expect(hint({ images: 'photos' })).toMatch(
      /^Did you mean "data\.images" or "tasks\[\]\.images" or "gallery\.images"\?/u,
    );
    expect(hint({ gallery: { Units: 3 } })).toMatch(/^Did you mean "units"\?/u);
  });
});
