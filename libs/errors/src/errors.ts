import { visibleText } from './visible-text.ts';

/** Where an error was met: whatever of these is known helps the user to find the place. */
export interface ErrorPlace {
  /** Path of the offending file. */
  readonly file?: string;
  /** Line of a text file, counted from 1. */
  readonly line?: number;
  /** Name of the column, option, tensor or key. */
  readonly column?: string;
  /** What it is the name of. @default 'column' */
  readonly columnIs?: 'column' | 'tensor';
  /** Names of the models that it is about. */
  readonly models?: readonly string[];
}

/** Parts of a message that tell what was wrong, where, what was expected, and what to do. */
export interface ErrorDetails extends ErrorPlace {
  /** What was expected instead. */
  readonly expected?: string;
  /** What the reader can do about it. */
  readonly hint?: string;
  /** The error below, if any. */
  readonly cause?: unknown;
}

/**
 * Base of all errors that intermodel throws on purpose: a stable `code` for programs and a message for people that
 * names the place, what was expected and what to do.
 */
export class IntermodelError extends Error {
  override readonly name: string = 'IntermodelError';
  /** Stable identifier, such as `COLUMN_MISSING`; never changes meaning between versions. */
  readonly code: string;
  /** What was wrong, the first part of the message. */
  readonly problem: string;
  /** The other parts of the message, for programs. */
  readonly details: ErrorDetails;

  constructor(code: string, problem: string, details: ErrorDetails = {}) {
    super(composeMessage(problem, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.problem = problem;
    this.details = details;
  }
}

/** What the user gave cannot be used as it is: the command line ends with exit code 2. */
export class InputError extends IntermodelError {
  override readonly name = 'InputError';

  /** The same error, whose message begins with what it is about, such as `model "a"`. */
  about(subject: string): InputError {
    const named = new InputError(this.code, this.problem, { ...this.details, cause: this });
    named.message = `${subject}, ${this.message}`;
    return named;
  }

  /** The same error with more that the reader can do, such as the option to correct. */
  advising(advice: string): InputError {
    const { hint } = this.details;
    const advised = new InputError(this.code, this.problem, {
      ...this.details,
      hint: hint === undefined ? advice : `${hint} ${advice}`,
      cause: this,
    });
    // What to do ends a message, whatever was put before it.
    advised.message = `${this.message}${hint === undefined ? hintMark : ' '}${advice}`;
    return advised;
  }

  /** The same error with the file that it is about, where it names none. */
  at(file: string): InputError {
    if (this.details.file !== undefined) return this;
    const placed = new InputError(this.code, '', { ...this.details, file, cause: this });
    placed.message = `${visibleText(file)}: ${this.message}`;
    return placed;
  }
}

/** The machine failed (disk full, no permission, out of memory): the command line ends with exit code 1. */
export class MachineError extends IntermodelError {
  override readonly name = 'MachineError';
}

const hintMark = '\n  what to do: ';

function composeMessage(
  problem: string,
  { file, line, column, columnIs = 'column', expected, hint }: ErrorDetails,
): string {
  const place = [
    file === undefined ? undefined : visibleText(file),
    line === undefined ? undefined : `line ${String(line)}`,
    column === undefined ? undefined : `${columnIs} "${visibleText(column)}"`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
  return [
    place === '' ? problem : `${place}: ${problem}`,
    expected === undefined ? undefined : `  expected: ${expected}`,
    hint === undefined ? undefined : `  what to do: ${hint}`,
  ]
    .filter((part) => part !== undefined)
    .join('\n');
}
