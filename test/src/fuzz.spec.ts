import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './command-line.ts';

describe('bent inputs', () => {
  it('end, 100 of all kinds, with a word that says what is wrong, and leave nothing behind', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--conditions=@intermodel/source',
        path.join(root, 'tools/fuzz/run.mjs'),
        '--count',
        '100',
        '--seed',
        '2022',
        '--parallel',
        '2',
      ],
      { cwd: root, encoding: 'utf8' },
    );
    expect([stderr, stdout.trim().split('\n').at(-1)]).toEqual([
      '',
      expect.stringMatching(/^100 inputs of seed 2022: .*; 0 with faults$/u),
    ]);
    expect(status, stdout).toBe(0);
  });
});
