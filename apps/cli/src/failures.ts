import { inspect } from 'node:util';
import { StudyFileError } from '@intermodel/pipelines';
import { InputError, IntermodelError, limitError } from '@intermodel/streams';
import { asTyped } from './as-typed.ts';
import { jsonText } from './output.ts';
import { writeMessage } from './terminal.ts';

/** Exit codes, a public interface. */
export const exitCodes = { done: 0, failed: 1, badInput: 2, stopped: 130 } as const;

/** Says on standard error what went wrong, for people or as one line of JSON, and returns the exit code. */
export function reportFailure(thrown: unknown, json: boolean): number {
  const error = thrown instanceof IntermodelError ? thrown : (limitError(thrown) ?? thrown);
  if (error instanceof IntermodelError) {
    const { code, message, details } = error;
    const { cause, ...shown } = details;
    const text = json ? jsonText({ error: { code, message, ...shown } }, undefined, isPlaced(error)) : errorText(error);
    writeMessage(`${text}\n`);
    return error instanceof InputError ? exitCodes.badInput : exitCodes.failed;
  }
  writeMessage(`error UNEXPECTED: this is a fault of intermodel, please report it\n${inspect(error)}\n`);
  return exitCodes.failed;
}

/** Whether an error tells the place in the study file by itself. */
function isPlaced(error: IntermodelError): boolean {
  return error instanceof StudyFileError && error.details.file !== undefined;
}

/** An error in words, as it is shown to people. */
export function errorText(error: IntermodelError): string {
  return `error ${error.code}: ${asTyped(error.message, isPlaced(error))}`;
}
