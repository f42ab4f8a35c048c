import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from './file-store.ts';
import { thisProcess } from './process-identity.ts';
import { lockStore } from './store-lock.ts';

let folder = '';
const children: ChildProcessByStdio<Writable, Readable, Readable>[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(script: string, ...args: string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const file = fileURLToPath(new URL(`fixtures/${script}`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@intermodel/source', file, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

const locked = async (child: { readonly stdout: Readable }) => once(child.stdout, 'data');
const exited = async (child: (typeof children)[number]) => child.exitCode ?? child.signalCode ?? once(child, 'exit');
const lockFile = () => path.join(folder, 'lock');
const leaveClaim = (claim: object) => {
  writeFileSync(
    path.join(folder, 'lock'),
    typeof claim === 'string' ? claim : JSON.stringify({ ...thisProcess, token: 'aa', ...claim }),
  );
};

describe(lockStore, () => {
  it('refuses while another process holds it, waits if told, and takes over after kill -9', async () => {
    const child = start('hold-lock.mjs', folder, 'wait');
    await locked(child);
    await expect(lockStore(folder)).rejects.toMatchObject({
      name: 'InputError',
      code: 'STORE_LOCKED',
      message: `${folder}: is in use by process ${String(child.pid)}\n  expected: one run at a time\n  what to do: Wait until it has ended, or end it; a run waits with \`lock.waitMilliseconds: Infinity\`.`,
    });
    const waiting: number[] = [];
    const second = lockStore(folder, {
      waitMilliseconds: 600_000,
      onWait: (holder) => {
        waiting.push(holder);
        child.kill('SIGKILL');
      },
    });
    const lock = await second;
    expect(waiting).toEqual([child.pid]);
    expect(readdirSync(folder)).toEqual(['lock']);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['exit', 'throw'])('is given free when a process ends by %s', async (how) => {
    const child = start('hold-lock.mjs', folder, how);
    await locked(child);
    await exited(child);
    expect(existsSync(path.join(folder, 'lock'))).toBe(false);
  });

  it('takes over what a process with the same id, a start of the machine ago, or a broken write left', async () => {
    for (const claim of [{ start: '1' }, { boot: 'earlier' }, { pid: 0 }, '', '{"pid":', 'null']) {
      leaveClaim(claim as object);
      const lock = await lockStore(folder);
      expect(JSON.parse(readFileSync(path.join(folder, 'lock'), 'utf8'))).toMatchObject({ ...thisProcess });
      lock.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('takes over after a taker died halfway, and removes what both left', async () => {
    leaveClaim({ start: '1', token: 'aa' });
    writeFileSync(path.join(folder, 'lock.aa.next'), JSON.stringify({ ...thisProcess, start: '2', token: 'bb' }));
    writeFileSync(path.join(folder, 'lock.bb.claim'), JSON.stringify({ ...thisProcess, start: '2', token: 'bb' }));
    const lock = await lockStore(folder);
    expect(readdirSync(folder)).toEqual(['lock']);
    await expect(lockStore(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    lock.release();
  });

  it('refuses the lock of another machine, and says what to remove', async () => {
    leaveClaim({ host: 'elsewhere', pid: 77 });
    await expect(lockStore(folder)).rejects.toThrow(
      new RegExp(`process 77 on elsewhere[\\s\\S]*remove ${path.join(folder, 'lock')}`, 'u'),
    );
  });

  it('does not remove the lock of another run when its own was removed by hand', async () => {
    const first = await lockStore(folder);
    rmSync(path.join(folder, 'lock'));
    const second = await lockStore(folder);
    first.release();
    await expect(lockStore(folder)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    second.release();
  });

  it('refuses a lock that is no file at once, instead of trying for ever', async () => {
    for (const make of [
      () => {
        symlinkSync(path.join(folder, 'nowhere'), lockFile());
      },
      () => {
        mkdirSync(lockFile());
      },
      () => {
        execFileSync('mkfifo', [lockFile()]);
      },
    ]) {
      make();
      await expect(lockStore(folder, { waitMilliseconds: 600_000 })).rejects.toMatchObject({
        name: 'InputError',
        code: 'LOCK_NOT_FILE',
        details: { file: lockFile() },
      });
      rmSync(lockFile(), { recursive: true });
    }
    (await lockStore(folder)).release();
  });

  it('is held by one process at a time when many race for it and leave it behind dead', async () => {
    const log = path.join(folder, 'log');
    const rounds = 40;
    const racing = Array.from({ length: 5 }, () =>
      start('contend-for-lock.mjs', path.join(folder, 'store'), log, String(rounds)),
    );
    expect(await Promise.all(racing.map(exited))).toEqual(racing.map(() => [null, 'SIGKILL']));
    const lines = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    expect(lines.length).toBe(racing.length * rounds * 2);
    for (let line = 0; line < lines.length; line += 2) {
      const holder = lines[line]?.[1];
      expect(lines.slice(line, line + 2)).toEqual([
        ['enter', holder],
        ['leave', holder],
      ]);
    }
    (await lockStore(path.join(folder, 'store'))).release();
    expect(readdirSync(path.join(folder, 'store'))).toEqual([]);
  });
});

describe('a store that processes share', () => {
  const writers = () => readdirSync(path.join(folder, 'writers'));

  it.each(['exit', 'throw'])('is left by a process that ends by %s', async (how) => {
    const child = start('hold-lock.mjs', folder, how, 'share');
    await locked(child);
    await exited(child);
    expect(writers()).toEqual([]);
  });

  it('is for one alone as soon as the others have died, and no lock stays of one that was refused', async () => {
    const sharing = [1, 2].map(() => start('hold-lock.mjs', folder, 'wait', 'share'));
    await Promise.all(sharing.map(locked));
    const store = fileStore(folder);
    await expect(store.lock({ alone: true })).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringMatching(/in use by process \d+\n {2}expected: nobody else uses the store/u) as string,
    });
    expect(existsSync(lockFile())).toBe(false);
    expect(writers()).toHaveLength(2);
    const waiting = store.lock({
      alone: true,
      waitMilliseconds: 600_000,
      onWait: () => {
        for (const child of sharing) child.kill('SIGKILL');
      },
    });
    const alone = await waiting;
    expect(writers()).toHaveLength(1);
    await expect(store.share()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining('no other process removes what is stored') as string,
    });
    alone.release();
    expect(writers()).toEqual([]);
  });

  it('says of a process of another machine that waiting tells whether it lives', async () => {
    mkdirSync(path.join(folder, 'writers'));
    const claim = { machine: 'far', host: 'node7', pid: 77, start: '', token: 'aa', leaseMilliseconds: 1000 };
    writeFileSync(path.join(folder, 'writers', '1abc.1'), JSON.stringify(claim));
    const store = fileStore(folder);
    await expect(store.lock({ alone: true })).rejects.toThrow(
      /process 77 on node7[\s\S]*found out within two minutes/u,
    );
    (await store.lock({ alone: true, waitMilliseconds: 600_000 })).release();
    expect(writers()).toEqual([]);
  });
});
