import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { estimateKeptBytes } from '@intermodel/numerics';
import { memoryStore } from '@intermodel/steps';
import { defineStudy } from '@intermodel/studies';
import { buildOnnxModel, drawScenes, writePlainLayout, type PlainLayout } from '@intermodel/testing';
import { lastValueFrom, tap } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDisk } from './check-disk.ts';
import type { DissectionEvent } from './dissect-events.ts';
import { dissectStudy } from '../graph/dissect-study.ts';

let root = '';
let layout: PlainLayout;
const at = (...parts: string[]) => path.join(root, ...parts);
const [images, units, sides] = [6, 5, [16, 24]] as const;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'disk-'));
  layout = writePlainLayout(at('data'), drawScenes({ count: images, width: 64, height: 48 }));
  for (const side of sides) {
    writeFileSync(
      at(`m${String(side)}.onnx`),
      buildOnnxModel({
        inputs: [{ name: 'input', dims: ['batch', 3, side, side] }],
        outputs: [{ name: 'maps', dims: ['batch', units, side, side] }],
        nodes: [{ op: 'Conv', inputs: ['input', 'weights'], outputs: ['maps'] }],
        initializers: {
          weights: { dims: [units, 3, 1, 1], data: Array.from({ length: units * 3 }, (_, place) => Math.sin(place)) },
        },
      }),
    );
  }
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const layerOf = (side: number) => ({ images, units, mapSize: side * side });
const needOf = (side: number) => estimateKeptBytes(layerOf(side)).likely;

describe(checkDisk, () => {
  it('refuses maps that do not fit, and says how much is needed, free, and where', () => {
    const layers = [layerOf(16), layerOf(24)];
    const need = needOf(16) + needOf(24);
    checkDisk(at('store'), layers, () => need);
    expect(existsSync(at('store'))).toBe(true);
    expect(() => {
      checkDisk(at('store'), layers, () => need - 1);
    }).toThrow(
      expect.objectContaining({
        code: 'DISK_TOO_SMALL',
        message: expect.stringMatching(/2 layers over 6 images need about 1 MiB/u) as string,
        details: expect.objectContaining({ file: at('store') }) as object,
      }),
    );
  });

  it('asks the system what is free', () => {
    checkDisk(at('store'), [layerOf(16)]);
    expect(() => {
      checkDisk(at('store'), [{ images: 1e12, units: 2048, mapSize: 3136 }]);
    }).toThrow(expect.objectContaining({ code: 'DISK_TOO_SMALL' }));
  });
});

describe(dissectStudy, () => {
  /** Dissects a model of each side; these sides share no pass. */
  const run = (free: number, store = memoryStore()) => {
    const study = defineStudy({
      data: { ...layout },
      models: sides.map((side) => ({
        name: `m${String(side)}`,
        file: at(`m${String(side)}.onnx`),
        layer: 'maps',
        input: { width: side, height: side, preset: 'zero-one' as const },
      })),
      gallery: { units: 0 },
    });
    const events: DissectionEvent[] = [];
    const running = lastValueFrom(
      dissectStudy(study, { store, concurrency: 1, storeFolder: at('store'), freeBytes: () => free }).pipe(
        tap((event) => events.push(event)),
      ),
    );
    const done = () => events.flatMap((event) => (event.kind === 'model' ? [event.model.name] : []));
    return {
      running,
      done,
      computed: () => events.flatMap((event) => (event.kind === 'step-done' ? [event.step] : [])),
    };
  };

  it('refuses before the first pass what only all models together do not fit', async () => {
    const { running, computed } = run(Math.max(...sides.map(needOf)));
    await expect(running).rejects.toMatchObject({ code: 'DISK_TOO_SMALL' });
    expect(computed().filter((step) => step !== 'model')).toEqual([]);
  });

  it('asks for no room for what is stored already', async () => {
    const store = memoryStore();
    const first = run(needOf(16) + needOf(24), store);
    await first.running;
    expect(first.done()).toEqual(['m16', 'm24']);
    const again = run(0, store);
    await again.running;
    expect(again.done()).toEqual(['m16', 'm24']);
  });
});
