import type { StudyWarning } from '@intermodel/pipelines';
import { visibleText } from '@intermodel/streams';
import { asTyped } from './as-typed.ts';
import { showProgress, writeResult } from './terminal.ts';

/** What a command shows, and how. */
export interface TerminalOptions {
  /** Machine-readable result on standard output. */
  readonly json?: boolean;
  /** No progress on standard error, no text on standard output. */
  readonly quiet?: boolean;
  /** A line on standard error for each step. */
  readonly verbose?: boolean;
}

/** Prints a result: JSON if asked for, else text unless quiet. */
export function printResult({ json, quiet }: TerminalOptions, result: unknown, text: () => string): void {
  if (json === true) writeResult(`${jsonText(result, 2)}\n`);
  else if (quiet !== true) writeResult(`${text()}\n`);
}

/** JSON whose messages name settings as they are typed; `isPlaced`: they show the place in the study file. */
export function jsonText(result: unknown, indent?: number, isPlaced = false): string {
  const typed = (_: string, value: unknown) => (typeof value === 'string' ? asTyped(value, isPlaced) : value);
  return JSON.stringify(result, typed, indent);
}

/** A note about something, on one line. */
export function noteLine({ subject, text }: StudyWarning): string {
  return `note: ${visibleText(subject === '' ? '' : `${subject}: `)}${visibleText(asTyped(text))}`;
}

/** Shows the steps of some work on standard error as they begin, only on a terminal. */
export async function withSteps<Result>(
  { quiet }: TerminalOptions,
  work: (onStep: (step: string) => void) => Promise<Result>,
): Promise<Result> {
  const show = (text: string) => {
    if (quiet !== true && process.stderr.isTTY) showProgress(text);
  };
  const result = await work((step) => {
    show(`${step} …`);
  });
  show('');
  return result;
}

/** Table of text for a terminal: columns padded, numbers right-aligned. */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): string {
  const cells = [
    headings,
    ...rows.map((row) =>
      row.map((cell) =>
        typeof cell === 'number' ? (Number.isInteger(cell) ? String(cell) : cell.toFixed(4)) : visibleText(cell ?? ''),
      ),
    ),
  ];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const isNumeric = headings.map((_, column) => rows.every((row) => typeof row[column] !== 'string'));
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A number of things, by an English noun. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** What a worker has made. */
export function madeText({ tasks, steps }: { readonly tasks: number; readonly steps: number }): string {
  return `${counted(tasks, 'task')} done; ${counted(steps, 'step')} ${steps === 1 ? 'was' : 'were'} made here`;
}

/** A number of bytes for people. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${String(bytes)} B`;
  const [value, unit] =
    bytes < 2 ** 20 ? [bytes / 1024, 'KiB'] : bytes < 2 ** 30 ? [bytes / 2 ** 20, 'MiB'] : [bytes / 2 ** 30, 'GiB'];
  return `${value.toFixed(1)} ${unit}`;
}

/** A duration for people. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
