import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineIndex } from './line-index.ts';
import type { StoreWarning } from './step-store.ts';

let folder = '';
let warnings: StoreWarning[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'index-'));
  warnings = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = () => path.join(folder, 'numbers.index');
const open = () =>
  new LineIndex<number>({
    file: file(),
    check: (value) => (typeof value === 'number' ? value : undefined),
    warn: (warning) => warnings.push(warning),
  });
const names = Array.from({ length: 50 }, (_unused, index) => `name\n${String(index)} é`);

describe(LineIndex, () => {
  it('gives what was set last, in the next run too', () => {
    const index = open();
    for (const name of names) index.set(name, 1);
    names.forEach((name, number) => {
      index.set(name, number);
    });
    index.save();
    expect(names.map((name) => open().get(name))).toEqual(names.map((_unused, number) => number));
    expect(open().get('other')).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('gives right values or none from a damaged file, and mends it', () => {
    const index = open();
    names.forEach((name, number) => {
      index.set(name, number);
    });
    index.save();
    const whole = readFileSync(file());
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (place, byte, cut) => {
        const bytes = Buffer.from(whole);
        bytes[place] = byte;
        writeFileSync(file(), cut ? whole.subarray(0, place) : bytes);
        const read = open();
        expect(names.every((name, number) => [undefined, number].includes(read.get(name)))).toBe(true);
        expect(cut || names.filter((name) => read.get(name) === undefined).length <= 2).toBe(true);
        read.set('later', 7);
        read.save();
        warnings = [];
        const mended = open();
        expect(mended.get('later')).toBe(7);
        expect(names.map((name) => mended.get(name))).toEqual(names.map((name) => read.get(name)));
        expect(warnings).toEqual([]);
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('reports damage, and takes no value of another kind', () => {
    const other = new LineIndex<string>({ file: file(), check: (value) => String(value) });
    other.set('a', 'text');
    other.save();
    appendFileSync(file(), 'half a li');
    expect(open().get('a')).toBeUndefined();
    expect(warnings).toEqual([
      { code: 'INDEX_DAMAGED', message: expect.stringContaining('2 of 2 lines') as string, file: file() },
    ]);
  });

  it('drops old lines when they are many', () => {
    const index = open();
    for (let number = 0; number < 1500; number++) index.set('a', number);
    index.save();
    const again = open();
    again.set('b', 1);
    again.save();
    expect(readFileSync(file(), 'utf8').split('\n').length).toBe(3);
    expect([open().get('a'), open().get('b')]).toEqual([1499, 1]);
  });

  it('takes the place of a pipe, which would be waited for', () => {
    execFileSync('mkfifo', [file()]);
    const index = open();
    index.set('a', 7);
    index.save();
    expect([statSync(file()).isFile(), open().get('a')]).toEqual([true, 7]);
  });

  it('goes on in memory where it cannot be written', () => {
    mkdirSync(file());
    const index = open();
    for (let number = 0; number < 1000; number++) index.set(String(number), number);
    index.save();
    expect(index.get('999')).toBe(999);
    expect(warnings.map(({ code }) => code)).toEqual(['INDEX_NOT_WRITTEN']);
  });
});
