import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { MachineError, openFile } from '@intermodel/errors';
import { makeFolder, writeError } from '@intermodel/streams';
import { promised } from '../store/promised.ts';

/**
 * Where claims are kept: small texts by name. A text that was created or rewritten is seen by whoever reads it later, on
 * any machine.
 */
export interface ClaimPlace {
  /** Names of all that is there. What was created or removed elsewhere a moment ago may be told late. */
  list(): Promise<readonly string[]>;
  /** Text of a claim; undefined: there is none, or none any more. */
  read(name: string): Promise<string | undefined>;
  /** Makes a claim, as the only one of its name; false: there is one. */
  create(name: string, text: string): Promise<boolean>;
  /** Writes another text of the same length into a claim; false: it is gone. */
  rewrite(name: string, text: string): Promise<boolean>;
  /** Removes a claim, if it is there. */
  remove(name: string): Promise<void>;
}

/**
 * Claims as files of a folder, which is made at the first one. What is asked of the file system holds on NFS too: a file
 * is made once (`O_EXCL`, NFS 3 and later); what one machine wrote and closed another sees when it opens the file
 * (close-to-open); a name that this machine has just made brings its view of the folder up to date. Nothing is flushed:
 * after a loss of power nobody holds a claim.
 *
 * Each call is a few short calls of the system, made at once: behind the threads of Node they would wait for models.
 */
export function claimFolder(folder: string): ClaimPlace {
  const fileOf = (name: string) => path.join(folder, name);
  return {
    list: () => promised(() => absent(() => readdirSync(folder), folder) ?? []),
    read: (name) => promised(() => absent(() => readClaim(fileOf(name)), fileOf(name))),
    create: (name, text) => promised(() => createClaim(folder, fileOf(name), text)),
    rewrite: (name, text) => promised(() => rewriteClaim(fileOf(name), text)),
    remove: (name) =>
      promised(() => {
        try {
          rmSync(fileOf(name), { force: true });
        } catch (cause) {
          throw writeError(fileOf(name), cause);
        }
      }),
  };
}

/** Claims in memory, which this process alone sees. */
export function memoryClaims(): ClaimPlace {
  const texts = new Map<string, string>();
  return {
    list: () => promised(() => [...texts.keys()]),
    read: (name) => promised(() => texts.get(name)),
    create: (name, text) => promised(() => !texts.has(name) && texts.set(name, text).has(name)),
    rewrite: (name, text) => promised(() => texts.has(name) && texts.set(name, text).has(name)),
    remove: (name) => promised(() => void texts.delete(name)),
  };
}

function createClaim(folder: string, file: string, text: string): boolean {
  try {
    makeFolder(folder);
    const handle = openSync(file, 'wx');
    try {
      writeSync(handle, text);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    } finally {
      closeSync(handle);
    }
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw writeError(file, cause);
  }
}

// In place: whoever takes over removes the file, and a new one put in its stead would bring the old claim back.
function rewriteClaim(file: string, text: string): boolean {
  try {
    const handle = openSync(file, 'r+');
    try {
      writeSync(handle, text, 0);
    } finally {
      closeSync(handle);
    }
    return true;
  } catch (cause) {
    if (isGone(cause)) return false;
    throw writeError(file, cause);
  }
}

function readClaim(file: string): string {
  const { handle } = openFile(file);
  try {
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}

/** What reading gives; undefined where there is nothing to read. */
function absent<T>(read: () => T, file: string): T | undefined {
  try {
    return read();
  } catch (cause) {
    if (isGone(cause)) return undefined;
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new MachineError('CLAIMS_UNREADABLE', `cannot be read (${code})`, {
      file,
      expected: 'a folder of claims that this program made',
      hint: 'Make it readable, or remove it while nothing works on the study.',
      cause,
    });
  }
}

/** Whether a file is gone; NFS has a word of its own for one that another machine removed while it was open here. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESTALE'].includes((error as NodeJS.ErrnoException).code ?? '');
}
