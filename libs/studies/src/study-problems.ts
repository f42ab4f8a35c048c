import { InputError } from '@intermodel/errors';

/** Way to a value within a study: keys and places in lists. */
export type StudyPath = readonly (string | number)[];

/** What is wrong, and at which key. */
export interface Finding {
  /** Way to the key; its parent, if it is missing. */
  readonly path: StudyPath;
  /** What is wrong. */
  readonly problem: string;
  /** What was expected instead. */
  readonly expected?: string;
  /** What the reader can do about it. */
  readonly hint?: string;
  /** The same where a setting beside the file is to blame. @default that of the file */
  readonly setHint?: string;
  /** Setting beside the file that brought it about, as it was written; else where the key stands tells. */
  readonly setting?: string;
  /**
   * How it is told below other problems, where each of its kind is: one line says of a file that is missing where to get
   * it, however many are. @default problem and expectation, and of many problems the first few
   */
  readonly listed?: string;
  /** Whether the key is one that there is not: such are told first, since much else may come of them. */
  readonly isUnknownKey?: boolean;
}

/** Place in the text of a study file. */
export interface TextPlace {
  /** Line, counted from 1. */
  readonly line: number;
  /** Character of the line, counted from 1. */
  readonly column: number;
  /** The line itself. */
  readonly text: string;
}

/** Finds where a key stands; undefined for a study without a text. */
export type FindPlace = (path: StudyPath) => TextPlace | undefined;

/** One thing that is wrong with a study, for programs. */
export interface StudyProblem {
  /** The key, such as `models[0].input.width`; empty for the study as a whole. */
  readonly key: string;
  /** What is wrong. */
  readonly problem: string;
  /** Line of the study file, counted from 1. */
  readonly line?: number;
  /** Character of that line, counted from 1. */
  readonly column?: number;
  /** Path of the setting that it comes from, as it was written, if it does not stand in the file. */
  readonly setting?: string;
  /** What was expected instead. */
  readonly expected?: string;
  /** What the reader can do about it. */
  readonly hint?: string;
  /** Whether the key is one that there is not. */
  readonly isUnknownKey?: boolean;
}

/** Problems that a message tells of; a program gets them all. */
const problemsTold = 8;

/** Longest line of a study file that a message repeats. */
const lineShown = 160;

/** A study that cannot be used: code `STUDY_FILE`, the first problem with its line, and all problems for programs. */
export class StudyFileError extends InputError {
  /** All problems: unknown keys, then the others, each in the order of the file. */
  readonly problems: readonly StudyProblem[];

  constructor(file: string | undefined, findings: readonly Finding[], findPlace: FindPlace, cause?: unknown) {
    const located = findings.map(({ setting, setHint, ...finding }): Located => {
      if (setting === undefined) return { finding, place: findPlace(finding.path) };
      return { finding: setHint === undefined ? finding : { ...finding, hint: setHint }, setting };
    });
    located.sort(
      (a, b) =>
        Number(b.finding.isUnknownKey ?? false) - Number(a.finding.isUnknownKey ?? false) ||
        (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
        (a.place?.column ?? 0) - (b.place?.column ?? 0),
    );
    const [first, ...others] = located;
    const isSet = first?.setting !== undefined;
    const key = keyText(first?.finding.path ?? []);
    const hints = [first?.finding.hint, ...furtherLines(others)].filter((line) => line !== undefined);
    const problem = first?.finding.problem ?? 'cannot be used';
    super('STUDY_FILE', isSet ? `${whereOf(first)}: ${problem}` : `${problem}${frame(first?.place)}`, {
      ...(file === undefined || isSet ? {} : { file }),
      ...(first?.place === undefined ? {} : { line: first.place.line }),
      ...(key === '' || isSet ? {} : { column: key }),
      ...(first?.finding.expected === undefined ? {} : { expected: first.finding.expected }),
      ...(hints.length === 0 ? {} : { hint: hints.join('\n') }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.problems = located.map(({ finding: { path, ...rest }, place, setting }) => ({
      key: keyText(path),
      ...rest,
      ...(place === undefined ? {} : { line: place.line, column: place.column }),
      ...(setting === undefined ? {} : { setting }),
    }));
  }
}

/** Writes a path as people do: `models[0].input.width`. */
export function keyText(path: StudyPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${String(part)}]` : index === 0 ? part : `.${part}`))
    .join('');
}

interface Located {
  readonly finding: Omit<Finding, 'setting' | 'setHint'>;
  readonly place?: TextPlace | undefined;
  readonly setting?: string;
}

/** Where a problem is, in words: line or setting, and the key. */
function whereOf({ finding, place, setting }: Located): string {
  const key = keyText(finding.path);
  return [
    place === undefined ? undefined : `line ${String(place.line)}`,
    setting === undefined ? undefined : `\`set: ${setting}\``,
    key === setting ? undefined : key,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}

function furtherLines(others: readonly Located[]): string[] {
  const told = others
    .filter(({ finding: { listed } }, index) => listed !== undefined || index < problemsTold - 1)
    .map((located) => {
      const { problem, expected, listed } = located.finding;
      return `  also ${whereOf(located)}: ${listed ?? `${problem}${expected === undefined ? '' : `, expected ${expected}`}`}`;
    });
  const left = others.length - told.length;
  return left > 0 ? [...told, `  and ${String(left)} more`] : told;
}

/** The line with a mark under the character; tabs stay tabs, so that the mark stands right. */
function frame(place: TextPlace | undefined): string {
  if (place === undefined || place.text.length > lineShown) return '';
  const number = String(place.line);
  const indent = place.text.slice(0, place.column - 1).replace(/[^\t]/gu, ' ');
  return `\n  ${number} | ${place.text}\n  ${' '.repeat(number.length)} | ${indent}^`;
}
