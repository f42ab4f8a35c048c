import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStudyText, studyFileBytes, studyValues } from './parse-study-text.ts';
import { StudyFileError } from './study-problems.ts';

const parse = (text: string) => parseStudyText(Buffer.from(text), 'study.yaml');
const failure = (text: string | Uint8Array): StudyFileError => {
  try {
    parseStudyText(typeof text === 'string' ? Buffer.from(text) : text, 'study.yaml');
  } catch (error) {
    if (error instanceof StudyFileError) return error;
    throw error;
  }
  throw new Error('was read');
};

describe(parseStudyText, () => {
  it('says where keys and entries of lists stand, also behind aliases', () => {
    const { content, findPlace } = parse(
      '# study\nmodels:\n  - name: a\n    input: &small\n      width: 32\n  - name: b\n    input: *small\nscores:\n  - one.csv\n  - two.csv\n',
    );
    expect(content).toEqual({
      models: [
        { name: 'a', input: { width: 32 } },
        { name: 'b', input: { width: 32 } },
      ],
      scores: ['one.csv', 'two.csv'],
    });
    expect(findPlace(['models', 0, 'input'])).toEqual({ line: 4, column: 5, text: '    input: &small' });
    expect(findPlace(['models', 1, 'input', 'width'])).toMatchObject({ line: 5, column: 7 });
    expect(findPlace(['scores', 1])).toMatchObject({ line: 10, column: 5 });
    expect(findPlace(['models', 1, 'file'])).toMatchObject({ line: 6, column: 5 });
    expect(findPlace([])).toMatchObject({ line: 2, column: 1 });
  });

  it('takes the last anchor above an alias', () => {
    expect(parse('a: &x 1\nb: *x\nc: &x 2\nd: *x').content).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it('keeps dates and binary values as text', () => {
    expect(parse('title: 2022-07-01').content).toEqual({ title: '2022-07-01' });
    expect(parse('%YAML 1.1\n---\ntitle: 2022-07-01\nbytes: !!binary aGk=').content).toEqual({
      title: '2022-07-01',
      bytes: 'aGk=',
    });
  });

  it('takes what only YAML 1.1 or a tag makes another kind of value as it is written', () => {
    expect(parse('title: !!merge x\nabstract: !!binary aGk=').content).toEqual({ title: 'x', abstract: 'aGk=' });
    expect(parse('%YAML 1.1\n---\na: &a {x: 1}\nb: {<<: *a, z: 2}\nc: <<').content).toEqual({
      a: { x: 1 },
      b: { '<<': { x: 1 }, z: 2 },
      c: '<<',
    });
    expect(parse('!!merge k: 1\n? !!timestamp 2022-07-01\n: 2').content).toEqual({ k: 1, '2022-07-01': 2 });
  });

  it('reads maps of a hundred thousand keys, and that many aliases, in time that grows with their number alone', () => {
    const keys = (count: number) => Array.from({ length: count }, (_, index) => `k${String(index)}: 1\n`).join('');
    expect(Object.keys(parse(keys(100_000)).content as object)).toHaveLength(100_000);
    expect(failure(`${keys(100_000)}k7: 2\n`)).toMatchObject({
      details: { line: 100_001 },
      message: expect.stringMatching(/Map keys must be unique/u) as string,
    });
    expect((parse(`a: &a 1\nb:\n${'- *a\n'.repeat(90_000)}`).content as { b: number[] }).b).toHaveLength(90_000);
  });

  it.each(['1: a\n"1": b', '{a: 1, "a": 2}', 'm:\n  - {x: 1}\n  - {x: 1, y: 2, x: 3}'])(
    'refuses a key given twice, however it is written: %j',
    (text) => {
      expect(failure(text).message).toMatch(/Map keys must be unique/u);
    },
  );

  it('refuses texts of more parts than a study can have', () => {
    expect(failure('{}'.repeat(700_000)).message).toMatch(/holds too many values[\s\S]*at most 200000 values/u);
  });

  it('reads JSON of any kind as JSON.parse does, with a mark of byte order and tabs', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parse(`\uFEFF${text}`).content).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['a tab as indentation', 'data:\n\timages: photos', 2, /spaces/u],
    ['a bracket that stays open', 'data: { images: photos\nmodels: []', 2, /brackets/u],
    ['a key given twice', 'seed: 1\ntitle: a\nseed: 2', 3, /Remove one/u],
    ['a backslash in double quotes', 'title: a\ndata: "C:\\models"', 2, /single quotes/u],
    ['a tag', 'title: !!js/function a', 1, /Remove the tag/u],
    ['two documents', 'seed: 1\n---\nseed: 2', 2, /one study a file/u],
    ['an alias without anchor', 'seed: 1\ntitle: *name', 2, /anchor/u],
    ['an alias above its anchor', 'title: *name\nother: &name a', 1, /anchor/u],
    ['a list as a key', 'seed: 1\n? [a]\n: b', 2, /plain text/u],
    ['a colon within a value', 'seed: 1\ntitle: part 1: the end', 2, /quotes/u],
  ])('refuses %s, with line and remedy', (_case, text, line, message) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'STUDY_FILE', details: { file: 'study.yaml', line } });
    expect(error.message).toMatch(message);
  });

  it('marks the character under the line', () => {
    expect(failure('data:\n  images: "a\\m"').message).toContain('\n  2 |   images: "a\\m"\n    |             ^\n');
  });

  it('refuses what is not text in UTF-8', () => {
    for (const bytes of [
      Buffer.from('seed: 1', 'utf16le'),
      Buffer.from([0xff, 0xfe, 0x61]),
      Buffer.from([0x61, 0x3a, 0x20, 0xe9]),
    ])
      expect(failure(bytes).message).toMatch(/UTF-8/u);
    expect(failure(' '.repeat(studyFileBytes + 1)).message).toMatch(/bytes/u);
  });

  it('refuses texts that expand without bound, or endlessly, through aliases', () => {
    const letters = 'abcdefgh'.split('');
    const bomb = letters
      .map(
        (letter, index) =>
          `${letter}: &${letter} [${Array<string>(10)
            .fill(index === 0 ? 'x' : `*${letters[index - 1] ?? ''}`)
            .join(', ')}]`,
      )
      .join('\n');
    expect(failure(bomb).message).toContain(`at most ${String(studyValues)} values`);
    expect(failure('a: &a [*a]').message).toMatch(/expands too far/u);
    expect(failure('a: &a\n  b: *a').message).toMatch(/expands too far/u);
  });

  // Unchecked, these end the process: the parser exhausts memory or stack.
  it.each([
    ['[', 20_000],
    ['- ', 20_000],
    ['{a: ', 20_000],
    ['? ', 20_000],
    ['[{a: ', 300],
    ['}\n--- ]\n[', 20_000],
  ])('refuses %j nested too deep', (opening, times) => {
    expect(failure(opening.repeat(times)).code).toBe('STUDY_FILE');
  });

  it('fails on no text with another error than its own', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '&x ',
      '*x',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '>',
      '#',
      '!t',
      '---',
      '?',
      '\t',
      '\\',
      '%',
      '1',
      '\r\n',
      '<<',
      '!!merge ',
      '!!set ',
      '!!omap ',
      '!!pairs ',
      '!!float ',
      '!!timestamp ',
      '%YAML 1.1\n---\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parse(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(StudyFileError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
