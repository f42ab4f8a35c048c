import { Worker } from 'node:worker_threads';

/**
 * Starts a thread that answers the calls of `UnitRangeWork` (`RangeRequest`) one after the other (`RangeAnswer`). It
 * loads the kernels and little else.
 */
export function startUnitRangeWorker(): Worker {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Worker(new URL('./unit-range-worker.js', here));
  return new Worker(new URL('./unit-range-worker-from-sources.mjs', here), {
    execArgv: ['--conditions=@intermodel/source'],
  });
}
