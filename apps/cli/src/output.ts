import { visibleText } from '@intermodel/streams';
import { Option, type Command } from 'commander';
import { showProgress, writeResult } from './terminal.ts';

/** Options that every command has. */
export interface OutputOptions {
  /** Machine-readable result on standard output. */
  readonly json?: boolean;
  /** No progress on standard error, no text on standard output. */
  readonly quiet?: boolean;
}

/** Adds the options that every command has. */
export function withOutputOptions(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print the result as JSON on standard output'))
    .addOption(new Option('--quiet', 'print nothing but errors'));
}

/** Prints a result: JSON if asked for, else text unless quiet. */
export function printResult({ json, quiet }: OutputOptions, result: unknown, text: () => string): void {
  if (json === true) writeResult(`${JSON.stringify(result, undefined, 2)}\n`);
  else if (quiet !== true) writeResult(`${text()}\n`);
}

/** Shows the step under way on standard error, only on a terminal. */
export function stepProgress({ quiet }: OutputOptions): {
  readonly onStep: (step: string) => void;
  readonly done: () => void;
} {
  const shown = quiet !== true && process.stderr.isTTY;
  const write = (text: string) => {
    if (shown) showProgress(text);
  };
  return {
    onStep: (step) => {
      write(`${step} …`);
    },
    done: () => {
      write('');
    },
  };
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
