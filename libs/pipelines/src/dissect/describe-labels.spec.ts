import { cpSync, renameSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vocabularyHealth } from '@intermodel/data-loading';
import { healthOptions } from '@intermodel/outputs';
import { defineStudy, type StudyContent } from '@intermodel/studies';
import { buildOnnxModel, drawScenes, writePlainLayout } from '@intermodel/testing';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeStudyData } from '@intermodel/inputs';
import { runStudy, type StudyEvent } from '../run/run-study.ts';

let root = '';
const at = (...parts: string[]) => path.join(root, ...parts);
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'labels-'));
  writePlainLayout(at('drawn'), drawScenes({ count: 9, width: 64, height: 48 }));
  writeFileSync(at('few.csv'), readFileSync(at('drawn', 'labels.csv'), 'utf8').replace(/^2,.*\n/mu, ''));
  const weights = Array.from({ length: 12 }, (_, place) => Math.sin(place));
  for (const name of ['a', 'b']) {
    writeFileSync(
      at(`${name}.onnx`),
      buildOnnxModel({
        inputs: [{ name: 'input', dims: ['batch', 3, 32, 32] }],
        outputs: [{ name: 'maps', dims: ['batch', 4, 32, 32] }],
        nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] }],
        initializers: { weights: { dims: [4, 3, 1, 1], data: name === 'a' ? weights : weights.toReversed() } },
      }),
    );
  }
});
beforeEach(() => {
  for (const name of ['data', 'out']) rmSync(at(name), { recursive: true, force: true });
  cpSync(at('drawn'), at('data'), { recursive: true });
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const study = (data: Partial<StudyContent['data']> = {}, more: Partial<StudyContent> = {}) =>
  defineStudy(
    {
      data: { images: 'data/images', labels: 'data/labels', labelNames: 'data/labels.csv', ...data },
      models: ['a', 'b'].map((name) => ({
        name,
        file: `${name}.onnx`,
        layer: 'maps',
        input: { width: 32, height: 32, preset: 'zero-one' },
      })),
      runtime: { imagesPerShard: 4 },
      gallery: { units: 0 },
      embedding: { components: 1, clusters: 1 },
      ...more,
    },
    { folder: root },
  );
const run = (content: ReturnType<typeof study>, hear: (event: StudyEvent) => void = () => undefined) =>
  lastValueFrom(runStudy(content, { out: at('out'), concurrency: 1 }).pipe(tap(hear), toArray()));

describe('labels of a run', () => {
  it.each([
    ['label files', {}, {}],
    ['label files, with images that may be bad', { skipBad: true }, {}],
    ['colours and halves of objects', { colours: true, spatialParts: true }, {}],
    ['pixels that nobody judged', { ignore: 2, labelNames: 'few.csv' }, { matching: { ignoredPixels: 'left-out' } }],
  ] satisfies [string, Partial<StudyContent['data']>, Partial<StudyContent>][])(
    'are described without reading a file twice: %s',
    async (_what, data, more) => {
      const content = study(data, more);
      const { description } = await describeStudyData(content);
      const { concepts } = vocabularyHealth(description, healthOptions(content.matching));
      // What is read meanwhile is missed.
      const moved: string[] = [];
      await run(content, (event) => {
        if (!('step' in event) || event.step !== 'description') return;
        for (const folder of ['images', 'labels']) {
          if (event.kind === 'step-started') renameSync(at('data', folder), at('data', `no-${folder}`));
          if (event.kind === 'step-done') renameSync(at('data', `no-${folder}`), at('data', folder));
        }
        moved.push(event.kind);
      });
      expect(moved).toEqual(['step-started', 'step-done']);
      const rows = readFileSync(at('out', 'vocabulary.csv'), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','));
      expect(
        rows.map(([name, category, images, coverage, reachable]) => [
          name,
          category,
          Number(images),
          Number(coverage),
          Number(reachable),
        ]),
      ).toEqual(
        concepts.map(({ name, category, images, areaShare, highestIou }) => [
          name,
          category,
          images,
          areaShare,
          highestIou,
        ]),
      );
    },
  );

  it('are described without an image that was passed over', async () => {
    truncateSync(at('data', 'labels', 'scene-003.png'), 40);
    const content = study({ skipBad: true });
    const { health } = await describeStudyData(content);
    await run(content);
    const [, ...rows] = readFileSync(at('out', 'vocabulary.csv'), 'utf8').trimEnd().split('\n');
    expect(rows.map((line) => Number(line.split(',')[3]))).toEqual(health.concepts.map(({ areaShare }) => areaShare));
  });
});
