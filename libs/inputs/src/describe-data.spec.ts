import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataContent } from '@intermodel/studies';
import { drawScenes, writePlainLayout, type PlainLayout } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputError } from '@intermodel/streams';
import { describeData } from './describe-data.ts';

let root = '';
let layout: PlainLayout;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'describe-'));
  layout = writePlainLayout(root, drawScenes({ count: 40 }));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe(describeData, () => {
  it('goes by options of a study that are set beside, and is the same where they change nothing', async () => {
    const plain = await describeData(layout, { gate: 0.1 });
    expect(await describeData(layout, { gate: 0.1, set: ['seed=3'] })).toEqual(plain);
    expect((await describeData(layout, { gate: 0.1, set: ['matching.gate=0.2'] })).gate).toBe(0.2);
    expect((await describeData(layout, { set: ['matching.score=f1'] })).score.name).toBe('f1');
    const coloured = await describeData(layout, { set: ['data.colours=true'] });
    expect(coloured.description.categories.map(({ category }) => category)).toContain('color');
    const grid = await describeData(layout, { set: ['data.labelGrid={width: 8, height: 8}'] });
    expect(grid).toEqual(await describeData({ ...layout, labelGrid: { width: 8, height: 8 } }));
  });

  it.each([
    ['nonsense', 'OPTION_SET', /^`set: nonsense`: is no setting/u],
    ['data.maxPixles=5', 'OPTION_UNKNOWN', /data\.maxPixels/u],
    ['data.maxPixels=many', 'OPTION_VALUE', /^`set: data\.maxPixels`: is "many"/u],
    ['data.labels=', 'OPTION_VALUE', /`data\.labels` is missing/u],
  ])('refuses to set %s', async (set, code, text) => {
    const described = describeData(layout, { set: [set] });
    await expect(described).rejects.toThrow(text);
    await expect(described).rejects.toMatchObject({ code });
  });

  it('names the option of what is not there, of what a format has not, and of what labels have not', async () => {
    const refusal = async (content: Partial<DataContent>) => {
      try {
        await describeData({ ...layout, ...content });
      } catch (error) {
        return `${(error as InputError).code} ${(error as InputError).message}`;
      }
      throw new Error('was described');
    };
    expect(await refusal({ images: `${layout.images}s` })).toMatch(
      /^FILE_MISSING `data\.images`: there is no folder "[^"]*ss"\n[\s\S]*Did you mean "\/[^"]*\/images"\?/u,
    );
    expect(await refusal({ names: 'x' })).toMatch(
      /^DATA_OPTIONS `data\.names`: the format "plain" has no option "names"/u,
    );
    expect(await refusal({ vocabulary: { keep: ['skyy'] } })).toMatch(
      /"skyy"[\s\S]*Correct `data\.vocabulary\.keep`\.$/u,
    );
    expect(await refusal({ vocabulary: { keepCategories: ['objekt'] } })).toMatch(
      /Correct `data\.vocabulary\.keepCategories`\.$/u,
    );
  });

  it.each([
    ['labels', {}],
    ['labels and colours', { colours: true }],
  ] satisfies [string, Partial<DataContent>][])('stops while it reads %s', async (_what, more) => {
    const controller = new AbortController();
    const told: number[] = [];
    const described = describeData(
      { ...layout, ...more },
      {
        signal: controller.signal,
        onProgress: (done) => {
          told.push(done);
          if (done === 2) controller.abort(new Error('stopped'));
        },
      },
    );
    await expect(described).rejects.toThrow('stopped');
    expect(told.length).toBeLessThan(40);
  });

  it('stops while it counts which concepts are frequent', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(describeData({ ...layout, vocabulary: { minimumImages: 2 } }, { signal })).rejects.toThrow('stopped');
  });
});
