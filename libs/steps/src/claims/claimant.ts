import { randomBytes } from 'node:crypto';
import { isJsonObject } from '../store/canonical-json.ts';
import { isRunning, thisMachine, thisProcess } from '../store/process-identity.ts';
import type { ClaimPlace } from './claim-place.ts';

/*
 * A claim is a file `TASK.GENERATION`. The highest generation holds the task. Whoever finds that its holder is dead
 * creates the next one, which only one can do, and removes the lower ones. Two that hold a task at once, because one
 * slept, do no harm but work twice: the one with the lower generation finds out when it renews.
 */
const namePattern = /^([0-9a-f]{1,128})\.([1-9]\d{0,14})$/u;
/** A lease beyond this is a damaged one. */
const longestLease = 24 * 3600 * 1000;

/** Who holds a claim. */
export interface ClaimHolder {
  /** Name of its machine; empty where the claim cannot be read, such as one that is just being written. */
  readonly host: string;
  /** Its process id there; 0 where the claim cannot be read. */
  readonly pid: number;
}

/** A claim of this process, as it is written. */
export interface OwnClaim {
  /** What is claimed. */
  readonly task: string;
  /** Name of the claim at its place. */
  readonly name: string;
  /** Place of the claim among those of its task, from 1 on. */
  readonly generation: number;
  /** Random id, which no other claim has. */
  readonly token: string;
}

/** How a claimant judges others. */
export interface ClaimantOptions {
  /** Time in milliseconds for which others may take this claimant's claims for alive without a renewal. */
  readonly leaseMilliseconds: number;
  /** A clock in milliseconds that only goes forward. @default that of the process */
  readonly now?: (() => number) | undefined;
}

interface WrittenClaim extends ClaimHolder {
  readonly machine: string;
  readonly start: string;
  readonly token: string;
  readonly leaseMilliseconds: number;
}

/**
 * Claims tasks at a place, and judges the claims of others by what it has seen of them: no clock of another machine is
 * read. It remembers what it saw from one call to the next.
 */
export class Claimant {
  readonly #place: ClaimPlace;
  readonly #leaseMilliseconds: number;
  readonly #now: () => number;
  readonly #seen = new Map<string, { readonly name: string; readonly text: string; readonly since: number }>();

  constructor(place: ClaimPlace, { leaseMilliseconds, now = () => performance.now() }: ClaimantOptions) {
    this.#place = place;
    this.#leaseMilliseconds = leaseMilliseconds;
    this.#now = now;
  }

  /** Names of all tasks that are claimed, be it by the dead. */
  async tasks(): Promise<readonly string[]> {
    const tasks = (await this.#place.list()).flatMap((name) => namePattern.exec(name)?.[1] ?? []);
    return [...new Set(tasks)].sort();
  }

  /** Claims a task, or tells who holds it. */
  async claim(task: string): Promise<OwnClaim | { readonly holder: ClaimHolder }> {
    // What was met counts more than a list, which may lag.
    const met = new Map<number, 'there' | 'gone'>();
    for (;;) {
      const listed = (await this.#generations(task)).filter((generation) => met.get(generation) !== 'gone');
      const top = Math.max(0, ...listed, ...[...met].flatMap(([each, state]) => (state === 'there' ? each : [])));
      if (top > 0) {
        const judged = await this.#judge(task, top);
        if (judged === 'gone') {
          met.set(top, 'gone');
          continue;
        }
        if (judged !== 'dead') return { holder: judged };
      }
      const own = await this.#take(task, top + 1);
      if (own !== undefined) return own;
      met.set(top + 1, 'there');
    }
  }

  /**
   * Says that this process is alive; false where the claim is lost, since another process found no change in it for a
   * whole lease.
   */
  async renew(own: OwnClaim, beat: number): Promise<boolean> {
    if (!(await this.#isOwn(own)) || ((await this.#generations(own.task)).at(-1) ?? 0) > own.generation) return false;
    return this.#place.rewrite(own.name, this.#textOf(own.token, beat));
  }

  /** Gives a claim back; what others made of it meanwhile stays. */
  async release(own: OwnClaim): Promise<void> {
    if (await this.#isOwn(own)) await this.#place.remove(own.name);
  }

  /** Removes all claims of a task that nobody needs to do any more. */
  async removeAll(task: string): Promise<void> {
    for (const generation of await this.#generations(task)) await this.#place.remove(nameOf(task, generation));
    this.#seen.delete(task);
  }

  /** Creates a claim; undefined where another was faster. */
  async #take(task: string, generation: number): Promise<OwnClaim | undefined> {
    const own = { task, generation, name: nameOf(task, generation), token: randomBytes(8).toString('hex') };
    if (!(await this.#place.create(own.name, this.#textOf(own.token, 0)))) return undefined;
    // The claims that were seen may be of long ago: since then others may have followed one another.
    const generations = await this.#generations(task);
    if ((generations.at(-1) ?? 0) > generation) {
      await this.#place.remove(own.name); // Be it that a sleeper has just written into it.
      return undefined;
    }
    for (const lower of generations) if (lower < generation) await this.#place.remove(nameOf(task, lower));
    this.#seen.delete(task);
    return own;
  }

  async #judge(task: string, generation: number): Promise<ClaimHolder | 'dead' | 'gone'> {
    const name = nameOf(task, generation);
    const before = this.#now();
    const text = await this.#place.read(name);
    if (text === undefined) return 'gone';
    const claim = parseClaim(text);
    if (claim !== undefined && claim.machine === thisMachine && isRunning({ ...thisProcess, ...claim }) === false)
      return 'dead';
    const seen = this.#seen.get(task);
    const lease = claim?.leaseMilliseconds ?? this.#leaseMilliseconds;
    if (seen?.name !== name || seen.text !== text) this.#seen.set(task, { name, text, since: this.#now() });
    else if (before - seen.since >= lease) return 'dead';
    return { host: claim?.host ?? '', pid: claim?.pid ?? 0 };
  }

  async #isOwn({ name, token }: OwnClaim): Promise<boolean> {
    const text = await this.#place.read(name);
    return text !== undefined && parseClaim(text)?.token === token;
  }

  /** Generations of a task's claims, ascending. */
  async #generations(task: string): Promise<readonly number[]> {
    return (await this.#place.list())
      .flatMap((name) => {
        const [, of, generation] = namePattern.exec(name) ?? [];
        return of === task ? [Number(generation)] : [];
      })
      .sort((one, other) => one - other);
  }

  // All texts of a claim are of one length, so that a new one covers the old.
  #textOf(token: string, beat: number): string {
    const { host, pid, start } = thisProcess;
    const written: WrittenClaim = {
      ...{ machine: thisMachine, host, pid, start, token },
      leaseMilliseconds: this.#leaseMilliseconds,
    };
    return JSON.stringify({ ...written, beat: String(beat).padStart(12, '0') });
  }
}

function nameOf(task: string, generation: number): string {
  return `${task}.${String(generation)}`;
}

/** A claim that is not whole is being written, or was left by a full disk. */
function parseClaim(text: string): WrittenClaim | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { machine, host, pid, start, token, leaseMilliseconds } = value;
  if (
    typeof machine !== 'string' ||
    typeof host !== 'string' ||
    typeof pid !== 'number' ||
    typeof start !== 'string' ||
    typeof token !== 'string' ||
    typeof leaseMilliseconds !== 'number' ||
    !(leaseMilliseconds > 0 && leaseMilliseconds <= longestLease)
  )
    return undefined;
  return { machine, host, pid, start, token, leaseMilliseconds };
}
