import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { noteLine, textTable } from './output.ts';

describe('output', () => {
  it('goes through one file, which writes control characters out', () => {
    const writers = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .filter((name) =>
        /process\.std(?:out|err)\.write|console\./u.test(readFileSync(path.join(import.meta.dirname, name), 'utf8')),
      );
    expect(writers).toEqual(['terminal.ts']);
  });

  it('pads text on the right and numbers on the left', () => {
    const rows = [['x', 1] as const, ['long', 22] as const];
    expect(textTable(['a', 'n'], rows)).toBe('a      n\nx      1\nlong  22');
  });

  it('keeps cells and notes on one line', () => {
    expect(textTable(['model'], [['a\nb\u001b[31m']])).toBe(`model\n${String.raw`a\u000ab\u001b[31m`}`);
    expect(noteLine({ subject: 'a\nb', text: 'one\u0007' })).toBe(String.raw`note: a\u000ab: one\u0007`);
  });
});
