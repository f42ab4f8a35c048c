import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Root of the repository. */
export const root = path.resolve(import.meta.dirname, '../..');

/** The built command. */
export const command = path.join(root, 'apps/cli/bin/intermodel.js');

/** What a run of the command left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a user would, in a process of its own. */
export function intermodel(argv: readonly string[], cwd = root): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...argv], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return { code: status, stdout, stderr };
}

/** Gives the specs of a file one temporary folder, removed at the end; call at top level. */
export function temporaryFolder(): (...parts: string[]) => string {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'intermodel-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return (...parts) => path.join(folder, ...parts);
}

/** Rows of a CSV file without quoted fields, as objects by heading. */
export function csvRows(file: string): Record<string, string>[] {
  const [headings = '', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const names = headings.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

/**
 * SHA-256 of every file below a folder but for hidden folders, which hold what runs keep for later ones; by relative
 * path.
 */
export function folderBytes(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const shown = files.filter((file) => !path.relative(folder, file).startsWith('.'));
  return Object.fromEntries(
    shown
      .sort()
      .map((file) => [path.relative(folder, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}

/** Files of the steps in a store, by path. */
export function stepFiles(store: string): string[] {
  return readdirSync(path.join(store, 'steps'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.step'))
    .map((name) => path.join(store, 'steps', name))
    .sort();
}
