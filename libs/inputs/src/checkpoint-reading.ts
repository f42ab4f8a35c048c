import type { ImportCheckpointOptions } from '@intermodel/checkpoints';
import type { CheckpointReading } from '@intermodel/studies';

/** What a user says of a checkpoint, as the functions that read it take it. */
export function checkpointReading({ family, recipe, take, strip, heads }: CheckpointReading): ImportCheckpointOptions {
  return {
    ...(family === undefined ? {} : { family }),
    ...(recipe === undefined ? {} : { recipe }),
    ...(take === undefined ? {} : { take }),
    ...(strip === undefined ? {} : { strip }),
    ...(heads === undefined ? {} : { facts: { heads } }),
  };
}
