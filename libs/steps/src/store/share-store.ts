import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ClaimHolder } from '../claims/claimant.ts';
import { TaskClaims } from '../claims/task-claims.ts';
import { releasedAtExit, waitForLock } from './store-lock.ts';
import type { LockOptions, StoreLock } from './step-store.ts';

/*
 * Whoever uses a store together with others has a claim of its own in `writers`, under a name that nobody else takes.
 * Each writes its own claim first and looks for those of the other kind then: of two that come at once, one at least
 * sees the other, and gives way.
 */
const leaseMilliseconds = 60_000;
const kinds = { alone: '0', sharing: '1' } as const;

/**
 * Takes part in a store: any number may, on any machine, unless one has it alone.
 *
 * @throws InputError `STORE_LOCKED` naming the process that has it alone; MachineError `WRITE_FAILED`.
 */
export function shareStore(folder: string, options: LockOptions = {}): Promise<StoreLock> {
  return enterStore(folder, 'sharing', 'alone', 'no other process removes what is stored', options);
}

/**
 * Keeps out all that take part in a store; who does so holds its lock already.
 *
 * @throws InputError `STORE_LOCKED` naming a process that takes part; MachineError `WRITE_FAILED`.
 */
export function shareWithNobody(folder: string, options: LockOptions = {}): Promise<StoreLock> {
  return enterStore(folder, 'alone', 'sharing', 'nobody else uses the store', options);
}

function enterStore(
  folder: string,
  own: keyof typeof kinds,
  other: keyof typeof kinds,
  expected: string,
  options: LockOptions,
): Promise<StoreLock> {
  const writers = path.join(folder, 'writers');
  const claims = new TaskClaims(writers, { leaseMilliseconds });
  return waitForLock(
    {
      ...{ code: 'STORE_LOCKED', name: folder, expected },
      hintElsewhere:
        'Wait until it has ended, as `lock.waitMilliseconds: Infinity` does: a process that has died is found out within two minutes.',
    },
    async () => {
      const task = `${kinds[own]}${randomBytes(15).toString('hex')}`;
      const claim = await claims.claim(task);
      if (!('release' in claim)) return 'changed';
      const lock = releasedAtExit(() => {
        claim.release().catch(() => undefined); // Stops the renewals; the file goes at once.
        rmSync(path.join(writers, `${task}.1`), { force: true });
      });
      try {
        const holder = await findHolder(claims, kinds[other]);
        if (holder === undefined) return lock;
        lock.release();
        return { holder };
      } catch (error) {
        lock.release();
        throw error;
      }
    },
    options,
  );
}

/** Someone alive of a kind; the dead that are met are swept away. */
async function findHolder(claims: TaskClaims, kind: string): Promise<ClaimHolder | undefined> {
  for (const task of await claims.tasks()) {
    if (!task.startsWith(kind)) continue;
    const outcome = await claims.claim(task);
    if ('holder' in outcome) return outcome.holder;
    await outcome.release();
  }
  return undefined;
}
