import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { RunGuard } from './run-guard.ts';
import { callOnAbort, stopAtExit } from './stop-hooks.ts';

describe(stopAtExit, () => {
  it('listens once for all threads, until the last one has ended', () => {
    const before = process.listenerCount('exit');
    const ends = Array.from({ length: 12 }, () => stopAtExit(new RunGuard()));
    expect(process.listenerCount('exit')).toBe(before + 1);
    for (const end of ends) end();
    ends[0]?.();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe(callOnAbort, () => {
  it('listens once for all calls, and calls those that were not taken back', () => {
    const abort = new AbortController();
    const called: number[] = [];
    const ends = Array.from({ length: 12 }, (_, index) => callOnAbort(abort.signal, () => called.push(index)));
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    for (const end of ends.slice(2)) end();
    abort.abort();
    expect(called).toEqual([0, 1]);
    for (const end of ends) end();
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });

  it('listens anew after all calls were taken back', () => {
    const abort = new AbortController();
    callOnAbort(abort.signal, () => undefined)();
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    let calls = 0;
    callOnAbort(abort.signal, () => calls++);
    abort.abort();
    expect(calls).toBe(1);
  });
});
