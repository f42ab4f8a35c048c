import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { manifestFile, stageFolder, writeFileAtomically } from './atomic-files.ts';
import { flushFolder } from './durable-folders.ts';

vi.mock('./durable-folders.ts', { spy: true });

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'atomic-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
const at = (...parts: string[]) => path.join(folder, ...parts);

/** Says what a folder holds whenever it is flushed. */
function whileFlushing(look: () => unknown): unknown[] {
  const seen: unknown[] = [];
  vi.mocked(flushFolder).mockImplementation((flushed) => {
    if (flushed === folder) seen.push(look());
  });
  return seen;
}

describe('a loss of power', () => {
  it('leaves a written file under its name: the folder is flushed after the rename', () => {
    const seen = whileFlushing(() => readdirSync(folder));
    writeFileAtomically(at('a.csv'), 'whole');
    expect(seen).toEqual([['a.csv']]);
  });

  it('leaves a new folder or the one before it: the names are flushed before the old one goes', () => {
    const write = (text: string) => {
      const staged = stageFolder(at('out'));
      writeFileAtomically(path.join(staged.path, manifestFile), JSON.stringify({ program: 'intermodel 1', text }));
      return staged;
    };
    write('first').commit();
    const staged = write('second');
    const seen = whileFlushing(() => [
      existsSync(staged.path),
      readFileSync(at('out', manifestFile), 'utf8').includes('second'),
      readdirSync(folder).length,
    ]);
    staged.commit();
    expect(seen).toEqual([[false, true, 2]]);
    expect(readdirSync(folder)).toEqual(['out']);
  });
});
