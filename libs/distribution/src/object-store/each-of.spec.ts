import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eachOf } from './each-of.ts';

describe(eachOf, () => {
  it('does something with each item, with no more at a time than told, and with all it may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 5 }), async (count, atOnce) => {
        let under = 0;
        let most = 0;
        const seen: number[] = [];
        await eachOf(Array(count).keys(), atOnce, async (item) => {
          most = Math.max(most, ++under);
          await setImmediate();
          seen.push(item);
          under--;
        });
        expect(seen).toEqual([...Array(count).keys()]);
        expect(most).toBe(Math.min(count, atOnce));
      }),
    );
  });

  it('begins nothing after a failure, and tells of the first one once all is at rest', async () => {
    let under = 0;
    const begun: number[] = [];
    const work = eachOf(Array(10).keys(), 3, async (item) => {
      begun.push(item);
      under++;
      for (let turn = 0; turn < (item === 1 ? 1 : 5); turn++) await setImmediate();
      under--;
      if (item > 0) throw new Error(`at ${String(item)}`);
    });
    await expect(work).rejects.toThrow('at 1');
    expect(under).toBe(0);
    expect(begun).toEqual([0, 1, 2]);
  });
});
