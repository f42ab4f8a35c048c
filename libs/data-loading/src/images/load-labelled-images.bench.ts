import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { drawScenes, writePlainLayout } from '@intermodel/testing';
import { decode } from 'fast-png';
import { from, lastValueFrom, toArray } from 'rxjs';
import sharp from 'sharp';
import { bench, describe } from 'vitest';
import type { LabelledImageSet } from './labelled-image-set.ts';
import { listLabelledImages } from './list-labelled-images.ts';
import { loadLabelledImages } from './load-labelled-images.ts';

// 64 photographs of 500 x 375 as JPEG with two label planes each, to 224 x 224 and 56 x 56.
const count = 64;
const set = await photographs();
const geometry = { width: 224, height: 224 };
const once = { time: 0, iterations: 5, warmupTime: 0, warmupIterations: 1 };

describe(`load ${String(count)} images with two label planes (images/s = ${String(count)} x hz)`, () => {
  bench(
    'loadLabelledImages',
    async () => {
      const batches = await lastValueFrom(
        from(set.images).pipe(loadLabelledImages({ geometry, vocabulary: set.vocabulary }), toArray()),
      );
      const rows = batches.reduce((sum, { numRows }) => sum + numRows, 0);
      if (rows !== count) throw new Error(`${String(rows)} images instead of ${String(count)}`);
    },
    once,
  );
  bench(
    'rival: one after the other, sharp and fast-png',
    async () => {
      let bytes = 0;
      for (const { file, labels } of set.images) {
        bytes += (await sharp(file).resize(224, 224, { fit: 'fill', kernel: 'linear' }).raw().toBuffer()).length;
        for (const label of labels)
          if (label.kind === 'png') bytes += decode(readFileSync(label.file)).width > 0 ? 0 : 1;
      }
      if (bytes !== count * 224 * 224 * 3) throw new Error(`${String(bytes)} bytes`);
    },
    once,
  );
});

async function photographs(): Promise<LabelledImageSet> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const layout = writePlainLayout(folder, drawScenes({ count, width: 500, height: 375 }));
  const listed = await listLabelledImages(layout);
  await Promise.all(
    listed.images.map(async ({ file }) => {
      writeFileSync(file, await sharp(file).jpeg({ quality: 90 }).toBuffer());
    }),
  );
  return listed;
}
