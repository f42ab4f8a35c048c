import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';

/** Makes a folder and those above it, and flushes each new name. */
export function makeFolder(folder: string): void {
  const topmost = mkdirSync(path.resolve(folder), { recursive: true });
  if (topmost === undefined) return;
  for (let made = path.resolve(folder); made.length >= topmost.length; made = path.dirname(made)) flushFolder(path.dirname(made));
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
