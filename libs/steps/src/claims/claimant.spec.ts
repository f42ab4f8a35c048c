import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimPlace } from './claim-place.ts';
import { Claimant, type OwnClaim } from './claimant.ts';

const task = 'abc';
const lease = 1000;
const minute = 60_000;

/** A place whose calls come and return when the scheduler lets them; the view of a list may be an old one. */
class SlowPlace {
  readonly texts = new Map<string, string>();
  readonly #turn: () => Promise<unknown>;
  readonly #lags: () => boolean;

  constructor(turn: () => Promise<unknown> = () => Promise.resolve(), lags: () => boolean = () => false) {
    this.#turn = turn;
    this.#lags = lags;
  }

  /** The place as one machine sees it. */
  view(): ClaimPlace {
    const { texts } = this;
    let listed: readonly string[] = [];
    const call = async <T>(action: () => T): Promise<T> => {
      await this.#turn();
      const result = action();
      await this.#turn();
      return result;
    };
    const refresh = () => {
      listed = [...texts.keys()];
    };
    return {
      list: () =>
        call(() => {
          if (!this.#lags()) refresh();
          return listed;
        }),
      read: (name) => call(() => texts.get(name)),
      create: (name, text) =>
        call(() => {
          if (texts.has(name)) return false;
          texts.set(name, text);
          refresh();
          return true;
        }),
      rewrite: (name, text) =>
        call(() => {
          if (texts.has(name)) texts.set(name, text);
          return texts.has(name);
        }),
      remove: (name) =>
        call(() => {
          texts.delete(name);
          refresh();
        }),
    };
  }
}

const isOwn = (outcome: Awaited<ReturnType<Claimant['claim']>>): outcome is OwnClaim => 'token' in outcome;

/** Claimants whose clocks differ by minutes. */
function claimants(count: number, place: SlowPlace, clock: { readonly time: number }): Claimant[] {
  return Array.from(
    { length: count },
    (_unused, index) =>
      new Claimant(place.view(), { leaseMilliseconds: lease, now: () => clock.time + index * 7 * minute }),
  );
}

describe(Claimant, () => {
  it('takes over what did not change for a lease, and not what is renewed', async () => {
    const clock = { time: 0 };
    const place = new SlowPlace();
    const [one, two] = claimants(2, place, clock) as [Claimant, Claimant];
    const first = (await one.claim(task)) as OwnClaim;
    expect(await two.claim(task)).toEqual({ holder: { host: expect.any(String) as string, pid: process.pid } });
    for (let beat = 1; beat < 5; beat++) {
      clock.time += lease;
      expect(await one.renew(first, beat)).toBe(true);
      expect(isOwn(await two.claim(task))).toBe(false);
    }
    clock.time += lease - 1;
    expect(isOwn(await two.claim(task))).toBe(false);
    clock.time += 1;
    const second = await two.claim(task);
    expect(second).toMatchObject({ task, generation: 2 });
    expect([...place.texts.keys()]).toEqual([`${task}.2`]);
    expect(await one.renew(first, 5)).toBe(false);
    await one.release(first);
    expect([...place.texts.keys()]).toEqual([`${task}.2`]);
    expect(await two.renew(second as OwnClaim, 1)).toBe(true);
    await two.release(second as OwnClaim);
    expect(place.texts.size).toBe(0);
    expect(await one.claim(task)).toMatchObject({ generation: 1 });
  });

  it('is lost where a higher generation is there, or another claim bears its name, which is left alone', async () => {
    const place = new SlowPlace();
    const [one] = claimants(1, place, { time: 0 }) as [Claimant];
    const own = (await one.claim(task)) as OwnClaim;
    const text = place.texts.get(own.name) ?? '';
    place.texts.set(`${task}.2`, '');
    expect(await one.renew(own, 1)).toBe(false);
    place.texts.delete(`${task}.2`);
    expect(await one.renew(own, 2)).toBe(true);
    const other = text.replace(own.token, '0123456789abcdef');
    place.texts.set(own.name, other);
    expect(await one.renew(own, 3)).toBe(false);
    await one.release(own);
    expect([...place.texts]).toEqual([[own.name, other]]);
  });

  it('counts from when it first saw a claim, whose holder says for how long it may be silent', async () => {
    const clock = { time: 5 * lease };
    const place = new SlowPlace();
    const patient = new Claimant(place.view(), { leaseMilliseconds: 3 * lease, now: () => 0 });
    const [other] = claimants(1, place, clock) as [Claimant];
    await patient.claim(task);
    expect(isOwn(await other.claim(task))).toBe(false);
    clock.time += 2 * lease;
    expect(isOwn(await other.claim(task))).toBe(false);
    clock.time += lease;
    expect(isOwn(await other.claim(task))).toBe(true);
  });

  it('takes a claim that is not whole for one that is being written, for a lease', async () => {
    for (const text of [
      '',
      '{"machine":',
      'null',
      '{"machine":"a","host":"b","pid":1,"start":"","token":"c","leaseMilliseconds":1e99}',
    ]) {
      const clock = { time: 0 };
      const place = new SlowPlace();
      const [one] = claimants(1, place, clock) as [Claimant];
      place.texts.set(`${task}.7`, text);
      expect(await one.claim(task)).toEqual({ holder: { host: '', pid: 0 } });
      clock.time += lease;
      expect(await one.claim(task)).toMatchObject({ generation: 8 });
    }
  });

  it('goes its way among names that are no claims, and claims of other tasks', async () => {
    const place = new SlowPlace();
    for (const name of ['abcd.1', 'ab.9', 'abc', 'abc.0', 'abc.1.tmp', '.nfs0001', 'ABC.3']) place.texts.set(name, '');
    const [one] = claimants(1, place, { time: 0 }) as [Claimant];
    expect(await one.tasks()).toEqual(['ab', 'abcd']);
    expect(await one.claim(task)).toMatchObject({ generation: 1 });
  });

  it('lets one at a time hold a task while all live, in any order of their calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
        async (scheduler, rounds) => {
          const place = new SlowPlace(() => scheduler.schedule(Promise.resolve()));
          let holders = 0;
          let held = 0;
          const all = claimants(rounds.length, place, { time: 0 });
          const work = all.map(async (claimant, index) => {
            for (let round = 0; round < (rounds[index] ?? 0); round++) {
              const own = await claimant.claim(task);
              if (!isOwn(own)) continue;
              holders++;
              held++;
              expect(holders).toBe(1);
              expect(await claimant.renew(own, 1)).toBe(true);
              holders--;
              await claimant.release(own);
            }
          });
          await scheduler.waitFor(Promise.all(work));
          expect(held).toBeGreaterThan(0);
          expect(place.texts.size).toBe(0);
        },
      ),
      { seed: 19, numRuns: 300 },
    );
  });

  it('gives what a dead one left to one of many takers, and a holder that had only slept finds out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 2, max: 5 }),
        fc.boolean(),
        fc.boolean(),
        async (scheduler, count, wakes, lags) => {
          let turn = () => Promise.resolve();
          let lagging = false;
          const place = new SlowPlace(
            () => turn(),
            () => lagging,
          );
          const clock = { time: 0 };
          const [slept, ...takers] = claimants(count + 1, place, clock) as [Claimant, ...Claimant[]];
          const old = (await slept.claim(task)) as OwnClaim;
          for (const taker of takers) await taker.claim(task);
          clock.time += lease;
          turn = () => scheduler.schedule(Promise.resolve());
          lagging = lags;
          const awake = wakes ? slept.renew(old, 1) : undefined;
          const taking = Promise.all(takers.map((taker) => taker.claim(task)));
          await scheduler.waitFor(Promise.all([awake, taking]));
          const outcomes = await taking;
          turn = () => Promise.resolve();
          lagging = false;
          // Once all are at rest, whoever holds the task renews, and the others find out.
          const kept: string[] = [];
          if (await slept.renew(old, 2)) kept.push(old.name);
          for (const [index, outcome] of outcomes.entries())
            if (isOwn(outcome) && (await takers[index]?.renew(outcome, 1))) kept.push(outcome.name);
          expect(kept).toHaveLength(1);
          expect([...place.texts.keys()]).toEqual(kept);
          if (!wakes) expect(outcomes.filter(isOwn).map(({ generation }) => generation)).toEqual([2]);
        },
      ),
      { seed: 19, numRuns: 500 },
    );
  });

  it('is never stuck: whatever the living and the dead did, whoever waits for a lease gets the task', async () => {
    const action = fc.constantFrom('claim', 'renew', 'release', 'sleep', 'sleep');
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(action, { maxLength: 10 }), { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.boolean()),
        async (scheduler, scripts, lags) => {
          let turn = () => scheduler.schedule(Promise.resolve());
          let mayLag = true;
          const place = new SlowPlace(
            () => turn(),
            () => mayLag && lags.next().value === true,
          );
          const clock = { time: 0 };
          const all = claimants(scripts.length, place, clock);
          const held: { readonly claimant: Claimant; readonly own: OwnClaim }[] = [];
          const work = all.map(async (claimant, index) => {
            let own: OwnClaim | undefined;
            let beat = 0;
            for (const each of scripts[index] ?? []) {
              if (each === 'sleep') clock.time += 0.75 * lease;
              else if (each === 'claim' && own === undefined) {
                const outcome = await claimant.claim(task);
                if (isOwn(outcome)) own = outcome;
              } else if (each === 'renew' && own !== undefined) {
                if (!(await claimant.renew(own, ++beat))) own = undefined;
              } else if (each === 'release' && own !== undefined) {
                await claimant.release(own);
                own = undefined;
              }
            }
            if (own !== undefined) held.push({ claimant, own });
          });
          await scheduler.waitFor(Promise.all(work));
          turn = () => Promise.resolve();
          mayLag = false;
          const kept: boolean[] = [];
          for (const { claimant, own } of held) kept.push(await claimant.renew(own, 100));
          expect(kept.filter(Boolean).length).toBeLessThanOrEqual(1);
          const [late] = claimants(1, place, clock) as [Claimant];
          const seen = await late.claim(task);
          if (kept.includes(true)) expect(isOwn(seen)).toBe(false);
          clock.time += lease;
          const last = isOwn(seen) ? seen : await late.claim(task);
          expect(isOwn(last)).toBe(true);
          await late.release(last as OwnClaim);
          expect(place.texts.size).toBe(0);
        },
      ),
      { seed: 19, numRuns: 500 },
    );
  });
});
