import { describe, expect, it } from 'vitest';
import { RecentParts } from './recent-parts.ts';

const bytes = (length: number) => new Uint8Array(length);

describe('RecentParts', () => {
  it('holds the parts of the latest steps that fit, and lets the oldest go', () => {
    const recent = new RecentParts(10);
    const [first, second] = [bytes(4), bytes(1)];
    recent.add('a', { first, second });
    expect([
      recent.get('a', 'first'),
      recent.get('a', 'second'),
      recent.get('a', 'other'),
      recent.get('b', 'first'),
    ]).toEqual([first, second, undefined, undefined]);
    recent.add('b', { part: bytes(5) });
    recent.add('c', { part: bytes(3) });
    expect(['a', 'b', 'c'].map((key) => recent.get(key, key === 'a' ? 'first' : 'part')?.length)).toEqual([
      undefined,
      5,
      3,
    ]);
    // A step that is added again takes its room once.
    recent.add('c', { part: bytes(5) });
    expect(['b', 'c'].map((key) => recent.get(key, 'part')?.length)).toEqual([5, 5]);
  });

  it('holds neither what is larger than its room nor parts that come in pieces', () => {
    const recent = new RecentParts(10);
    recent.add('small', { part: bytes(10) });
    recent.add('large', { part: bytes(11) });
    recent.add('pieces', {
      part: (async function* () {
        yield await Promise.resolve(bytes(1));
      })(),
    });
    expect(['small', 'large', 'pieces'].map((key) => recent.get(key, 'part')?.length)).toEqual([
      10,
      undefined,
      undefined,
    ]);
  });

  it('lets a step go', () => {
    const recent = new RecentParts(10);
    recent.add('a', { part: bytes(10) });
    recent.delete('a');
    recent.delete('a');
    recent.add('b', { part: bytes(10) });
    expect([recent.get('a', 'part'), recent.get('b', 'part')?.length]).toEqual([undefined, 10]);
  });
});
