import { concat, lastValueFrom, NEVER, Observable, of, range, Subject, throwError, timer, toArray } from 'rxjs';
import { map } from 'rxjs/operators';
import { describe, expect, it } from 'vitest';
import { boundedMap } from './index.ts';

describe(boundedMap, () => {
  it('keeps the order of the source and never more alive than allowed', async () => {
    let [alive, most] = [0, 0];
    const out = await lastValueFrom(
      range(0, 20).pipe(
        boundedMap((item) => {
          most = Math.max(most, ++alive);
          return timer((item * 7) % 5).pipe(map(() => item));
        }, 3),
        map((item) => {
          alive--;
          return item;
        }),
        toArray(),
      ),
    );
    expect(out).toEqual([...Array(20).keys()]);
    expect(most).toBe(3);
  });

  it('lets an early finisher wait for its turn instead of starting more', () => {
    const first = new Subject<string>();
    const started: number[] = [];
    const seen: string[] = [];
    range(0, 5)
      .pipe(
        boundedMap((item) => {
          started.push(item);
          return item === 0 ? first : of(`item ${String(item)}`);
        }, 2),
      )
      .subscribe((value) => seen.push(value));
    expect([started, seen]).toEqual([[0, 1], []]);
    first.next('item 0');
    first.complete();
    expect([started.length, seen.length]).toEqual([5, 5]);
    expect(seen).toEqual(['item 0', 'item 1', 'item 2', 'item 3', 'item 4']);
  });

  it('passes errors of source and project on, and stops what is under way on unsubscribe', async () => {
    await expect(
      lastValueFrom(
        range(0, 3).pipe(boundedMap((item) => (item === 1 ? throwError(() => new Error('broken')) : of(item)), 1)),
      ),
    ).rejects.toThrow('broken');
    await expect(
      lastValueFrom(
        concat(
          of(1),
          throwError(() => new Error('source')),
        ).pipe(boundedMap(() => NEVER, 2)),
      ),
    ).rejects.toThrow('source');
    let stopped = 0;
    const endless = new Observable<never>(() => () => {
      stopped++;
    });
    range(0, 4)
      .pipe(boundedMap(() => endless, 2))
      .subscribe()
      .unsubscribe();
    expect(stopped).toBe(2);
  });

  it('refuses a concurrency below 1', () => {
    expect(() => boundedMap((item: number) => of(item), 0)).toThrow(RangeError);
  });
});
