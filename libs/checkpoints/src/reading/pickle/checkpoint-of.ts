import type { Checkpoint } from '../../checkpoint.ts';
import { finishValues } from './finish-values.ts';
import type { PickleResult } from './pickle-machine.ts';

/** A checkpoint whose content is a pickle. @throws InputError those of its tensors. */
export function checkpointOf(
  of: Pick<Checkpoint, 'file' | 'container' | 'files'>,
  { value, placeholders }: PickleResult,
): Checkpoint {
  const { root, named } = finishValues(value);
  return { ...of, root, placeholders: [...new Set([...placeholders, ...named])].sort(), metadata: new Map() };
}
