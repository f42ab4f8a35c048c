import { describe, expect, it } from 'vitest';
import { accuracy, angle, logMe } from '../fixtures/distinct-probes.ts';
import { parseDocument } from '../page/parse-document.ts';
import { drawDifferences } from './difference-matrix.ts';

const drawn = (...columns: readonly (typeof accuracy)[]) =>
  parseDocument(drawDifferences({ dataset: 'd', task: 't', columns }, ['a', 'b', 'c']).toString());

/** Left edge of each square of a path. */
const lefts = (path: { getAttribute(name: string): string | null } | undefined) =>
  [...(path?.getAttribute('d') ?? '').matchAll(/M([\d.]+) /gu)].map(([, left]) => Number(left));

describe(drawDifferences, () => {
  it('has a panel for each score that was compared, with the count of what is supported', () => {
    const texts = [...drawn(accuracy, logMe, angle).querySelectorAll('text')].map(({ textContent }) => textContent);
    expect(texts.filter((text) => text.endsWith('supported'))).toEqual(['1 of 3 supported', '1 of 1 supported']);
    expect(texts).not.toContain('LogME');
  });

  it('draws in the row of a model whom it beats, who beats it, and who is not told apart', () => {
    const page = drawn(accuracy);
    const rows = [...page.querySelectorAll('g > g')].map((row) => [...row.querySelectorAll('path')]);
    const signs = rows.map((paths) => paths.map((path) => path.getAttribute('fill')));
    expect(signs).toEqual([['var(--accent)', 'var(--quiet)'], ['none', 'var(--quiet)'], ['var(--quiet)']]);
    // The first row: b before c; the last one: a before b.
    const [b, c] = [lefts(rows[0]?.[0])[0] as number, lefts(rows[0]?.[1])[0] as number];
    expect(b).toBeLessThan(c);
    expect(lefts(rows[2]?.[0])).toHaveLength(2);
    expect([...page.querySelectorAll('g > title')].map(({ textContent }) => textContent)).toEqual([
      'a: better than b; not told apart from c',
      'b: worse than a; not told apart from c',
      'c: not told apart from a, b',
    ]);
  });

  it('calls the model with the smaller error better', () => {
    const titles = [...drawn(angle).querySelectorAll('g > title')].map(({ textContent }) => textContent);
    expect(titles).toEqual(['a: worse than b', 'b: better than a']);
  });
});
