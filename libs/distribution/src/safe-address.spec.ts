import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeAddress } from './safe-address.ts';

describe(safeAddress, () => {
  it('keeps scheme, host, port and path', () => {
    expect(safeAddress('redis://queue.lab:6380/2')).toBe('redis://queue.lab:6380/2');
    expect(safeAddress('rediss://queue.lab/')).toBe('rediss://queue.lab');
    expect(safeAddress('s3://bucket/prefix/of/store')).toBe('s3://bucket/prefix/of/store');
  });

  it('never shows user, password, query or fragment', () => {
    const word = fc.stringMatching(/^[a-z]{6,12}$/u).map((text) => `secret${text}`);
    fc.assert(
      fc.property(word, word, word, word, (user, password, query, fragment) => {
        const shown = safeAddress(`redis://${user}:${password}@queue.lab:6379/0?password=${query}#${fragment}`);
        expect(shown).toBe('redis://queue.lab:6379/0');
      }),
    );
  });

  it('does not repeat what it cannot read', () => {
    expect(safeAddress('secret@')).toBe('an address that cannot be read');
  });
});
