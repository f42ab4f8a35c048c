import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createRandom } from '@intermodel/numerics';
import type { StudyEvent } from '@intermodel/pipelines';
import { describe, expect, it } from 'vitest';
import { command, folderBytes, intermodel, stepFiles } from './command-line.ts';
import { exit, smallStudies, start, tablesOf, until } from './small-studies.ts';

const { at, study, run, fromNothing } = smallStudies();

describe('a run that does not end', () => {
  it('goes on after being killed at 30 random moments, with the bytes of an undisturbed run', async () => {
    const file = study();
    const undisturbed = start(['run', file, '--out', at('undisturbed'), '--quiet']);
    const begun = Date.now();
    expect(await exit(undisturbed)).toBe(0);
    const longest = Date.now() - begun;
    const expected = folderBytes(at('undisturbed'));
    const random = createRandom(30);
    let [killed, finished] = [0, 0];
    while (killed < 30) {
      const child = start(['run', file, '--out', at('killed'), '--quiet']);
      const ended = exit(child);
      const timer = setTimeout(() => child.kill('SIGKILL'), longest * (0.15 + 0.85 * random.uniform()));
      const code = await ended;
      clearTimeout(timer);
      if (code === null) {
        killed++;
        continue;
      }
      expect([code, child.told()]).toEqual([0, '']);
      expect(folderBytes(at('killed'))).toEqual(expected);
      rmSync(at('killed'), { recursive: true });
      finished++;
    }
    expect(intermodel(['run', file, '--out', at('killed'), '--quiet'])).toMatchObject({ code: 0 });
    expect(folderBytes(at('killed'))).toEqual(expected);
    expect(killed + finished).toBeGreaterThanOrEqual(30);
  });

  it('skips the shards that a run finished which was killed', async () => {
    const file = study();
    const ofShard = (shard: string) =>
      new RegExp(`^(?:labels|(?:maps|histogram|top) [abc] maps from) ${shard}: done`, 'gmu');
    const shardsOf = (events: readonly StudyEvent[], kind: StudyEvent['kind']) =>
      new Set(
        events.flatMap((event) =>
          event.kind === kind &&
          'step' in event &&
          'subject' in event &&
          ['labels', 'maps', 'histogram', 'top'].includes(event.step)
            ? [event.subject.split(' ').at(-1)]
            : [],
        ),
      );
    let finished: readonly string[] = [];
    let events: readonly StudyEvent[] = [];
    // A run may be through with all shards before the signal reaches it: such a one says nothing, and is made again.
    while (finished.length === 0 || shardsOf(events, 'step-done').size === 0) {
      rmSync(at('killed-late'), { recursive: true, force: true });
      const child = start(['run', file, '--out', at('killed-late'), '--verbose']);
      const shardsDone = () =>
        [...child.told().matchAll(/^labels (\S+): done/gmu)]
          .map(([, shard = '']) => shard)
          .filter((shard) => child.told().match(ofShard(shard))?.length === 1 + 3 * 3);
      child.stderr?.on('data', () => {
        if (shardsDone().length > 0) child.kill('SIGKILL');
      });
      await exit(child);
      finished = shardsDone();
      events = await run(file, 'killed-late');
    }
    const again = shardsOf(events, 'step-done');
    const skipped = shardsOf(events, 'step-skipped');
    expect(finished.map((shard) => [again.has(shard), skipped.has(shard)])).toEqual(finished.map(() => [false, true]));
    expect(folderBytes(at('killed-late'))).toEqual(await fromNothing(file));
  });

  it('finds steps that were damaged or cut short, reports them, and makes them again', async () => {
    await run(study(), 'damaged');
    stepFiles(at('damaged', '.store')).forEach((file, index) => {
      if (index % 2 === 0) truncateSync(file, Math.floor(statSync(file).size * 0.7));
      else {
        const bytes = readFileSync(file);
        const place = bytes.length - 1 - (index % 40);
        bytes[place] = (bytes[place] as number) ^ 255;
        writeFileSync(file, bytes);
      }
    });
    const file = study({ more: { matching: { gate: 0.06 } } });
    const events = await run(file, 'damaged');
    expect(events.filter((event) => event.kind === 'warning' && /damaged/u.test(event.text)).length).toBeGreaterThan(3);
    expect(folderBytes(at('damaged'))).toEqual(await fromNothing(file));
    for (const name of stepFiles(at('damaged', '.store'))) truncateSync(name, 20);
    const told = intermodel(['run', file, '--out', at('damaged')]);
    expect(tablesOf(folderBytes(at('damaged')))).toEqual(tablesOf(await fromNothing(file)));
    expect([told.code, told.stderr]).toEqual([0, expect.stringMatching(/^(?:note: .*\.step: .*made again\n)+$/u)]);
  });

  it('makes galleries again of which nothing whole is left', async () => {
    const events = await run(study(), 'galleries');
    for (const event of events) {
      if (event.kind !== 'step-done' || !['top', 'gallery'].includes(event.step)) continue;
      const file = at('galleries', '.store', 'steps', event.key.slice(0, 3), `${event.key}.step`);
      const bytes = readFileSync(file);
      bytes[70] = (bytes[70] as number) ^ 255;
      writeFileSync(file, bytes);
    }
    const file = study({ more: { gallery: { units: 3, images: 2 } } });
    await run(file, 'galleries');
    await run(file, 'galleries');
    expect(folderBytes(at('galleries'))).toEqual(await fromNothing(file));
  });

  it('stops where the disk is full, keeps what was finished, and goes on once there is room', async () => {
    const file = study();
    // Files beyond 200 KiB cannot be written: maps are larger, other steps are not.
    const full = spawn(
      'bash',
      [
        '-c',
        `trap '' XFSZ; ulimit -f 200; exec "$0" "$@"`,
        process.execPath,
        command,
        'run',
        file,
        '--out',
        at('full'),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let told = '';
    full.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    expect(await exit(full)).toBe(1);
    expect(told).toMatch(/^error WRITE_FAILED: .*\.store/u);
    expect(existsSync(at('full', 'manifest.json'))).toBe(false);
    expect(stepFiles(at('full', '.store')).length).toBeGreaterThan(0);
    await run(file, 'full');
    expect(folderBytes(at('full'))).toEqual(await fromNothing(file));
  });

  it('keeps a second run of the store out, naming the process, or lets it wait', async () => {
    const file = study();
    const first = start(['run', file, '--out', at('shared'), '--quiet']);
    const done = exit(first);
    await until(() => existsSync(at('shared', '.store', 'lock')), first.told);
    const refused = intermodel(['run', file, '--out', at('refused'), '--store', at('shared', '.store')]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(new RegExp(`^error STORE_LOCKED: .*${String(first.pid)}`, 'u'));
    expect(existsSync(at('refused'))).toBe(false);
    const waiting = start(['run', file, '--out', at('shared'), '--wait']);
    expect([await done, await exit(waiting)]).toEqual([0, 0]);
    expect(waiting.told()).toContain(`waiting for process ${String(first.pid)}`);
  });
});
