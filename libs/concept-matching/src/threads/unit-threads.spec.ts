import { ShardJoin, ThresholdSelection } from '@intermodel/numerics';
import { describe, expect, it } from 'vitest';
import { dissectionPresets } from '../presets/dissection-presets.ts';
import { selectionOptions } from '../presets/kernel-options.ts';
import { UnitThreads } from './unit-threads.ts';

const shape = { model: 'm', layer: 'l', units: 5, mapHeight: 3, mapWidth: 4, labelHeight: 6, labelWidth: 7 };

describe(UnitThreads, () => {
  it('passes on what went wrong in a thread, and goes on', async () => {
    const threads = new UnitThreads(2);
    const join = new ShardJoin();
    join.add(new ThresholdSelection(selectionOptions(shape, dissectionPresets['dissect-2020'], 1)).takeShard());
    await threads.select(join.finish().state);
    const image = {
      ...{ image: 0, labels: new Uint16Array(), units: Uint32Array.of(shape.units - 1) },
      ...{ maxima: Float32Array.of(1), maps: new Float32Array(3) },
    };
    await expect(threads.refine([image])).rejects.toThrow('do not belong together');
    expect(await threads.advance()).toBe('done');
    await threads.close();
    await expect(threads.advance()).rejects.toMatchObject({ code: 'THREAD_STOPPED' });
  });
});
