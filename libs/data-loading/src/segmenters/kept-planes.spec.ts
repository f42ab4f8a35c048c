import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeColourSegmenter, writeFile, writePng } from '@intermodel/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { neededPlaneKeys, pruneKeptPlanes, usedPlaneKeys } from './kept-planes.ts';
import { segmentImages } from './segment-images.ts';
import type { SegmentImagesOptions } from './segment-options.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'kept-'));
  for (const [index, name] of ['a', 'b', 'c'].entries())
    writePng(at('images', `${name}.png`), {
      width: 4,
      height: 2,
      channels: 3,
      data: new Uint8Array(24).fill(80 * index),
    });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const options = (more: Partial<SegmentImagesOptions> = {}): SegmentImagesOptions => {
  const file = writeColourSegmenter(at('m.onnx'), {
    heads: [{ name: 'out', classes: 2, weights: { 0: [1, 0, 0], 1: [0, 1, 0] } }],
  });
  const input = {
    height: 2,
    width: 4,
    filter: 'nearest',
    channels: 'rgb',
    scale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
  } as const;
  return {
    images: at('images'),
    segmenters: [{ file, input, heads: [{ tensor: 'out', category: 'object', classes: [{ index: 0, name: 'red' }] }] }],
    labelCache: at('cache'),
    ...more,
  };
};
const files = () =>
  readdirSync(at('cache'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.planes'))
    .sort();

describe(neededPlaneKeys, () => {
  it('names the planes that a run makes, without running anything', async () => {
    const needed = await neededPlaneKeys(options());
    expect([needed.size, existsSync(at('cache'))]).toEqual([3, false]);
    const { images } = await segmentImages(options());
    expect([...usedPlaneKeys(images)].sort()).toEqual([...needed].sort());
    expect(files().map((name) => path.basename(name, '.planes'))).toEqual([...needed].sort());
    // Other choices are other planes; names and the number of threads are none.
    expect([...(await neededPlaneKeys(options({ background: [0, 0, 0] })))].filter((key) => needed.has(key))).toEqual(
      [],
    );
    expect([...(await neededPlaneKeys(options({ executionProviders: ['cpu'], threads: 1 })))]).toEqual([...needed]);
  });
});

describe(pruneKeptPlanes, () => {
  it('removes what no study needs, and what stopped writers left, but nothing else', async () => {
    const { images } = await segmentImages(options());
    await segmentImages(options({ background: [0, 0, 0] }));
    expect(files()).toHaveLength(6);
    const [one = ''] = files();
    writeFile(at('cache', path.dirname(one), `.${path.basename(one)}.0badcafe.partial`), 'half');
    writeFile(at('cache', 'notes.txt'), 'mine');
    writeFile(at('cache', one.slice(0, 2), 'mine.planes'), 'mine');
    const needed = usedPlaneKeys(images);
    const sizes = files()
      .filter((name) => !needed.has(path.basename(name, '.planes')) && !name.endsWith('mine.planes'))
      .map((name) => statSync(at('cache', name)).size);
    const pruned = { kept: 3, removed: 4, removedBytes: sizes.reduce((sum, size) => sum + size, 0) };
    const before = files();
    expect(pruneKeptPlanes(at('cache'), needed, { dryRun: true })).toEqual(pruned);
    expect(files()).toEqual(before);
    expect(pruneKeptPlanes(at('cache'), needed)).toEqual(pruned);
    expect(
      files()
        .map((name) => path.basename(name, '.planes'))
        .sort(),
    ).toEqual([...needed, 'mine'].sort());
    expect(existsSync(at('cache', 'notes.txt'))).toBe(true);
    // What is needed is still found, and what was removed is made anew.
    const times = files().map((name) => statSync(at('cache', name)).mtimeMs);
    await segmentImages(options());
    expect(files().map((name) => statSync(at('cache', name)).mtimeMs)).toEqual(times);
    await segmentImages(options({ background: [0, 0, 0] }));
    expect(files()).toHaveLength(7);
  });

  it('spares what was written since a time, removes empty folders, and takes a missing folder for an empty one', async () => {
    await segmentImages(options());
    const [one = '', ...others] = files();
    utimesSync(at('cache', one), new Date(1000), new Date(1000));
    expect(pruneKeptPlanes(at('cache'), new Set(), { before: new Date(2000) })).toMatchObject({ kept: 2, removed: 1 });
    expect(files()).toEqual(others);
    expect(pruneKeptPlanes(at('cache'), new Set())).toMatchObject({ kept: 0, removed: 2 });
    expect(readdirSync(at('cache'))).toEqual([]);
    expect(pruneKeptPlanes(at('nowhere'), new Set())).toEqual({ kept: 0, removed: 0, removedBytes: 0 });
  });
});
