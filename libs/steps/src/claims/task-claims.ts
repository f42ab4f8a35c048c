import { MachineError } from '@intermodel/errors';
import { claimFolder, type ClaimPlace } from './claim-place.ts';
import { Claimant, type ClaimHolder, type OwnClaim } from './claimant.ts';

/** Renewals in a lease: some may come late, or fail, before the claim is lost. */
const renewalsPerLease = 4;

/** How claims are held. */
export interface TaskClaimsOptions {
  /**
   * Milliseconds without a renewal after which others take a task over: as long as a process may well be stopped, or
   * its main thread kept busy by one call, in which nothing can be renewed; at most a day. @default 60,000
   */
  readonly leaseMilliseconds?: number;
  /** Ends the claiming; what is held is held until it is released. */
  readonly signal?: AbortSignal | undefined;
}

/** A task that this process does. */
export interface Claim {
  /** What is claimed. */
  readonly task: string;
  /**
   * Aborts when another process has taken the task over, or the claim could not be renewed for a whole lease: its reason
   * is a MachineError `CLAIM_LOST`. To go on is a waste, not a fault.
   */
  readonly lost: AbortSignal;
  /** Gives the task back, done or not; a second call does nothing. */
  release(): Promise<void>;
}

/** A task that is not to be had at present, and who does it. */
export interface HeldTask {
  /** Who does it. */
  readonly holder: ClaimHolder;
}

/**
 * Tasks that many processes, on many machines, share out over a folder, without a server. Claims are renewed while the
 * process lives. A dead process of this machine loses its claims at once, any other when one object of this class has
 * seen a claim unchanged for a whole lease of its holder, by this machine's own clock: clocks are not compared.
 *
 * A claim saves work, and guards nothing: after a pause two processes may for a moment do one task. What they make has
 * to be written whole, and the same by both, as steps are.
 *
 * @example
 * const claims = new TaskClaims(path.join(folder, 'claims'));
 * const claim = await claims.claim(key);
 * if ('release' in claim) {
 *   if ((await store.find(key)) === undefined) await make(key, claim.lost); // Another may have made it meanwhile.
 *   await claim.release();
 * }
 */
export class TaskClaims {
  readonly #claimant: Claimant;
  readonly #leaseMilliseconds: number;
  readonly #signal: AbortSignal | undefined;

  /** @param place a folder, which is made when it is needed, or a place of one's own */
  constructor(place: string | ClaimPlace, { leaseMilliseconds = 60_000, signal }: TaskClaimsOptions = {}) {
    this.#claimant = new Claimant(typeof place === 'string' ? claimFolder(place) : place, { leaseMilliseconds });
    this.#leaseMilliseconds = leaseMilliseconds;
    this.#signal = signal;
  }

  /**
   * Claims a task, or tells who holds it; does not wait.
   *
   * @param task hexadecimal digits, at most 128, such as the key of a step
   * @throws MachineError `WRITE_FAILED`, `CLAIMS_UNREADABLE`; RangeError for a name that is not hexadecimal
   */
  async claim(task: string): Promise<Claim | HeldTask> {
    this.#signal?.throwIfAborted();
    if (!/^[0-9a-f]{1,128}$/u.test(task)) throw new RangeError(`"${task}" is no name of a task; give a step's key`);
    const outcome = await this.#claimant.claim(task);
    return 'holder' in outcome ? outcome : this.#hold(outcome);
  }

  /** Tasks that are claimed, by the living and the dead. */
  tasks(): Promise<readonly string[]> {
    return this.#claimant.tasks();
  }

  /**
   * Removes claims that are of no use: those of the dead, as far as this object can tell by now, and of finished tasks.
   *
   * @param isFinished whether a task need not be done any more @default nothing is known to be finished
   */
  async sweep(isFinished: (task: string) => Promise<boolean> = () => Promise.resolve(false)): Promise<void> {
    for (const task of await this.tasks()) {
      this.#signal?.throwIfAborted();
      if (await isFinished(task)) {
        await this.#claimant.removeAll(task);
        continue;
      }
      const outcome = await this.#claimant.claim(task);
      if (!('holder' in outcome)) await this.#claimant.release(outcome);
    }
  }

  #hold(own: OwnClaim): Claim {
    const claimant = this.#claimant;
    const lease = this.#leaseMilliseconds;
    const losing = new AbortController();
    let beat = 0;
    let renewed = performance.now();
    let renewing: Promise<void> | undefined;
    const lose = (cause?: unknown) => {
      clearInterval(timer);
      losing.abort(lostError(own, cause));
    };
    const renew = async () => {
      try {
        if (await claimant.renew(own, ++beat)) renewed = performance.now();
        else lose();
      } catch (error) {
        if (performance.now() - renewed > lease) lose(error);
      }
      renewing = undefined;
    };
    const timer = setInterval(() => {
      renewing ??= renew();
    }, lease / renewalsPerLease).unref();
    let released: Promise<void> | undefined;
    const release = async () => {
      clearInterval(timer);
      await renewing;
      await claimant.release(own);
    };
    return {
      task: own.task,
      lost: losing.signal,
      release: () => (released ??= release()),
    };
  }
}

function lostError({ task }: OwnClaim, cause: unknown): MachineError {
  return new MachineError(
    'CLAIM_LOST',
    cause === undefined
      ? `another process has taken task ${task} over, since this one gave no sign of life for a whole lease`
      : `the claim of task ${task} could not be renewed for a whole lease`,
    {
      hint: 'Nothing is lost: the task is done by another process. Where this happens often, the machine is overloaded or its processes are stopped.',
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
