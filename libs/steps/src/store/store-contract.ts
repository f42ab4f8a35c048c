import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { findGarbage, removeGarbage } from './garbage.ts';
import { stepKey, type StepDescription } from './step-key.ts';
import { stepStates } from './step-states.ts';
import { partHash, type PartContent, type StepStore } from './step-store.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const text = (value: string) => new Uint8Array(Buffer.from(value));
const describeStep = (n: number, more: Partial<StepDescription> = {}): StepDescription => ({
  step: 'count',
  codeVersion: '1',
  inputs: { images: sha256(text('images')) },
  options: { n },
  subject: `shard ${String(n)}`,
  ...more,
});

/** What every store of steps does. @param open a store in which nothing is yet, anew for each test */
export function describeStore(name: string, open: () => StepStore): void {
  describe(name, () => {
    it('finds, reads, lists and removes what was written', async () => {
      const store = open();
      const step = describeStep(1);
      expect(await store.find(stepKey(step))).toBeUndefined();
      expect(await store.read(stepKey(step), 'counts')).toBeUndefined();
      expect(await store.list()).toEqual([]);
      const record = await store.write(step, {
        counts: text('1,2,3'),
        empty: new Uint8Array(),
        table: [text('ab'), text(''), text('c')],
      });
      expect(record).toMatchObject({ ...step, key: stepKey(step) });
      expect(record.parts).toEqual([
        { name: 'counts', bytes: 5, sha256: sha256(text('1,2,3')) },
        { name: 'empty', bytes: 0, sha256: sha256(text('')) },
        { name: 'table', bytes: 3, sha256: sha256(text('abc')) },
      ]);
      expect(await store.find(record.key)).toStrictEqual(record);
      expect(await store.list()).toStrictEqual([{ key: record.key, bytes: record.bytes, record }]);
      expect(await store.read(record.key, 'counts')).toStrictEqual(text('1,2,3'));
      expect(await store.read(record.key, 'empty')).toStrictEqual(text(''));
      expect(await store.read(record.key, 'table')).toStrictEqual(text('abc'));
      expect(await store.read(record.key, 'other')).toBeUndefined();
      await store.remove(record.key);
      await store.remove(record.key);
      expect(await store.find(record.key)).toBeUndefined();
    });

    it('gives back the bytes of any parts, however they were cut into chunks, from iterables and streams, through buffers that are used again', async () => {
      const store = open();
      const sizes = fc.array(fc.oneof(fc.nat(50), fc.integer({ min: 60_000, max: 70_000 }), fc.constant(300_000)), {
        maxLength: 8,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(sizes, { maxLength: 3 }), fc.boolean(), async (parts, asynchronous) => {
          const buffer = new Uint8Array(300_000);
          const fill = (size: number, index: number) => buffer.fill(index + size, 0, size).subarray(0, size);
          const contents = parts.map((chunks, index): [string, PartContent] => [
            `part ${String(index)}`,
            asynchronous ? streamed(chunks, fill) : pulled(chunks, fill),
          ]);
          const step = describeStep(parts.length);
          const record = await store.write(step, Object.fromEntries(contents));
          for (const [index, chunks] of parts.entries()) {
            const expected = Buffer.concat(chunks.map((size, place) => Buffer.alloc(size, (place + size) % 256)));
            const read = await store.read(record.key, `part ${String(index)}`);
            expect(sha256(read ?? text('missing'))).toBe(sha256(expected));
            expect(partHash(record, `part ${String(index)}`)).toBe(sha256(expected));
            expect(read?.byteOffset).toBe(0); // Arrow reads views of aligned buffers only.
          }
        }),
        { seed: 6, numRuns: 40 },
      );
    });

    it('pulls a later part only after the earlier ones', async () => {
      const store = open();
      let seen = 0;
      const record = await store.write(describeStep(1), {
        maps: (function* () {
          for (; seen < 3; seen++) yield text('m');
        })(),
        count: (function* () {
          yield text(String(seen));
        })(),
      });
      expect(await store.read(record.key, 'count')).toEqual(text('3'));
    });

    it('keeps nothing of a step whose source fails or whose run is aborted, and the older result stays', async () => {
      const store = open();
      const step = describeStep(1);
      const first = await store.write(step, { a: text('first') });
      await expect(store.write(step, { a: failing(new Error('out of images')) })).rejects.toThrow('out of images');
      const controller = new AbortController();
      const aborting = (function* () {
        yield text('second');
        controller.abort(new Error('stopped'));
        yield text('half');
      })();
      await expect(store.write(step, { a: aborting }, controller.signal)).rejects.toThrow('stopped');
      await expect(
        store.write(describeStep(2), { a: text('a') }, AbortSignal.abort(new Error('at once'))),
      ).rejects.toThrow('at once');
      expect(await store.list()).toStrictEqual([{ key: first.key, bytes: first.bytes, record: first }]);
      expect(await store.read(first.key, 'a')).toEqual(text('first'));
    });

    it('keeps a copy: neither the options nor the bytes follow later changes', async () => {
      const store = open();
      const options = { levels: [1, 2] };
      const bytes = text('abc');
      const record = await store.write(describeStep(1, { options }), { a: bytes });
      options.levels.push(3);
      bytes.fill(0);
      (await store.read(record.key, 'a'))?.fill(0);
      expect((await store.find(record.key))?.options).toEqual({ levels: [1, 2] });
      expect(await store.read(record.key, 'a')).toEqual(text('abc'));
    });

    it('takes many steps at once, and the same one twice', async () => {
      const store = open();
      await Promise.all(
        Array.from({ length: 40 }, async (_unused, n) =>
          store.write(describeStep(n % 20), { a: text(String(n % 20)) }),
        ),
      );
      const entries = await store.list();
      expect(entries.map(({ key }) => key)).toEqual(
        Array.from({ length: 20 }, (_unused, n) => stepKey(describeStep(n))).sort(),
      );
      expect(entries.every(({ record }) => record !== undefined)).toBe(true);
    });

    it('refuses a key that is a name, and ingredients that have no key, before anything is pulled', async () => {
      const store = open();
      for (const call of [store.find, store.remove, (key: string) => store.read(key, 'a')])
        await expect(call('../resnet18')).rejects.toThrow(/"\.\.\/resnet18" is not a step's key/u);
      await expect(
        store.write(describeStep(1, { options: { gate: undefined } }), { a: failing(new Error('pulled')) }),
      ).rejects.toThrow(/options\.gate is undefined/u);
      await expect(
        store.write(describeStep(1, { inputs: { model: 'a.onnx' } }), { a: failing(new Error('pulled')) }),
      ).rejects.toThrow(RangeError);
    });

    it('lets one run in at a time', async () => {
      const store = open();
      const lock = await store.lock();
      await expect(store.lock()).rejects.toMatchObject({
        name: 'InputError',
        code: 'STORE_LOCKED',
        message: expect.stringContaining(`process ${String(process.pid)}, which is this one`) as string,
      });
      const waited: number[] = [];
      const second = store.lock({ waitMilliseconds: Infinity, onWait: (holder) => waited.push(holder) });
      await vi.waitFor(() => {
        expect(waited).toEqual([process.pid]);
      });
      lock.release();
      const held = await second;
      lock.release(); // Must not free what the second holds.
      await expect(store.lock()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
      await expect(store.lock({ waitMilliseconds: Infinity, signal: AbortSignal.timeout(20) })).rejects.toThrow(
        /abort/iu,
      );
      held.release();
      (await store.lock()).release();
    });

    it('lets any number share it, beside a run, and whoever removes steps in alone', async () => {
      const store = open();
      const refused = { name: 'InputError', code: 'STORE_LOCKED' };
      const shares = [await store.share(), await store.share()];
      const run = await store.lock();
      shares.push(await store.share());
      await expect(store.lock({ alone: true })).rejects.toMatchObject(refused);
      run.release();
      for (const share of shares.splice(1)) share.release();
      await expect(store.lock({ alone: true })).rejects.toMatchObject(refused);
      (await store.lock()).release(); // The refusal left nothing.
      (await store.share()).release();
      const waited: number[] = [];
      const waiting = store.lock({ alone: true, waitMilliseconds: Infinity, onWait: (pid) => waited.push(pid) });
      await vi.waitFor(() => {
        expect(waited).toEqual([process.pid]);
      });
      await expect(store.share()).rejects.toMatchObject(refused); // Or those who come and go would keep it waiting.
      for (const share of shares) share.release();
      const alone = await waiting;
      await expect(store.share()).rejects.toMatchObject(refused);
      await expect(store.lock()).rejects.toMatchObject(refused);
      await expect(store.share({ waitMilliseconds: Infinity, signal: AbortSignal.timeout(20) })).rejects.toThrow(
        /abort/iu,
      );
      const second = store.share({ waitMilliseconds: Infinity });
      alone.release();
      (await second).release();
      (await store.lock({ alone: true })).release();
    });

    it('tells which steps are done, stale and why, or missing', async () => {
      const store = open();
      const subject = 'resnet18';
      await store.write(describeStep(1, { subject }), { a: text('a') });
      await store.write(describeStep(2, { subject, codeVersion: '2' }), { a: text('a') });
      const look = await stepStates(store);
      expect(look(describeStep(1, { subject: 'renamed' }))).toMatchObject({ state: 'done', record: { subject } });
      expect(look(describeStep(3, { subject }))).toMatchObject({
        state: 'stale',
        record: { options: { n: 1 } },
        differences: [{ kind: 'option', name: 'n', before: '1', after: '3' }],
      });
      expect(look(describeStep(3, { subject: 'vit' }))).toEqual({ state: 'missing' });
      expect(look(describeStep(3, { subject, step: 'other' }))).toEqual({ state: 'missing' });
    });

    it('lists what no study needs, and removes it when told', async () => {
      const store = open();
      const one = await store.write(describeStep(1), { a: text('a') });
      const two = await store.write(describeStep(2), { a: text('a') });
      const garbage = await findGarbage(store, new Set([one.key]));
      expect(garbage).toEqual([{ key: two.key, why: 'unneeded', step: 'count', subject: 'shard 2', bytes: two.bytes }]);
      expect((await store.list()).length).toBe(2);
      expect(await removeGarbage(store, garbage)).toBe(two.bytes);
      expect((await store.list()).map(({ key }) => key)).toEqual([one.key]);
    });
  });
}

function* pulled(sizes: readonly number[], fill: (size: number, index: number) => Uint8Array): Generator<Uint8Array> {
  for (const [index, size] of sizes.entries()) yield fill(size, index);
}

async function* streamed(
  sizes: readonly number[],
  fill: (size: number, index: number) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (const [index, size] of sizes.entries()) yield Promise.resolve(fill(size, index));
}

function* failing(error: Error): Generator<Uint8Array> {
  yield text('half');
  throw error;
}
