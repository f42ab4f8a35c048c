import { InputError } from '@intermodel/errors';

/** What a message tells of a fault in a checkpoint, beside the problem. */
export interface FaultDetails {
  /** Path of the file. */
  readonly file: string;
  /** Tensor, storage or key that it is about. */
  readonly tensor?: string;
  /** What was expected instead. */
  readonly expected?: string;
  /** What the reader can do; by default, to fetch the file again. */
  readonly hint?: string;
  /** The error below. */
  readonly cause?: unknown;
}

const fetchAgain = 'Download or copy the file again, and compare its size or hash with what its authors publish.';

/** The error of a checkpoint that cannot be read as it is. */
export function checkpointError(
  code: `CHECKPOINT_${string}`,
  problem: string,
  { file, tensor, expected, hint = fetchAgain, cause }: FaultDetails,
): InputError {
  return new InputError(code, problem, {
    file,
    ...(tensor === undefined ? {} : { column: tensor, columnIs: 'tensor' as const }),
    ...(expected === undefined ? {} : { expected }),
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error of a file that ends too early. */
export function truncatedError(file: string, needed: number, there: number, what: string): InputError {
  return checkpointError(
    'CHECKPOINT_TRUNCATED',
    `the file ends early: ${what} reaches to byte ${String(needed)}, and there are ${String(there)}`,
    { file },
  );
}
