import { execFileSync, spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TaskClaims, type Claim } from './task-claims.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

const task = '5'.repeat(64);
const hour = 3600 * 1000;
let folder = '';
const children: Child[] = [];
const open: Claim[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'claims-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const claim of open.splice(0)) await claim.release().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

const command = (...args: string[]): [string, ...string[]] => [
  process.execPath,
  '--import',
  'tsx',
  '--conditions=@intermodel/source',
  fileURLToPath(new URL('fixtures/hold-claim.mjs', import.meta.url)),
  ...args,
];
function start(leaseMilliseconds: number, ...more: string[]): { readonly child: Child; readonly said: () => string } {
  const [program, ...args] = command(folder, task, String(leaseMilliseconds), ...more);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, said: () => said };
}
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(20);
}
/** Claims a task that is to be had. */
async function got(claims: TaskClaims, of = task): Promise<Claim> {
  const outcome = await claims.claim(of);
  if (!('release' in outcome)) throw new Error(`held by ${JSON.stringify(outcome.holder)}`);
  open.push(outcome);
  return outcome;
}
const isHeld = async (claims: TaskClaims) => 'holder' in (await claims.claim(task));
/** Makes the claim that is there one of another machine, whose processes cannot be seen. */
function moveElsewhere(): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(/"machine":"[0-9a-f]{4}/u, '"machine":"dead').replace(/"host":"[^"]*"/u, '"host":"node7"'),
    );
  }
}

