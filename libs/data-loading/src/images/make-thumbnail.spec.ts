import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeThumbnail, resolveGeometry } from '../index.ts';

describe(makeThumbnail, () => {
  it('shows the image as the model saw it, at most as large as asked, the same bytes each time', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'thumbnail-'));
    try {
      const file = path.join(folder, 'wide.png');
      // Left half red, right half blue, twice as wide as high: the centre crop has both.
      await sharp({ create: { width: 200, height: 100, channels: 3, background: 'red' } })
        .composite([
          { input: { create: { width: 100, height: 100, channels: 3, background: 'blue' } }, left: 100, top: 0 },
        ])
        .png()
        .toFile(file);
      const geometry = resolveGeometry({ width: 96, height: 96, resize: 'shortest-side' });
      const one = await makeThumbnail(file, geometry, 48);
      const other = await makeThumbnail(file, geometry, 48);
      expect([one.width, one.height, one.type]).toEqual([48, 48, 'image/jpeg']);
      expect(one.bytes).toEqual(other.bytes);
      const { data } = await sharp(one.bytes).raw().toBuffer({ resolveWithObject: true });
      const at = (row: number, column: number) =>
        [...data.subarray((row * 48 + column) * 3, (row * 48 + column) * 3 + 3)].map((value) =>
          Math.round(value / 255),
        );
      expect([at(24, 4), at(24, 43)]).toEqual([
        [1, 0, 0],
        [0, 0, 1],
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
