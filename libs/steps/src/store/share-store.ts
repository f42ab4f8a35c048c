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
  let entry: StoreLock | undefined;
  const leave = () => {
    entry?.release();
    entry = undefined;
  };
  const attempt = async () => {
    const entered = (entry ??= await writeEntry(claims, writers, kinds[own]));
    const holder = await findHolder(claims, kinds[other]);
    if (holder === undefined) return entered;
    // Whoever wants it alone stays at the door, or those who come and go would never let it in.
    if (own === 'sharing') leave();
    return { holder };
  };
  const hintElsewhere =
    'Wait until it has ended, as `lock.waitMilliseconds: Infinity` does: a process that has died is found out within two minutes.';
  const place = { code: 'STORE_LOCKED', name: folder, expected, hintElsewhere } as const;
  return waitForLock(place, attempt, options).catch((error: unknown) => {
    leave();
    throw error;
  });
}

/** Claims a name that nobody else takes. */
async function writeEntry(claims: TaskClaims, writers: string, kind: string): Promise<StoreLock> {
  const task = `${kind}${randomBytes(15).toString('hex')}`;
  const claim = await claims.claim(task);
  if (!('release' in claim)) return writeEntry(claims, writers, kind);
  return releasedAtExit(() => {
    claim.release().catch(() => undefined); // Stops the renewals; the file goes at once.
    rmSync(path.join(writers, `${task}.1`), { force: true });
  });
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
