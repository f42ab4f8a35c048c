import { startInference, type InferenceThread } from './inference-thread.ts';
import type { WorkerSettings } from './worker-messages.ts';

/**
 * Opens a model several times, each copy in a thread of its own with its share of `threads`, and gives each
 * request to the copy that has the fewest images to do. Threads of one run wait for each other at every operator, so
 * that whatever else runs on one core holds all of them up; copies do not wait for each other.
 */
export async function startCopies(
  settings: WorkerSettings,
  copies: number,
  signal?: AbortSignal,
): Promise<InferenceThread> {
  const own = { ...settings, threads: Math.ceil(settings.threads / copies) };
  const started = await Promise.allSettled(Array.from({ length: copies }, () => startInference(own, signal)));
  const threads = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  const [first, ...others] = threads;
  if (failed !== undefined || first === undefined) {
    await Promise.all(threads.map((thread) => thread.stop()));
    throw failed?.reason;
  }
  if (others.length === 0) return first;
  const images = new Map(threads.map((thread) => [thread, 0]));
  const count = (thread: InferenceThread, more: number) => images.set(thread, (images.get(thread) ?? 0) + more);
  return {
    model: first.model,
    async infer(pixels, rows) {
      const [idlest] = [...images].reduce((least, entry) => (entry[1] < least[1] ? entry : least));
      count(idlest, rows);
      try {
        return await idlest.infer(pixels, rows);
      } finally {
        count(idlest, -rows);
      }
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
    stop: async () => {
      await Promise.all(threads.map((thread) => thread.stop()));
    },
  };
}
