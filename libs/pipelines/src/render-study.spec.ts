import { compareEmbeddings } from '@intermodel/embedding';
import { tinyUnitMatches, type TinyUnit } from '@intermodel/testing';
import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { embedUnits } from './embed-units.ts';
import { renderStudy } from './render-study.ts';

/** Models with so many units for dog and for sky. */
const unitsOf = (counts: Readonly<Record<string, readonly [dog: number, sky: number]>>) =>
  tinyUnitMatches(
    Object.fromEntries(
      Object.entries(counts).map(([model, [dog, sky]]) => [
        model,
        [
          ...Array.from({ length: dog }, (): TinyUnit => ['dog', 'object', 0.5]),
          ...Array.from({ length: sky }, (): TinyUnit => ['sky', 'object', 0.5]),
        ],
      ]),
    ),
  );
const embed = (counts: Readonly<Record<string, readonly [number, number]>>) =>
  lastValueFrom(of(unitsOf(counts)).pipe(embedUnits({ components: 2, clusters: 2, normalisation: 'count' })));
const record = { title: 'Small', command: 'intermodel embed', options: {}, inputs: [], warnings: [] };

describe(renderStudy, () => {
  it('tells in page and Markdown what changed since an earlier run', async () => {
    const common = { a: [1, 9], b: [4, 2], c: [7, 7], d: [2, 5] } as const;
    const [earlier, present] = [await embed({ ...common, old: [9, 1] }), await embed({ ...common, fresh: [3, 8] })];
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
