import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { visibleText } from '@intermodel/errors';

/** Bytes at the end of a log that are looked at. */
const tailBytes = 2 ** 16;

/**
 * What a worker last said of a task, in one line: its own error, else the last one, else the last line; empty where it
 * said nothing, or its log cannot be read.
 */
export function lastWords(log: string, task: string): string {
  const lines = tail(log)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line =
    lines.findLast((each) => each.includes(`${task}: error `)) ??
    lines.findLast((each) => /(?:^|: )error[: ]/u.test(each)) ??
    lines.at(-1) ??
    '';
  return visibleText(line.slice(Math.max(0, line.search(/\berror[: ]/u))));
}

function tail(file: string): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const bytes = Buffer.alloc(tailBytes);
      const { size } = fstatSync(handle);
      const read = readSync(handle, bytes, 0, tailBytes, Math.max(0, size - tailBytes));
      return bytes.toString('utf8', 0, read);
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}
