import { parentPort } from 'node:worker_threads';
import { ThresholdSelection } from '../threshold-selection.ts';
import type { RangeAnswer, RangeRequest } from './unit-range-messages.ts';
import { UnitRangeWork } from './unit-range-work.ts';

/** Answers calls one after the other. */
function serve(port: NonNullable<typeof parentPort>): void {
  const work = new UnitRangeWork();
  // The kernels are compiled before the first call comes.
  new ThresholdSelection({ units: 1, height: 1, width: 1, targetHeight: 1, targetWidth: 1 }).takeShard();
  port.on('message', ({ method, given }: RangeRequest) => {
    try {
      const call = work[method].bind(work) as (...values: readonly unknown[]) => unknown;
      const value = call(...given);
      port.postMessage({ value } satisfies RangeAnswer, buffersOf(value));
    } catch (error) {
      port.postMessage({ error } satisfies RangeAnswer);
    }
  });
}

/** Buffers of the arrays of a result, which are given away with it. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return [];
  return [
    ...new Set(
      Object.values(value).flatMap((each) =>
        ArrayBuffer.isView(each) && each.buffer instanceof ArrayBuffer ? [each.buffer] : [],
      ),
    ),
  ];
}

if (parentPort !== null) serve(parentPort);
