import { inspect } from 'node:util';
import { InputError, IntermodelError, MachineError, type ErrorDetails } from './errors.ts';
import { limitError } from './machine-limits.ts';

/** An error as it travels between threads and processes, which keep no classes. */
export interface ErrorMessage {
  /** Whose fault it is. */
  readonly fault: 'input' | 'machine' | 'program';
  /** Stable identifier. */
  readonly code: string;
  /** Whole text. */
  readonly message: string;
  /** Parts of the text. */
  readonly details: ErrorDetails;
}

/** Takes an error apart so that it can be sent. */
export function packError(thrown: unknown): ErrorMessage {
  const error = thrown instanceof IntermodelError ? thrown : (limitError(thrown) ?? thrown);
  if (!(error instanceof IntermodelError))
    return {
      fault: 'program',
      code: 'INFERENCE_FAILED',
      message: error instanceof Error ? error.message : String(error),
      details: {},
    };
  const { cause, ...details } = error.details;
  const fault = error instanceof InputError ? 'input' : error instanceof MachineError ? 'machine' : 'program';
  return {
    fault,
    code: error.code,
    message: error.message,
    details:
      cause === undefined ? details : { ...details, cause: cause instanceof Error ? cause.message : inspect(cause) },
  };
}

/** Puts an error together again, with its class, code, text and details. */
export function unpackError({ fault, code, message, details }: ErrorMessage): IntermodelError {
  const kind = { input: InputError, machine: MachineError, program: IntermodelError }[fault];
  const cause = details.cause === undefined ? undefined : { cause: details.cause };
  // The text is whole already: it must not be made of its parts a second time.
  return Object.assign(new kind(code, message, cause), { details });
}
