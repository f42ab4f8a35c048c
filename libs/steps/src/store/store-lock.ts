import { createHash, randomBytes } from 'node:crypto';
import { linkSync, lstatSync, readdirSync, renameSync, rmSync, writeFileSync, type Stats } from 'node:fs';
import path from 'node:path';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { InputError, IntermodelError, MachineError, readInputFile } from '@intermodel/errors';
import { writeError, makeFolder } from '@intermodel/streams';
import { isJsonObject } from './canonical-json.ts';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.ts';
import type { LockOptions, StoreLock } from './step-store.ts';

/*
 * The lock is a file that is made by a hard link, which fails where it exists already. A lock whose process died is
 * taken over by linking `lock.<its token>.next`: tokens are never used twice, so only one taker can follow a dead one.
 * The taker then checks that the lock is still the dead one, since it may have been taken over and given free while the
 * taker slept, and renames its own file over it.
 */
const lockName = 'lock';
const pollMillisecondsDefault = 100;
const lockFilePattern = /^lock\.[0-9a-f]+\.(?:claim|next)$/u;

interface Claim extends ProcessIdentity {
  readonly token: string;
}

/** Result of one attempt: a release, the process that is in the way, or neither where the lock changed meanwhile. */
type Attempt = StoreLock | { readonly holder: LockHolder } | 'changed';

/** A process that is in the way. */
type LockHolder = Pick<ProcessIdentity, 'host' | 'pid'>;

/** What a refusal says is in use. */
export interface LockedPlace {
  /** Code of the error. */
  readonly code: 'STORE_LOCKED' | 'OUTPUT_LOCKED';
  /** Path or name of what is locked. */
  readonly name: string;
  /** What it needs. @default 'one run at a time' */
  readonly expected?: string;
  /** What to do where a process of another machine holds it. @default to remove the lock if that does not run any more */
  readonly hintElsewhere?: string;
  /** Milliseconds between two looks of whoever waits. @default 100 */
  readonly pollMilliseconds?: number;
}

/**
 * Keeps other processes out of a folder until it is released or this process ends, however it ends: the lock of a dead
 * process is taken over, told apart by the start time from a later process with the same id.
 *
 * @throws InputError `STORE_LOCKED`, or the code of `place`, naming the process; MachineError `WRITE_FAILED`.
 */
export async function lockStore(
  folder: string,
  options: LockOptions = {},
  place: LockedPlace = { code: 'STORE_LOCKED', name: folder },
): Promise<StoreLock> {
  return waitForLock(place, () => tryLock(folder), options, path.join(folder, lockName));
}

/** Repeats an attempt until it succeeds or the waiting is over. */
export async function waitForLock(
  place: LockedPlace,
  attempt: () => Attempt | Promise<Attempt>,
  { waitMilliseconds = 0, signal, onWait }: LockOptions,
  lockFile = '',
): Promise<StoreLock> {
  const deadline = performance.now() + waitMilliseconds;
  for (let told = false; ;) {
    signal?.throwIfAborted();
    const outcome = await attempt();
    if (outcome === 'changed') {
      await setImmediate(undefined, signal === undefined ? {} : { signal });
      continue;
    }
    if ('release' in outcome) return outcome;
    if (performance.now() >= deadline) throw lockedError(lockFile, place, outcome.holder);
    if (!told) onWait?.(outcome.holder.pid);
    told = true;
    await delay(place.pollMilliseconds ?? pollMillisecondsDefault, undefined, signal === undefined ? {} : { signal });
  }
}

function tryLock(folder: string): Attempt {
  const lockFile = path.join(folder, lockName);
  const present = readClaim(lockFile);
  if (present !== undefined && isRunning(present) !== false) return { holder: present };
  const claim: Claim = { ...thisProcess, token: randomBytes(8).toString('hex') };
  const claimFile = path.join(folder, `${lockName}.${claim.token}.claim`);
  return onDisk(lockFile, () => {
    makeFolder(folder);
    try {
      writeFileSync(claimFile, JSON.stringify(claim), { flag: 'wx' });
      const outcome = claimLock(folder, lockFile, claimFile, claim);
      if (outcome !== 'taken') return outcome;
    } finally {
      rmSync(claimFile, { force: true });
    }
    const lock = releasedAtExit(() => {
      if (readClaim(lockFile)?.token === claim.token) rmSync(lockFile, { force: true });
    });
    removeDeadClaims(folder);
    return lock;
  });
}

