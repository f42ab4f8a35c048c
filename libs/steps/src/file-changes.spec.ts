import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileChanges } from './file-changes.ts';

let folder = '';
let end = new AbortController();
let changes: FileChanges;
/** Many times as long as the pauses between changes below, so that a slow machine is no failure. */
const settleMilliseconds = 2000;
const at = (...parts: string[]) => path.join(folder, ...parts);
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'changes-'));
  mkdirSync(at('images', 'below'), { recursive: true });
  mkdirSync(at('models'));
  writeFileSync(at('models', 'a.onnx'), 'a');
  end = new AbortController();
  changes = new FileChanges(settleMilliseconds, end.signal);
});
afterEach(async () => {
  end.abort();
  await changes.close();
  rmSync(folder, { recursive: true, force: true });
});

async function follow(...paths: string[]): Promise<void> {
  changes.follow(paths);
  // A watcher that is ready tells of a file that comes.
  const seen = changes.stopAtNext();
  for (let probe = 0; !seen.aborted; probe++) {
    writeFileSync(at('images', `probe-${String(probe)}`), '');
    await delay(50);
  }
  await changes.settled();
}

async function noticed(): Promise<void> {
  const seen = changes.stopAtNext();
  while (!seen.aborted) await delay(10);
}

describe(FileChanges, () => {
  it('tells of all that changes below a folder, and aborts its signal at the first change', async () => {
    await follow(at('images'));
    const stop = changes.stopAtNext();
    writeFileSync(at('images', 'one.png'), '1');
    writeFileSync(at('images', 'below', 'two.png'), '2');
    expect(await changes.settled()).toEqual([at('images', 'below', 'two.png'), at('images', 'one.png')]);
    expect([stop.aborted, changes.stopAtNext().aborted]).toEqual([true, false]);
  });

  it('sees a file that goes and comes again, or that was not there, but none that was not named', async () => {
    await follow(at('models', 'a.onnx'), at('models', 'a.data'), at('images'));
    rmSync(at('models', 'a.onnx'));
    writeFileSync(at('models', 'other.onnx'), 'x');
    expect(await changes.settled()).toEqual([at('models', 'a.onnx')]);
    writeFileSync(at('models', 'a.onnx'), 'again');
    writeFileSync(at('models', 'a.data'), 'weights');
    expect(await changes.settled()).toEqual([at('models', 'a.data'), at('models', 'a.onnx')]);
  });

  it('waits until changes that came before the waiting have settled', async () => {
    await follow(at('images'));
    writeFileSync(at('images', 'one.png'), '1');
    await noticed();
    const settled = changes.settled();
    for (let more = 0; more < 4; more++) {
      await delay(settleMilliseconds / 8);
      writeFileSync(at('images', `more-${String(more)}.png`), '1');
    }
    expect(await settled).toHaveLength(5);
  });

  it('goes on at once where all has settled already, after a time where that is asked for, and at the end', async () => {
    await follow(at('images'));
    writeFileSync(at('images', 'one.png'), '1');
    await noticed();
    await delay(2 * settleMilliseconds);
    expect(await changes.settled()).toHaveLength(1);
    expect(await changes.settled(10)).toEqual([]);
    const settled = changes.settled();
    end.abort();
    expect(await settled).toEqual([]);
    expect(changes.stopAtNext().aborted).toBe(true);
  });
});
