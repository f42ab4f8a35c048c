import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellLine, shellWord } from './shell-word.ts';

describe(shellWord, () => {
  it('leaves plain words as they are, and quotes all others', () => {
    expect(['--task', '/data/a-b_c.json', 'a=b'].map(shellWord)).toEqual(['--task', '/data/a-b_c.json', 'a=b']);
    expect(["it's", '', '$(id)', 'a b', '~'].map(shellWord)).toEqual([`'it'\\''s'`, `''`, `'$(id)'`, `'a b'`, `'~'`]);
  });
});

describe(shellLine, () => {
  it('gives a shell the words that it was given, whatever is in them', () => {
    const awkward = fc.constantFrom(
      "'",
      '"',
      '$',
      '`',
      '\\',
      '\n',
      ' ',
      '!',
      '*',
      '~',
      '#',
      '&',
      ';',
      '|',
      '(',
      'ä',
      'a',
    );
    const word = fc.oneof(
      fc.array(awkward, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0')),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        const read = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(words)}`], { encoding: 'utf8' });
        expect(read.split('\0').slice(0, -1)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });
});
