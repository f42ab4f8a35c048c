/** Bytes of the batches between decoding and counting, which are so many at least and at most: models have work while the main thread is busy. */
const aliveBytes = 2 ** 26;
const [fewestAlive, mostAlive] = [3, 9];

/** Images of a batch: enough to keep the thread of the model busy, few enough to keep memory small. */
export const imagesPerBatch = 8;

/** Neighbours among the images of a task. */
export interface ImageRange<Task> {
  /** Whose images they are. */
  readonly task: Task;
  /** The first of them, counted within the task. */
  readonly first: number;
  /** The one behind the last. */
  readonly end: number;
}

/**
 * Cuts the images of a pass into batches, in order, none across two tasks. Where copies of a model share them, batches
 * begin small and double, so that every copy soon has its first one, and become smaller towards the end, so that none
 * waits long for the other's last one (guided self-scheduling, Polychronopoulos and Kuck 1987).
 *
 * @param tasks what is run
 * @param images images of a task
 * @param copies copies of the model
 */
export function cutBatches<Task>(
  tasks: readonly Task[],
  images: (task: Task) => number,
  copies: number,
): ImageRange<Task>[] {
  let left = tasks.reduce((sum, task) => sum + images(task), 0);
  let cut = 0;
  return tasks.flatMap((task) => {
    const [batches, count]: [ImageRange<Task>[], number] = [[], images(task)];
    for (let first = 0; first < count;) {
      const most =
        copies === 1
          ? imagesPerBatch
          : Math.min(imagesPerBatch, 2 ** Math.floor(cut++ / copies), Math.ceil(left / (2 * copies)));
      const end = Math.min(count, first + most);
      batches.push({ task, first, end });
      left -= end - first;
      first = end;
    }
    return batches;
  });
}

/**
 * Batches that may be under way at a time.
 *
 * @param imageBytes what the pixels and maps of an image take, for all models and layers
 */
export function batchesUnderWay(imageBytes: number): number {
  const fitting = Math.floor(aliveBytes / (imagesPerBatch * Math.max(1, imageBytes)));
  return Math.max(fewestAlive, Math.min(mostAlive, fitting));
}
