import { openSession } from './open-session.ts';
import type { MeasuredRun, PutOut, RunRequest } from './probe-messages.ts';

/** Runs that are timed behind the first, unless they take long. */
const timedRuns = 3;
const longMilliseconds = 2000;

/**
 * Runs a model on zeros in this process, cut and set up as in a dissection, and measures it.
 *
 * @throws InputError as {@link openSession} does.
 */
export async function measureRun({ file, graph, tensors, threads, inputSize }: RunRequest): Promise<MeasuredRun> {
  const session = await openSession({ file, graph, tensors, inputSize, ...(threads === undefined ? {} : { threads }) });
  try {
    const { height = inputSize.height, width = inputSize.width, givenChannels } = session.input;
    const values = new Float32Array(givenChannels * height * width);
    const results = await session.run(values, 1);
    let fastest = Infinity;
    const begun = performance.now();
    for (let run = 0; run < timedRuns && performance.now() - begun < longMilliseconds; run++) {
      const before = performance.now();
      await session.run(values, 1);
      fastest = Math.min(fastest, performance.now() - before);
    }
    const putOut = new Map(
      session.tensors.map((tensor, index): [string, PutOut] => {
        const [, ...dims] = results.get(tensor)?.dims ?? [];
        const units = dims[dims.length === 3 && session.layouts.get(tensor) !== 'NHWC' ? 0 : dims.length - 1] ?? 1;
        return [
          tensors[index] ?? tensor,
          { units, mapSize: dims.reduce((product, size) => product * size, 1) / units },
        ];
      }),
    );
    return { milliseconds: fastest, memoryBytes: process.resourceUsage().maxRSS * 1024, putOut };
  } finally {
    await session.release();
  }
}