describe(TaskClaims, () => {
  it('lets one process have a task, and the next when it is given back', async () => {
    const one = new TaskClaims(folder);
    const two = new TaskClaims(folder);
    const claim = await got(one);
    expect(await two.claim(task)).toMatchObject({ holder: { pid: process.pid } });
    expect(await one.claim(task)).toMatchObject({ holder: { pid: process.pid } });
    const other = await got(two, 'abc');
    expect(await one.tasks()).toEqual([task, 'abc']);
    await claim.release();
    await (await got(two)).release();
    await claim.release();
    await other.release();
    expect(claim.lost.aborted).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over at once after kill -9 on this machine', async () => {
    const { child, said } = start(hour);
    await until(() => said().includes('claimed'));
    const claims = new TaskClaims(folder, { leaseMilliseconds: hour });
    expect(await claims.claim(task)).toEqual({ holder: { host: expect.any(String) as string, pid: child.pid } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await got(claims)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes over from a process that was stopped for more than its lease, which finds out when it goes on', async () => {
    const { child, said } = start(1000);
    await until(() => said().includes('claimed'));
    child.kill('SIGSTOP');
    const claims = new TaskClaims(folder, { leaseMilliseconds: hour });
    const begun = performance.now();
    await until(async () => {
      const outcome = await claims.claim(task);
      if ('release' in outcome) open.push(outcome);
      return 'release' in outcome;
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(1000);
    expect(said()).not.toContain('lost');
    child.kill('SIGCONT');
    await until(() => said().includes('lost CLAIM_LOST'));
    expect(await isHeld(new TaskClaims(folder))).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isHeld(new TaskClaims(folder))).toBe(true);
    expect(open[0]?.lost.aborted).toBe(false);
  });

  it('leaves a task to a process that renews, for many times what it may be silent', async () => {
    const lease = 4000;
    const { said } = start(lease);
    await until(() => said().includes('claimed'));
    const claims = new TaskClaims(folder);
    const before = readFileSync(path.join(folder, `${task}.1`), 'utf8');
    const begun = performance.now();
    while (performance.now() - begun < 2.5 * lease) {
      expect(await isHeld(claims)).toBe(true);
      await delay(100);
    }
    expect(readFileSync(path.join(folder, `${task}.1`), 'utf8')).not.toBe(before);
    expect(said()).not.toContain('lost');
  });

  it('gives a task whose process was killed to one of many that try at once', async () => {
    const { child, said } = start(hour);
    await until(() => said().includes('claimed'));
    const takers = Array.from({ length: 6 }, () => start(hour, 'once'));
    await until(() => takers.every((taker) => taker.said() === 'ready\n'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const taker of takers) taker.child.stdin.write('go\n');
    await until(() => takers.every((taker) => taker.said() !== 'ready\n'));
    expect(takers.map((taker) => taker.said().slice('ready\n'.length)).sort()).toEqual([
      'claimed\n',
      ...Array.from({ length: 5 }, () => 'held\n'),
    ]);
  });

  it('judges another machine by its silence alone, and knows no clock but its own', async () => {
    const { child, said } = start(500);
    await until(() => said().includes('claimed'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    moveElsewhere();
    const claims = new TaskClaims(folder, { leaseMilliseconds: 1 });
    expect(await claims.claim(task)).toMatchObject({ holder: { host: 'node7' } });
    const begun = performance.now();
    await until(async () => !(await isHeld(claims)));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(450);
  });

  it('tells a process whose claim cannot be renewed', async () => {
    const claim = await got(new TaskClaims(folder, { leaseMilliseconds: 200 }));
    const lost = once(claim.lost, 'abort');
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    await lost;
    expect(claim.lost.reason).toMatchObject({ name: 'MachineError', code: 'CLAIM_LOST' });
    rmSync(folder);
  });

  it('sweeps away what the dead left and what is finished, and nothing else', async () => {
    const claims = new TaskClaims(folder, { leaseMilliseconds: hour });
    const { child, said } = start(hour);
    await until(() => said().includes('claimed'));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await got(claims, 'aa');
    await got(claims, 'bb');
    writeFileSync(path.join(folder, 'cc.3'), 'of another machine');
    writeFileSync(path.join(folder, 'dd.1'), 'of another machine, and finished');
    writeFileSync(path.join(folder, 'note.txt'), 'of the user');
    await claims.sweep((of) => Promise.resolve(['bb', 'dd'].includes(of)));
    expect(readdirSync(folder).sort()).toEqual(['aa.1', 'cc.3', 'note.txt']);
    const brief = new TaskClaims(folder, { leaseMilliseconds: 50 });
    await brief.sweep();
    await delay(60);
    await brief.sweep();
    expect(readdirSync(folder).sort()).toEqual(['aa.1', 'note.txt']);
  });

  it('claims nothing once it is told to end', async () => {
    const claims = new TaskClaims(folder, { signal: AbortSignal.abort(new Error('stopped')) });
    await expect(claims.claim(task)).rejects.toThrow('stopped');
    for (const bad of ['', '../x', 'ABC', 'a'.repeat(129), 'a.1'])
      await expect(new TaskClaims(folder).claim(bad)).rejects.toThrow(RangeError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

// A namespace of its own lets the child mount a small disk that vanishes with it.
const mayMount = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt']).status === 0;

describe('claims in a bad folder', () => {
  const refused = (code: string, message: RegExp) => ({
    name: 'MachineError',
    code,
    message: expect.stringMatching(message) as string,
  });

  it('are refused with the file and a reason', async () => {
    writeFileSync(path.join(folder, 'file'), '');
    const inFile = new TaskClaims(path.join(folder, 'file'));
    await expect(inFile.claim(task)).rejects.toMatchObject(
      refused('CLAIMS_UNREADABLE', /file: cannot be read \(ENOTDIR\)/u),
    );
    await expect(new TaskClaims(path.join(folder, 'file', 'claims')).claim(task)).rejects.toMatchObject(
      refused('CLAIMS_UNREADABLE', /ENOTDIR/u),
    );
    symlinkSync(path.join(folder, 'nowhere'), path.join(folder, 'link'));
    await expect(new TaskClaims(path.join(folder, 'link')).claim(task)).rejects.toMatchObject(
      refused('WRITE_FAILED', /link/u),
    );
    await expect(new TaskClaims('/proc/claims').claim(task)).rejects.toMatchObject(refused('WRITE_FAILED', /proc/u));
  });

  it('are refused where something that is no claim bears the name of one', async () => {
    const claims = new TaskClaims(folder);
    mkdirSync(path.join(folder, `${task}.1`));
    await expect(claims.claim(task)).rejects.toMatchObject(
      refused('CLAIMS_UNREADABLE', new RegExp(`${task}\\.1`, 'u')),
    );
    rmSync(path.join(folder, `${task}.1`), { recursive: true });
    execFileSync('mkfifo', [path.join(folder, `${task}.1`)]);
    await expect(claims.claim(task)).rejects.toMatchObject(
      refused('CLAIMS_UNREADABLE', new RegExp(`${task}\\.1`, 'u')),
    );
  });

  it.skipIf(!mayMount)('leave nothing on a full disk', () => {
    const script =
      'mount -t tmpfs -o size=64k tmpfs "$0" && head -c 1m /dev/zero > "$0/full" 2>/dev/null; "$@" </dev/null; ls "$0"';
    const { stdout } = spawnSync('unshare', ['-Urm', 'sh', '-c', script, folder, ...command(folder, task, '1000')], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(
      /^ready\nMachineError WRITE_FAILED .*5\.1: the disk is full[\s\S]*Free some space[^\n]*\n(?:full\n)?$/u,
    );
  });

  it.skipIf(!mayMount)('say so where nobody may write', () => {
    const script = 'mount -t tmpfs -o ro tmpfs "$0"; "$@" </dev/null';
    const { stdout } = spawnSync('unshare', ['-Urm', 'sh', '-c', script, folder, ...command(folder, task, '1000')], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/MachineError WRITE_FAILED .*: the file system is read-only/u);
  });
});
