import { createHash } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { readInputFile } from '@intermodel/errors';
import { writeFileAtomically, makeFolder } from '@intermodel/streams';
import type { StoreWarning } from './step-store.ts';

/** How an index file is kept. */
export interface LineIndexOptions<T> {
  /** File to keep it in; undefined keeps it in memory only. */
  readonly file?: string | undefined;
  /** Checks a value that was read; undefined where it is none. */
  readonly check: (value: unknown) => T | undefined;
  /** Told where the file is damaged or cannot be written. */
  readonly warn?: ((warning: StoreWarning) => void) | undefined;
}

const checksumDigits = 16;
/** Lines that a killed run may lose. */
const unsavedLines = 256;
/** The file is written anew where it has this many more lines than entries, and twice as many. */
const staleLines = 1000;

/**
 * A map in a file that only aids: lines of JSON are appended, each with a checksum of its own, so that a killed run, a
 * bad sector or a full disk costs some entries and never gives a wrong one.
 */
export class LineIndex<T> {
  readonly #options: LineIndexOptions<T>;
  readonly #entries = new Map<string, T>();
  #unsaved: string[] = [];
  #rewrite = false;
  #writable = true;

  constructor(options: LineIndexOptions<T>) {
    this.#options = options;
    this.#load();
  }

  /** Value last set under a name. */
  get(name: string): T | undefined {
    return this.#entries.get(name);
  }

  /** Sets a value; it is on disk at the latest after the next {@link save}. */
  set(name: string, value: T): void {
    this.#entries.set(name, value);
    if (this.#options.file === undefined) return;
    this.#unsaved.push(toLine(name, value));
    if (this.#unsaved.length >= unsavedLines) this.save();
  }

  /** Appends what is new to the file. A failure is reported once, and the run goes on without the file. */
  save(): void {
    const { file, warn } = this.#options;
    if (file === undefined || !this.#writable || (this.#unsaved.length === 0 && !this.#rewrite)) return;
    try {
      if (this.#rewrite)
        writeFileAtomically(file, [...this.#entries].map(([name, value]) => toLine(name, value)).join(''));
      else {
        makeFolder(path.dirname(file));
        appendFileSync(file, this.#unsaved.join(''));
      }
      this.#rewrite = false;
      this.#unsaved = [];
    } catch (error) {
      this.#writable = false;
      warn?.({
        code: 'INDEX_NOT_WRITTEN',
        message: `could not be written, so what it remembers is found out again by the next run (${(error as Error).message.split('\n')[0] ?? ''})`,
        file,
      });
    }
  }

  #load(): void {
    const { file, check, warn } = this.#options;
    if (file === undefined) return;
    const text = readText(file);
    // What is no file must not be appended to, which could wait for ever.
    this.#rewrite = text === undefined && existsSync(file);
    if (text === undefined || text === '') return;
    const lines = text.split('\n');
    const rest = lines.pop(); // Empty, unless a write was cut short.
    let damaged = rest === '' ? 0 : 1;
    for (const line of lines) {
      const entry = fromLine(line);
      const value = entry === undefined ? undefined : check(entry.value);
      if (entry === undefined || value === undefined) damaged++;
      else this.#entries.set(entry.name, value);
    }
    this.#rewrite = damaged > 0 || lines.length > Math.max(2 * this.#entries.size, this.#entries.size + staleLines);
    if (damaged > 0)
      warn?.({
        code: 'INDEX_DAMAGED',
        message: `${String(damaged)} of ${String(lines.length + (rest === '' ? 0 : 1))} lines are damaged; what they remembered is found out again`,
        file,
      });
  }
}

function toLine(name: string, value: unknown): string {
  const json = JSON.stringify([name, value]);
  return `${checksum(json)} ${json}\n`;
}

function fromLine(line: string): { name: string; value: unknown } | undefined {
  const json = line.slice(checksumDigits + 1);
  if (line[checksumDigits] !== ' ' || !line.startsWith(checksum(json))) return undefined;
  const entry: unknown = JSON.parse(json);
  return Array.isArray(entry) && typeof entry[0] === 'string'
    ? { name: entry[0], value: entry[1] as unknown }
    : undefined;
}

function checksum(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, checksumDigits);
}

/** Undefined where there is none yet, or none that can be read: both mean that nothing is remembered. */
function readText(file: string): string | undefined {
  try {
    return readInputFile(file).toString();
  } catch {
    return undefined;
  }
}
