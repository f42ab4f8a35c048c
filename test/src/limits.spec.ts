import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { command, folderBytes } from './command-line.ts';
import { exit, smallStudies, tablesOf, until } from './small-studies.ts';

const { at, study, fromNothing } = smallStudies();

/** Runs the command under a limit of the shell. */
const limited = (limit: string, argv: readonly string[]) =>
  spawnSync('bash', ['-c', `ulimit ${limit}; exec "$0" "$@"`, process.execPath, command, ...argv], {
    encoding: 'utf8',
  });

describe.skipIf(process.platform !== 'linux')('a run on a machine with limits', () => {
  it('needs no more addresses than memory', async () => {
    const file = study();
    const { status, stderr } = limited(`-v ${String(16 * 2 ** 20)}`, ['run', file, '--out', at('narrow'), '--quiet']);
    expect([status, stderr]).toEqual([0, '']);
    expect(tablesOf(folderBytes(at('narrow')))).toEqual(tablesOf(await fromNothing(file)));
  });

  it('passes signals and exit codes on where it was started again for that', async () => {
    const narrow = ['-c', `ulimit -v ${String(16 * 2 ** 20)}; exec "$0" "$@"`, process.execPath, command];
    expect(spawnSync('bash', [...narrow, 'run', at('none.yaml'), '--out', at('none')]).status).toBe(2);
    const child = spawn('bash', [...narrow, 'run', study(), '--out', at('stopped'), '--verbose'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const ended = exit(child);
    await until(
      () => /: done/u.test(told),
      () => told,
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(told).toMatch(/stopping …[\s\S]*stopped; what is finished is stored/u);
  });

  it('says how many files it has to be allowed to open', () => {
    const { status, stderr } = limited('-n 64', ['run', study(), '--out', at('files')]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error TOO_FEW_FILES: [^\n]*64 files[\s\S]*ulimit -n 1024/u),
    ]);
  });

  it('goes on when the terminal goes away that it does not use, and when nobody reads what it tells any more', async () => {
    const file = study();
    const child = spawn(process.execPath, [command, 'run', file, '--out', at('alone'), '--verbose'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = exit(child);
    await until(
      () => existsSync(at('alone', '.store', 'lock')),
      () => 'no lock',
    );
    child.stderr.destroy();
    child.kill('SIGHUP');
    expect(await ended).toBe(0);
    expect(tablesOf(folderBytes(at('alone')))).toEqual(tablesOf(await fromNothing(file)));
  });
});
