import { OverlapTally } from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import { describe, expect, it } from 'vitest';
import { overlapCounts, readOverlapCounts } from './overlap-counts.ts';

const shape: ActivationShape = {
  ...{ model: 'm', layer: 'l', units: 1, mapHeight: 2, mapWidth: 2, labelHeight: 2, labelWidth: 2 },
};

describe(overlapCounts, () => {
  it.each([
    ['>', 'all', '"scope":"all","equalIsActive":false,"ignore":7'],
    ['>=', 'category-in-image', '"scope":"category-in-image","equalIsActive":true,"ignore":7'],
  ] as const)('state their options as ever, and read back with them: %s, %s', (compare, areaScope, stated) => {
    const sizes = { height: 2, width: 2, targetHeight: 2, targetWidth: 2 };
    const options = { ...sizes, units: 1, concepts: [3], categories: [0], areaScope, compare, ignore: 7 };
    const state = new OverlapTally(options, Float32Array.of(1)).toState();
    const counts = overlapCounts({ shape, state });
    expect(counts.schema.metadata.get('facts')).toContain(`"concepts":[3],"categories":[0],${stated}}`);
    expect(readOverlapCounts('test', counts)).toEqual({ shape, state });
  });
});
