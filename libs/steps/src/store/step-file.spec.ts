import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStore } from './file-store.ts';
import { findGarbage } from './garbage.ts';
import { stepKey, type StepDescription } from './step-key.ts';
import type { StoreWarning } from './step-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const step: StepDescription = {
  step: 'count',
  codeVersion: '1',
  inputs: {},
  options: { levels: [1, 2, 3] },
  subject: 'shard 3',
};
const key = stepKey(step);
const parts = {
  small: new Uint8Array([1, 2, 3]),
  large: Uint8Array.from({ length: 9000 }, (_unused, index) => (index * index) % 251),
  empty: new Uint8Array(),
};
const fileOf = (name: string) => path.join(folder, 'steps', name.slice(0, 3), `${name}.step`);

/** Opens the store as the next run does, reads all that it gives, and counts what is right, wrong and missing. */
async function readAll(): Promise<{ right: number; wrong: number; missing: number; warnings: StoreWarning[] }> {
  const warnings: StoreWarning[] = [];
  const store = fileStore(folder, { warn: (warning) => warnings.push(warning) });
  const counts = { right: 0, wrong: 0, missing: 0, warnings };
  for (const [name, bytes] of Object.entries(parts)) {
    const read = await store.read(key, name);
    counts[read === undefined ? 'missing' : Buffer.from(bytes).equals(read) ? 'right' : 'wrong']++;
  }
  return counts;
}

describe('step files', () => {
  it('are never read wrongly, wherever a byte is changed or the file is cut, lengthened or overwritten', async () => {
    await fileStore(folder).write(step, parts);
    const whole = readFileSync(fileOf(key));
    expect(await readAll()).toEqual({ right: 3, wrong: 0, missing: 0, warnings: [] });
    const place = fc.oneof(fc.nat(whole.length - 1), fc.integer({ min: whole.length - 600, max: whole.length - 1 }));
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('change' as const), place, by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ kind: fc.constant('cut' as const), place }),
      fc.record({ kind: fc.constant('append' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }) }),
      fc.record({
        kind: fc.constant('insert' as const),
        place,
        bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
      }),
      fc.record({ kind: fc.constant('zeros' as const), place }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async (what) => {
        const bytes = Buffer.from(whole);
        if (what.kind === 'change') bytes[what.place] = ((bytes[what.place] ?? 0) + what.by) % 256;
        if (what.kind === 'zeros') bytes.subarray(what.place, what.place + 50).fill(0);
        const damaged =
          what.kind === 'cut'
            ? bytes.subarray(0, what.place)
            : what.kind === 'append'
              ? Buffer.concat([bytes, what.bytes])
              : what.kind === 'insert'
                ? Buffer.concat([bytes.subarray(0, what.place), what.bytes, bytes.subarray(what.place)])
                : bytes;
        fc.pre(!damaged.equals(whole));
        writeFileSync(fileOf(key), damaged);
        const { wrong, missing, warnings } = await readAll();
        expect(wrong).toBe(0);
        expect(missing).toBeGreaterThan(0);
        expect(warnings).toEqual([
          { code: 'STEP_DAMAGED', message: expect.stringContaining('made again') as string, file: fileOf(key) },
        ]);
      }),
      { seed: 6, numRuns: 600 },
    );
  });

  it('once damaged count as missing until they are written again, and as garbage', async () => {
    const warnings: StoreWarning[] = [];
    const store = fileStore(folder, { warn: (warning) => warnings.push(warning) });
    const record = await store.write(step, parts);
    const bytes = readFileSync(fileOf(key));
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(fileOf(key), bytes);
    expect(await store.find(key)).toEqual(record); // Parts are not read, so the damage is not seen yet.
    expect(await store.read(key, 'large')).toBeUndefined();
    expect(await store.find(key)).toBeUndefined();
    expect(await store.list()).toEqual([{ key, bytes: bytes.length, record: undefined }]);
    expect(await findGarbage(store, new Set([key]))).toEqual([
      { key, why: 'damaged', step: '', subject: '', bytes: bytes.length },
    ]);
    expect(warnings.length).toBe(1);
    await store.write(step, parts);
    expect(await store.find(key)).toEqual(record);
    expect(Buffer.from((await store.read(key, 'large')) ?? [])).toEqual(Buffer.from(parts.large));
  });

  it('under the name of another key are refused', async () => {
    const store = fileStore(folder);
    await store.write(step, parts);
    const other = stepKey({ ...step, codeVersion: '2' });
    mkdirSync(path.dirname(fileOf(other)));
    renameSync(fileOf(key), fileOf(other));
    expect(await store.find(other)).toBeUndefined();
  });

  it('with a footer of any length are read', async () => {
    const long = {
      ...step,
      options: { images: Array.from({ length: 3000 }, (_unused, index) => `image ${String(index)}`) },
    };
    const record = await fileStore(folder).write(long, parts);
    expect(await fileStore(folder).find(record.key)).toStrictEqual(record);
    truncateSync(fileOf(record.key), record.bytes - 1);
    expect(await fileStore(folder).find(record.key)).toBeUndefined();
  });

  it('are the same bytes whenever and wherever they are written', async () => {
    await fileStore(path.join(folder, 'a')).write(step, parts);
    await fileStore(path.join(folder, 'b')).write(step, {
      ...parts,
      large: [parts.large.subarray(0, 10), parts.large.subarray(10)],
    });
    const file = path.join('steps', key.slice(0, 3), `${key}.step`);
    const [one, two] = ['a', 'b'].map((name) => readFileSync(path.join(folder, name, file)));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
    const left = readdirSync(path.join(folder, 'a'), { recursive: true, encoding: 'utf8' });
    expect(left.sort()).toEqual([...new Set(['partial', 'steps', path.dirname(file), file])].sort());
  });
});
