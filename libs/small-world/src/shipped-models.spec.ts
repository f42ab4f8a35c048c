import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plantedUnits, shippedModels } from './shipped-models.ts';
import { worldNames } from './vocabulary.ts';

const shipped = path.join(import.meta.dirname, '../models');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'models-'));
  for (const name of readdirSync(shipped)) copyFileSync(path.join(shipped, name), path.join(folder, name));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the networks of the world', () => {
  it('are those that were trained, each under a name of its own', () => {
    const models = shippedModels();
    expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
    expect(models.filter(({ isPlanted }) => isPlanted).map(({ name }) => name)).toEqual(['planted']);
    expect(shippedModels(folder).map(({ name }) => name)).toEqual(models.map(({ name }) => name));
  });

  it('are refused where one is damaged or missing', () => {
    writeFileSync(path.join(folder, 'simclr.onnx'), 'cut');
    expect(() => shippedModels(folder)).toThrow(expect.objectContaining({ code: 'MODEL_DAMAGED' }));
    rmSync(path.join(folder, 'simclr.onnx'));
    expect(() => shippedModels(folder)).toThrow(expect.objectContaining({ code: 'MODEL_MISSING' }));
  });

  it('have a planted unit for each colour', () => {
    const planted = plantedUnits().map(({ planted: truth }) => truth);
    expect(planted.slice(0, worldNames.color.length)).toEqual(worldNames.color.map((name) => `color ${name}`));
    expect(new Set(planted.slice(worldNames.color.length))).toEqual(new Set(['nothing', 'position']));
  });
});
