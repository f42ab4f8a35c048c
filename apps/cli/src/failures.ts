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
    const isPlaced = error instanceof StudyFileError;
    writeMessage(
      json ? `${jsonText({ error: { code, message, ...shown } }, undefined, isPlaced)}\n` : `${errorText(error)}\n`,
    );
    return error instanceof InputError ? exitCodes.badInput : exitCodes.failed;
  }
  writeMessage(`error UNEXPECTED: this is a fault of intermodel, please report it\n${inspect(error)}\n`);
  return exitCodes.failed;
}

/** An error in words, as it is shown to people; that of a study file tells the line by itself. */
export function errorText(error: IntermodelError): string {
  return `error ${error.code}: ${asTyped(error.message, error instanceof StudyFileError)}`;
}

/**
 * Makes a study of options; what is wrong with them is told by the paths of the options, which are shown as flags.
 *
 * @throws InputError `OPTION_VALUE`
 */
export function studyOfOptions<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof StudyFileError)) throw error;
    const told = error.problems.map(({ key, setting, problem }) => {
      if (setting !== undefined) return `\`set: ${setting}\`: ${problem}`;
      return key === '' || key === 'data' ? problem : `\`${key}\`: ${problem}`;
    });
    const [first = error.message, ...others] = told;
    const { expected, hint } = error.problems[0] ?? {};
    const hints = [hint, ...others.map((problem) => ` also ${problem}`)].filter((part) => part !== undefined);
    throw new InputError('OPTION_VALUE', first, {
      ...(expected === undefined ? {} : { expected }),
      ...(hints.length === 0 ? {} : { hint: hints.join('\n ') }),
      cause: error,
    });
  }
}
