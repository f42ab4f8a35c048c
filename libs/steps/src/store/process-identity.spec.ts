import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isRunning, thisProcess } from './process-identity.ts';

const withProc = existsSync('/proc/self/stat');

describe(isRunning, () => {
  it('knows this process, and others while they live', async () => {
    expect(isRunning(thisProcess)).toBe(true);
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    const identity = { ...thisProcess, pid: child.pid ?? 0, start: '' };
    expect(isRunning(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning(identity)).toBe(false);
  });

  it('takes another start of the machine for the end of all its processes, and cannot see other machines', () => {
    expect(isRunning({ ...thisProcess, host: 'elsewhere' })).toBeUndefined();
    expect(isRunning({ ...thisProcess, pid: 0 })).toBe(false);
  });

  it.skipIf(!withProc)('tells a process from an earlier one with the same id', () => {
    expect(isRunning({ ...thisProcess, start: String(Number(thisProcess.start) - 1) })).toBe(false);
    expect(isRunning({ ...thisProcess, boot: 'earlier' })).toBe(false);
  });

  it.skipIf(!withProc)('takes a zombie for dead, although it still answers signals', async () => {
    // The shell becomes a program that never asks for the end of its child, and only then the child may end.
    const parent = spawn('sh', ['-c', '(read line <&3) & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    });
    try {
      const [line] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
      const zombie = { ...thisProcess, pid: Number(line.toString()), start: '' };
      await expect.poll(() => readFileSync(`/proc/${String(parent.pid)}/comm`, 'utf8')).toBe('sleep\n');
      expect(isRunning(zombie)).toBe(true);
      (parent.stdio[3] as Writable).end();
      await expect.poll(() => isRunning(zombie)).toBe(false);
      expect(process.kill(zombie.pid, 0)).toBe(true);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
