import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import type { ClaimPlace } from '../claims/claim-place.ts';
import type { ClaimHolder } from '../claims/claimant.ts';
import { TaskClaims, type Claim } from '../claims/task-claims.ts';
import { releasedAtExit, waitForLock } from './store-lock.ts';
import type { LockOptions, StoreLock } from './step-store.ts';

/*
 * Whoever uses a store together with others has a claim of its own in `writers`, under a name that nobody else takes.
 * Each writes its own claim first and looks for those of the other kind then: of two that come at once, one at least
 * sees the other, and gives way.
 */
const leaseMilliseconds = 60_000;
const kinds = { alone: '0', sharing: '1' } as const;
/** What a run claims, where a lock is made of claims. */
const runTask = 'f'.repeat(32);
const hintElsewhere =
  'Wait until it has ended (a run does with `lock.waitMilliseconds: Infinity`): a process that has died is found out within two minutes.';

/** A store that processes use together. */
export interface SharedPlace {
  /** What a refusal calls it. */
  readonly name: string;
  /** Where the claims of those lie that use it: a folder, or a place of its own. */
  readonly writers: string | ClaimPlace;
  /** Milliseconds between two looks of whoever waits. @default 100 */
  readonly pollMilliseconds?: number;
  /** Is given what goes on after a lock was given free: the removal of its claim. @default nobody waits for it */
  readonly onRelease?: (removal: Promise<void>) => void;
}

/**
 * Keeps other runs out of a store whose place has no locks of its own, by a claim.
 *
 * @throws InputError `STORE_LOCKED` naming the process that holds it; what the place throws.
 */
export function lockPlace(place: SharedPlace, options: LockOptions = {}): Promise<StoreLock> {
  const claims = new TaskClaims(place.writers, { leaseMilliseconds });
  const attempt = async () => {
    const outcome = await claims.claim(runTask);
    if ('holder' in outcome) return outcome;
    return releasedAtExit(() => {
      giveBack(outcome, place);
    });
  };
  return waitForLock({ ...lockedPlace(place), expected: 'one run at a time' }, attempt, options);
}

/**
 * Takes part in a store: any number may, on any machine, unless one has it alone.
 *
 * @throws InputError `STORE_LOCKED` naming the process that has it alone; MachineError `WRITE_FAILED`.
 */
export function shareStore(place: SharedPlace, options: LockOptions = {}): Promise<StoreLock> {
  return enterStore(place, 'sharing', 'alone', 'no other process removes what is stored', options);
}

/**
 * Keeps out all that take part in a store; who does so holds its lock already.
 *
 * @throws InputError `STORE_LOCKED` naming a process that takes part; MachineError `WRITE_FAILED`.
 */
export function shareWithNobody(place: SharedPlace, options: LockOptions = {}): Promise<StoreLock> {
  return enterStore(place, 'alone', 'sharing', 'nobody else uses the store', options);
}

function enterStore(
  place: SharedPlace,
  own: keyof typeof kinds,
  other: keyof typeof kinds,
  expected: string,
  options: LockOptions,
): Promise<StoreLock> {
  const claims = new TaskClaims(place.writers, { leaseMilliseconds });
  let entry: StoreLock | undefined;
  const leave = () => {
    entry?.release();
    entry = undefined;
  };
  const attempt = async () => {
    const entered = (entry ??= await writeEntry(claims, place, kinds[own]));
    const holder = await findHolder(claims, kinds[other]);
    if (holder === undefined) return entered;
    // Whoever wants it alone stays at the door, or those who come and go would never let it in.
    if (own === 'sharing') leave();
    return { holder };
  };
  return waitForLock({ ...lockedPlace(place), expected }, attempt, options).catch((error: unknown) => {
    leave();
    throw error;
  });
}

function lockedPlace({ name, pollMilliseconds }: SharedPlace) {
  return {
    code: 'STORE_LOCKED',
    name,
    hintElsewhere,
    ...(pollMilliseconds === undefined ? {} : { pollMilliseconds }),
  } as const;
}

function giveBack(claim: Claim, { onRelease }: SharedPlace): void {
  const removal = claim.release().catch(() => undefined); // Its lease ends.
  onRelease?.(removal);
}

/** Claims a name that nobody else takes. */
async function writeEntry(claims: TaskClaims, place: SharedPlace, kind: string): Promise<StoreLock> {
  const task = `${kind}${randomBytes(15).toString('hex')}`;
  const claim = await claims.claim(task);
  if (!('release' in claim)) return writeEntry(claims, place, kind);
  return releasedAtExit(() => {
    giveBack(claim, place); // Stops the renewals; a file goes at once.
    if (typeof place.writers === 'string') rmSync(path.join(place.writers, `${task}.1`), { force: true });
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

/** Goes on with a lock, which is given free if that fails. */
export async function enter(lock: StoreLock, goOn: () => Promise<StoreLock>): Promise<StoreLock> {
  try {
    return await goOn();
  } catch (error) {
    lock.release();
    throw error;
  }
}
