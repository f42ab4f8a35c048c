import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InputError, readError, requireFile } from '@intermodel/errors';
import { isJsonObject } from './canonical-json.ts';
import { describeVersion, settledMilliseconds } from './file-version.ts';
import { LineIndex } from './line-index.ts';
import { isHash } from './step-key.ts';
import type { StoreWarning } from './step-store.ts';

/** How files are hashed. */
export interface FileHashesOptions {
  /** File that remembers hashes between runs, such as `<store>/hashes.index`. Default: none, each run hashes anew. */
  readonly indexFile?: string;
  /** Hash also what is remembered, and report what changed without a new time. Default false. */
  readonly verify?: boolean;
  /** Told about a damaged index, and files that changed unseen. */
  readonly warn?: (warning: StoreWarning) => void;
}

/** Files up to this size are read in one go. */
const smallFileBytes = 256 * 1024;
const pieceBytes = 1 << 20;
const attempts = 3;
/** Small files are read without a pause; this often others get their turn, such as whoever hears Ctrl-C. */
const turnMilliseconds = 100;

interface Remembered {
  readonly state: string;
  readonly sha256: string;
}

/**
 * SHA-256 of files. A file is read once and remembered by its size, times of change (in nanoseconds) and inode; it is
 * read again when one of these differs, or when it was so fresh that a later change could have left them equal.
 */
export class FileHashes {
  readonly #options: FileHashesOptions;
  readonly #index: LineIndex<Remembered>;
  readonly #underWay = new Map<string, Promise<string>>();
  readonly #verified = new Set<string>();
  #filesRead = 0;
  #lastTurn = performance.now();

  constructor(options: FileHashesOptions = {}) {
    this.#options = options;
    this.#index = new LineIndex({ file: options.indexFile, check: checkRemembered, warn: options.warn });
  }

  /** How many files had to be read so far. */
  get filesRead(): number {
    return this.#filesRead;
  }

  /**
   * SHA-256 of a file's bytes, hexadecimal.
   *
   * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, or `FILE_CHANGING` while somebody writes to it.
   */
  async hash(file: string, signal?: AbortSignal): Promise<string> {
    const absolute = path.resolve(file);
    if (performance.now() - this.#lastTurn > turnMilliseconds) {
      await setImmediate();
      this.#lastTurn = performance.now();
    }
    signal?.throwIfAborted();
    const underWay = this.#underWay.get(absolute);
    if (underWay !== undefined) return underWay;
    const remembered = this.#index.get(absolute);
    const trusted = this.#options.verify !== true || this.#verified.has(absolute);
    if (trusted && remembered?.state === fileState(file).text) return remembered.sha256;
    const hashing = this.#read(file, absolute, signal).finally(() => this.#underWay.delete(absolute));
    this.#underWay.set(absolute, hashing);
    return hashing;
  }

  /**
   * Checks after the use of a file that its bytes are still those of a hash: where nothing touched it, this only looks
   * at its size and times.
   *
   * @throws InputError `FILE_CHANGED` for a file that was changed or removed, `FILE_CHANGING` while somebody writes to
   *   it.
   */
  async checkUnchanged(file: string, sha256: string, signal?: AbortSignal): Promise<void> {
    const now = await this.hash(file, signal).catch((error: unknown) => {
      if (error instanceof InputError && error.code !== 'FILE_CHANGING') return undefined;
      throw error;
    });
    if (now === sha256) return;
    throw new InputError('FILE_CHANGED', `was ${now === undefined ? 'removed' : 'changed'} while it was being read`, {
      file,
      expected: 'files that stay as they are until the run ends',
      hint: 'Run again: what was made of other files is stored.',
    });
  }

  /** Writes what is new to the index file. */
  save(): void {
    this.#index.save();
  }

  async #read(file: string, absolute: string, signal: AbortSignal | undefined): Promise<string> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const begun = Date.now();
      const before = fileState(file);
      const sha256 = before.bytes <= smallFileBytes ? hashSmall(file) : await hashLarge(file, signal);
      if (fileState(file).text !== before.text) continue;
      this.#filesRead++;
      this.#verified.add(absolute);
      this.#compare(file, this.#index.get(absolute), before.text, sha256);
      if (begun - before.changed > settledMilliseconds) this.#index.set(absolute, { state: before.text, sha256 });
      return sha256;
    }
    throw new InputError('FILE_CHANGING', 'changes while it is being read', {
      file,
      hint: 'Run again when the copy or download has ended.',
    });
  }

  #compare(file: string, remembered: Remembered | undefined, state: string, sha256: string): void {
    if (remembered === undefined || remembered.state !== state || remembered.sha256 === sha256) return;
    this.#options.warn?.({
      code: 'FILE_CHANGED_UNSEEN',
      message: 'its bytes changed while its size and time stayed; what was made from it is made again',
      file,
    });
  }
}

function fileState(file: string): { readonly text: string; readonly bytes: number; readonly changed: number } {
  try {
    const status = statSync(file, { bigint: true });
    requireFile(status);
    return { text: describeVersion(status), bytes: Number(status.size), changed: Number(status.ctimeMs) };
  } catch (cause) {
    throw readError(file, cause);
  }
}

function hashSmall(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch (cause) {
    throw readError(file, cause);
  }
}

/** Hashes one piece while the next is being read, with two buffers. */
async function hashLarge(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw readError(file, cause);
  });
  try {
    let current = Buffer.allocUnsafeSlow(pieceBytes);
    let spare = Buffer.allocUnsafeSlow(pieceBytes);
    let { bytesRead } = await handle.read(current);
    while (bytesRead > 0) {
      signal?.throwIfAborted();
      const next = handle.read(spare);
      hash.update(current.subarray(0, bytesRead));
      ({ bytesRead } = await next);
      [current, spare] = [spare, current];
    }
    return hash.digest('hex');
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw readError(file, cause);
  } finally {
    await handle.close();
  }
}

function checkRemembered(value: unknown): Remembered | undefined {
  return isJsonObject(value) && typeof value.state === 'string' && isHash(value.sha256)
    ? { state: value.state, sha256: value.sha256 }
    : undefined;
}
