import type { DissectionStep } from './dissect-events.ts';
import type { GroupContext } from './group-context.ts';

/** Tells of the images of each shard that is done, and stops between two shards once the signal is aborted. */
export function shardProgress(
  { onEvent, signal }: Pick<GroupContext, 'onEvent' | 'signal'>,
  step: DissectionStep['step'],
  model: string,
  total: number,
): (images: number) => void {
  let done = 0;
  return (images) => {
    signal.throwIfAborted();
    done = Math.min(done + images, total);
    onEvent({ kind: 'progress', step, models: [model], done, total });
  };
}
