import { compareEmbeddings } from '@intermodel/embedding';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import { describe, expect, it } from 'vitest';
import { embedMatches } from './fixtures/small-embedding.ts';
import { renderStudy } from './render-study.ts';

/** So many units for dog and for sky. */
const units = (dog: number, sky: number): TinyUnit[] => [
  ...Array.from({ length: dog }, (): TinyUnit => ['dog', 'object', 0.5]),
  ...Array.from({ length: sky }, (): TinyUnit => ['sky', 'object', 0.5]),
];
const record = { title: 'Small', command: 'intermodel embed', options: {}, inputs: [], warnings: [] };

describe(renderStudy, () => {
  it('tells in page and Markdown what changed since an earlier run', async () => {
    const common = { a: units(1, 9), b: units(4, 2), c: units(7, 7), d: units(2, 5) };
    const earlier = await embedMatches(tinyUnitMatches({ ...common, old: units(9, 1) }));
    const present = await embedMatches(tinyUnitMatches({ ...common, fresh: units(3, 8) }));
    const { 'report.html': html, 'report.md': markdown } = await renderStudy(
      present,
      record,
      { formats: ['html', 'md'] },
      { change: compareEmbeddings(earlier.points, present.points) },
    );
    for (const text of [html, markdown].map(String)) {
      expect(text).toContain('1 model is new: fresh.');
      expect(text).toContain('1 model is gone: old.');
      // Profiles of the shared models are the same, and two components hold all of them: a rigid motion leaves nothing.
      expect(text).toMatch(/they moved by 0\.000 \\?\(root mean square/u);
    }
    expect(String(html)).toContain('id="changes"');
    expect((await renderStudy(present, record))['report.html']).not.toContain('id="since"');
  });
});
