import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawScene } from '../draw-scene.ts';
import { imageSide } from '../halve-drawing.ts';
import { parseNuisance } from '../nuisances.ts';
import { runLengths } from './coco-layout.ts';
import { encodeDepths, encodeNormals } from './geometry-layout.ts';
import { writeWorld, type WriteWorldOptions } from './write-world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'world-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (...parts: string[]) => path.join(folder, ...parts);
const few = { images: 10 } as const;

function bytesOf(place: string): Record<string, string> {
  const files = readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((file) => {
      const name = path.join(file.parentPath, file.name);
      return [path.relative(place, name), createHash('sha256').update(readFileSync(name)).digest('hex')];
    }),
  );
}

describe('the files of a world', () => {
  it('are the same bytes again, and other ones for another seed', async () => {
    await writeWorld(at('one'), few);
    await writeWorld(at('two'), few);
    await writeWorld(at('three'), { ...few, seed: 1 });
    expect(bytesOf(at('two'))).toEqual(bytesOf(at('one')));
    expect(bytesOf(at('three'))['images/000000.png']).not.toBe(bytesOf(at('one'))['images/000000.png']);
  });

  it('do not depend on how many there are', async () => {
    await writeWorld(at('ten'), few);
    await writeWorld(at('twelve'), { images: 12 });
    const [ten, twelve] = [bytesOf(at('ten')), bytesOf(at('twelve'))];
    for (const name of Object.keys(ten).filter((each) => /\d{6}/u.test(each))) expect(twelve[name]).toBe(ten[name]);
  });

  it('are left alone where they are the same, and drawn again where one is missing or the options differ', async () => {
    const draw = (options: WriteWorldOptions) => writeWorld(at('world'), options);
    expect(await draw(few)).toBe(true);
    expect(await draw(few)).toBe(false);
    rmSync(at('world', 'depth', '000003.png'));
    expect(await draw(few)).toBe(true);
    expect(await draw({ ...few, seed: 5 })).toBe(true);
    expect(await draw({ ...few, seed: 5 })).toBe(false);
  });

  it('tell what images are in which part', async () => {
    await writeWorld(at('world'), few);
    const rows = readFileSync(at('world', 'classes', 'scenes.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    expect(rows.map((row) => row.split(',')[2])).toEqual([...Array<string>(7).fill('train'), 'val', 'test', 'test']);
    expect(rows.map((row) => row.split(',')[1])).toEqual(
      Array.from({ length: 10 }, (_, image) => drawScene({ seed: 0, image }).scene),
    );
  });

  it('leave nothing behind when they are stopped', async () => {
    const controller = new AbortController();
    const stopped = writeWorld(at('world'), {
      images: 100,
      signal: controller.signal,
      onImage: (done) => {
        if (done === 20) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('do not replace what is no world', async () => {
    writeFileSync(at('mine.txt'), 'mine');
    await expect(writeWorld(folder, few)).rejects.toMatchObject({ code: 'OUTPUT_NOT_EMPTY' });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });

  it.each([
    ['images', 9],
    ['images', 2.5],
    ['images', 100_001],
    ['seed', -1],
    ['seed', 0.5],
  ])('refuse %s: %d', async (option, value) => {
    await expect(writeWorld(at('world'), { ...few, [option]: value })).rejects.toMatchObject({ code: 'OPTION_VALUE' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('refuses nuisances that contradict each other', async () => {
  const cars = ['car=red', 'car=blue'].map(parseNuisance);
  await expect(writeWorld(at('world'), { ...few, nuisances: cars })).rejects.toMatchObject({ code: 'NUISANCE_TWICE' });
});

describe('samples', () => {
  it('of a run-length mask go column by column, from those outside', () => {
    const plane = new Uint8Array(imageSide * imageSide);
    // Two pixels of the first column, and one of the second.
    for (const [x, y] of [
      [0, 1],
      [0, 2],
      [1, 0],
    ] as const)
      plane[y * imageSide + x] = 7;
    expect(runLengths(plane, 7)).toEqual([1, 2, 61, 1, imageSide * imageSide - 65]);
    expect(runLengths(plane, 3)).toEqual([imageSide * imageSide]);
    plane[0] = 3;
    expect(runLengths(plane, 3)).toEqual([0, 1, imageSide * imageSide - 1]);
  });

  it('of normals are (n + 1) / 2 of 255, and black without one', () => {
    expect([...encodeNormals(Float32Array.of(-1, 0, 1, 0, 0, 0))]).toEqual([0, 128, 255, 0, 0, 0]);
  });

  it('of depths are millimetres, up to the largest of 16 bits', () => {
    expect([...encodeDepths(Float32Array.of(0, 1.2345, 100))]).toEqual([0, 1235, 65_535]);
  });
});
