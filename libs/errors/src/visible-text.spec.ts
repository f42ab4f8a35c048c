import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError, visibleText } from './index.ts';

describe(visibleText, () => {
  it('writes control characters out and leaves all other text as it is', () => {
    expect(visibleText('a\u001b[31mred\u0007\u009b2K\u007f\u202eb\n')).toBe(
      String.raw`a\u001b[31mred\u0007\u009b2K\u007f\u202eb\u000a`,
    );
    expect(visibleText('two\nlines\té😀 \u001b', '\n\t')).toBe('two\nlines\té😀 \\u001b');
    expect(visibleText('half \ud800 of one')).toBe(String.raw`half \ud800 of one`);
  });

  it('gives JSON that reads back to the same text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visibleText(JSON.stringify({ text }, undefined, 2), '\n');
        expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
        expect(JSON.parse(shown)).toEqual({ text });
      }),
    );
  });
});

describe(InputError, () => {
  it('keeps the place of an error on one line, whatever the file is called', () => {
    expect(new InputError('X', 'is bad', { file: 'a\nb.csv', line: 2, column: 'c\u001bd' }).message).toBe(
      String.raw`a\u000ab.csv, line 2, column "c\u001bd": is bad`,
    );
  });
});
