import type { InputError } from '@intermodel/errors';
import { checkpointError } from '../checkpoint-error.ts';
import type { ByteSource } from '../bytes/byte-source.ts';

/** Where in a pickle something is wrong. */
export interface PicklePlace {
  /** Bytes that the pickle is read from. */
  readonly source: ByteSource;
  /** Byte of the operation. */
  readonly offset: number;
}

/** The error of a pickle that means nothing, or asks for what is not granted. */
export function pickleError(
  { source, offset }: PicklePlace,
  problem: string,
  details: { readonly expected?: string; readonly hint?: string; readonly code?: `CHECKPOINT_${string}` } = {},
): InputError {
  const { code = 'CHECKPOINT_PICKLE', ...rest } = details;
  return checkpointError(code, `the pickle ${problem}, at byte ${String(offset)}`, { file: source.file, ...rest });
}

/** The error of a pickle that asks for more than is granted. */
export function pickleLimitError(place: PicklePlace, what: string, most: number): InputError {
  return pickleError(place, `has more than ${String(most)} ${what}`, {
    code: 'CHECKPOINT_LIMIT',
    hint: 'No published checkpoint does so: do not trust the file.',
  });
}
