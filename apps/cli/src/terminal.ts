import { visibleText } from '@intermodel/streams';

/** What text for a terminal may hold besides letters. */
const layout = '\n\t';
/** Goes to the beginning of the line and clears it. */
const clearLine = '\r\u001B[K';

/** Writes to standard output; control characters out of names are written out. All output goes through this file. */
export function writeResult(text: string): void {
  process.stdout.write(visibleText(text, layout));
}

/** Writes to standard error, likewise. */
export function writeMessage(text: string): void {
  process.stderr.write(visibleText(text, layout));
}

/** Shows a line of progress on standard error in place of the one before. */
export function showProgress(text: string, end = ''): void {
  process.stderr.write(`${clearLine}${visibleText(text)}${end}`);
}