function claimLock(
  folder: string,
  lockFile: string,
  claimFile: string,
  claim: Claim,
): { readonly holder: Claim } | 'changed' | 'taken' {
  for (let file = lockFile; ;) {
    const link = tryLink(claimFile, file);
    if (link === 'swept') return 'changed';
    if (link === 'made') {
      if (file === lockFile) return 'taken';
      if (lastClaim(folder, lockFile)?.token === claim.token) {
        renameSync(file, lockFile);
        return 'taken';
      }
      rmSync(file, { force: true });
      return 'changed';
    }
    // Whoever holds the lock, or follows already, is at work or dead as well.
    const found = readClaim(file);
    if (found === undefined) return 'changed';
    if (isRunning(found) !== false) return { holder: found };
    file = followerFile(folder, found);
  }
}

/** The claim at the end of the chain of dead ones. */
function lastClaim(folder: string, lockFile: string): Claim | undefined {
  let last = readClaim(lockFile);
  while (last !== undefined && isRunning(last) === false) last = readClaim(followerFile(folder, last));
  return last;
}

function followerFile(folder: string, { token }: Claim): string {
  return path.join(folder, `${lockName}.${token}.next`);
}

function readClaim(file: string): Claim | undefined {
  let status: Stats | undefined;
  try {
    status = lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined; // The folder itself cannot be used: to make it says why.
  }
  // A link that leads nowhere would pass for no lock, and yet keep one from being made.
  if (status !== undefined && !status.isFile()) {
    throw new InputError(
      'LOCK_NOT_FILE',
      status.isSymbolicLink() ? 'the lock is a link, which no run makes' : 'the lock is not a file',
      { file, expected: 'the lock file of a run, or none', hint: 'Remove it if nothing uses this folder.' },
    );
  }
  let text: string;
  try {
    text = readInputFile(file).toString();
  } catch (error) {
    if (error instanceof InputError && error.code === 'FILE_MISSING') return undefined;
    throw error;
  }
  const value = parse(text);
  const known = isJsonObject(value) ? value : {};
  const { host, boot, pid, start, token } = known;
  if (
    typeof host === 'string' &&
    typeof boot === 'string' &&
    typeof pid === 'number' &&
    typeof start === 'string' &&
    typeof token === 'string'
  )
    return { host, boot, pid, start, token };
  // Claims are linked only when they are whole, so a broken one was left by a loss of power: a process long dead.
  return {
    host: '',
    boot: '',
    pid: 0,
    start: '',
    token: createHash('sha256')
      .update(`${path.basename(file)}\n${text}`)
      .digest('hex')
      .slice(0, 16),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tryLink(claimFile: string, to: string): 'made' | 'exists' | 'swept' {
  try {
    linkSync(claimFile, to);
    return 'made';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'exists';
    // Whoever has just taken the lock swept the claim away, having met it half-written.
    if (code === 'ENOENT') return 'swept';
    if (['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code)) {
      throw new MachineError('LOCK_UNSUPPORTED', 'the file system has no hard links, which the lock needs', {
        file: to,
        hint: 'Put the store on another disk, such as the one of your home folder.',
        cause: error,
      });
    }
    throw error;
  }
}

function removeDeadClaims(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!lockFilePattern.test(name)) continue;
    const claim = readClaim(path.join(folder, name));
    if (claim !== undefined && isRunning(claim) === false) rmSync(path.join(folder, name), { force: true });
  }
}

function onDisk<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw cause instanceof IntermodelError ? cause : writeError(file, cause);
  }
}

function lockedError(
  lockFile: string,
  {
    code,
    name,
    expected = 'one run at a time',
    hintElsewhere = `Wait until it has ended. If it does not run any more, remove ${lockFile}.`,
  }: LockedPlace,
  holder: LockHolder,
): InputError {
  const here = holder.host === thisProcess.host;
  const own = here && holder.pid === thisProcess.pid;
  return new InputError(
    code,
    `is in use by process ${String(holder.pid)}${own ? ', which is this one' : here ? '' : ` on ${holder.host}`}`,
    {
      file: name,
      expected,
      hint: here
        ? 'Wait until it has ended, or end it; a run waits with `lock.waitMilliseconds: Infinity`.'
        : hintElsewhere,
    },
  );
}

const held = new Set<() => void>();

/** A lock whose removal, at the latest, comes as the process exits. */
export function releasedAtExit(remove: () => void): StoreLock {
  if (held.size === 0) process.on('exit', releaseAll);
  const release = () => {
    if (!held.delete(release)) return;
    if (held.size === 0) process.off('exit', releaseAll);
    remove();
  };
  held.add(release);
  return { release };
}

function releaseAll(): void {
  for (const release of held) release();
}
