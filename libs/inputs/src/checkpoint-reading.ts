import { existsSync } from 'node:fs';
import type { ImportCheckpointOptions } from '@intermodel/checkpoints';
import { InputError } from '@intermodel/streams';
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

const keys = ['family', 'recipe', 'take', 'strip', 'heads'] as const satisfies (keyof CheckpointReading)[];

/**
 * Refuses what is said of a checkpoint where the file is none, on which it has no effect; of a file that is not there
 * whoever opens it is told.
 *
 * @throws InputError `MODEL_NOT_CHECKPOINT`
 */
export function checkNothingSaid(file: string, said: CheckpointReading): void {
  const key = keys.find((each) => said[each] !== undefined);
  if (key === undefined || !existsSync(file)) return;
  throw new InputError('MODEL_NOT_CHECKPOINT', `\`models[].${key}\` has no effect, since the file is no checkpoint`, {
    file,
    expected: 'a checkpoint as it was published, or none of its options',
    hint: `Leave \`models[].${key}\` out, or name the checkpoint.`,
  });
}
