import { availableParallelism } from 'node:os';

/** Most threads that count, unless told otherwise: beyond it the rest of a run takes longer than they do. */
const threadsMost = 4;

/** With fewer images, counted once for each layer, a second thread takes longer to start than it saves. */
export const imagesOfThreads = 16;

/** Threads that go from activations to thresholds and overlaps where nobody says how many. */
export function countingThreads(images: number, layers: number, processors = availableParallelism()): number {
  return images * layers < imagesOfThreads ? 1 : Math.min(threadsMost, processors);
}
