import { describe, expect, it } from 'vitest';
import { setAt, valueAt } from './option-values.ts';

describe(setAt, () => {
  it('sets values at any depth and leaves the rest as it is', () => {
    const content = { data: { images: 'photos' }, runtime: { threads: 1 } };
    const changed = setAt(setAt(content, 'runtime.batchSize', 4), 'gallery.units', 0);
    expect(changed).toEqual({
      data: { images: 'photos' },
      runtime: { threads: 1, batchSize: 4 },
      gallery: { units: 0 },
    });
    expect(content).toEqual({ data: { images: 'photos' }, runtime: { threads: 1 } });
    expect(changed.data).toBe(content.data);
  });

  it('leaves no trace of what was not given', () => {
    expect(setAt({}, 'runtime.threads', undefined)).toEqual({});
  });

  it('makes a group of what was a single value', () => {
    expect(setAt({ data: { spatialParts: true } }, 'data.spatialParts.skipLastComponent', true)).toEqual({
      data: { spatialParts: { skipLastComponent: true } },
    });
  });
});

describe(valueAt, () => {
  it('finds values, and nothing where a group is missing or a value', () => {
    const content = { data: { labelGrid: { width: 56 } }, preset: 'x' };
    expect(
      ['data.labelGrid.width', 'data.labelGrid', 'runtime.threads', 'preset.name'].map((at) => valueAt(content, at)),
    ).toEqual([56, { width: 56 }, undefined, undefined]);
  });
});
