import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DataContent } from '@intermodel/studies';
import { drawScenes, writePlainLayout, type PlainLayout } from '@intermodel/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
