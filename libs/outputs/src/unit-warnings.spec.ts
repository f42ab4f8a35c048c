import { unitThresholdSchema } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { describe, expect, it } from 'vitest';
import { findTies, unitWarnings } from './unit-warnings.ts';

const table = (units: readonly (readonly [threshold: number, active: number])[]) =>
  buildBatch(unitThresholdSchema, {
    model: units.map(() => 'm'),
    layer: units.map(() => 'l'),
    unit: Int32Array.from(units, (_, unit) => unit),
    threshold: Float32Array.from(units, ([threshold]) => threshold),
    activeFraction: Float64Array.from(units, ([, active]) => active),
  });
const preset = { level: 0.99, compare: '>' } as const;
const healthy = Array.from({ length: 20 }, (_, unit) => [1 + unit / 7, 0.0099] as const);
const ceiling = Array.from({ length: 5 }, () => [6, 0] as const);

describe(findTies, () => {
  it('finds units at a ceiling that they share', () => {
    expect(findTies(table([...healthy, ...ceiling]), preset)).toEqual({ units: 5, ceiling: 6, activeShare: 0 });
    const partly = ceiling.map(([threshold], unit) => [threshold, unit / 1000] as const);
    expect(findTies(table([...healthy, ...partly]), preset)).toMatchObject({ units: 5, activeShare: 0.002 });
  });

  it('finds units that reach it too often where that counts', () => {
    const reached = ceiling.map(([threshold]) => [threshold, 0.2] as const);
    expect(findTies(table([...healthy, ...reached]), { ...preset, compare: '>=' })).toMatchObject({ units: 5 });
    expect(findTies(table([...healthy, ...reached]), preset)).toBeUndefined();
  });

  it.each([
    ['units that seldom fire, whose threshold is the floor', ceiling.map(() => [0, 0.001] as const)],
    ['floors of their own above 0', ceiling.map((_, unit) => [0.1 * (unit + 1), 0.001] as const)],
    ['units without a threshold', ceiling.map(() => [Number.NaN, 0] as const)],
    ['units with a threshold in common, on as many pixels as they should be', ceiling.map(() => [6, 0.009] as const)],
    ['two that share a threshold', ceiling.slice(0, 2)],
  ])('does not take %s for it', (_, units) => {
    expect(findTies(table([...healthy, ...units]), preset)).toBeUndefined();
  });

  it('tells nothing of few among many', () => {
    const many = Array.from({ length: 200 }, (_, unit) => [1 + unit / 7, 0.0099] as const);
    expect(findTies(table([...many, ...ceiling]), preset)).toBeUndefined();
  });
});

describe(unitWarnings, () => {
  const summary = { units: 25, dead: 0, constant: 0, invalid: 0, neverActive: 5, detected: 3 };

  it('says what ties at a ceiling, with numbers and what to do', () => {
    const thresholds = table([...healthy, ...ceiling]);
    const [, ties] = unitWarnings([{ layer: 'relu6', summary, thresholds }], preset);
    expect(ties).toMatch(
      /^relu6: 5 of 25 units have their threshold at a ceiling of the activations \(6\), which 0\.00 %/u,
    );
    expect(ties).toContain('`models[].layer`');
    expect(
      unitWarnings([{ layer: 'relu', summary: { ...summary, neverActive: 0 }, thresholds: table(healthy) }], preset),
    ).toEqual([]);
  });
});
