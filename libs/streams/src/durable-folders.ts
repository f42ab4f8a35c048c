import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it, and flushes each new name. Each is made by itself: Node, told to make all of them,
 * tries for ever where the system refuses with the wrong word, as it does below `/proc`.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !existsSync(at); at = path.dirname(at)) missing.unshift(at);
  for (const each of missing) {
    try {
      mkdirSync(each);
    } catch (error) {
      // Another process may have been faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    flushFolder(path.dirname(each));
  }
}

/** Flushes the entries of a folder, so that a file renamed into it is still there after a loss of power. */
export function flushFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return; // Windows opens no folders, and flushes names by itself.
  }
  try {
    fsyncSync(handle);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error; // Some network disks flush files only.
  } finally {
    closeSync(handle);
  }
}
