import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fileStore } from './file-store.ts';
import { memoryStore } from './memory-store.ts';
import { stepKey, type StepDescription } from './step-key.ts';
import { contentHash, partHash } from './step-store.ts';
import { describeStore } from './store-contract.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const text = (value: string) => new Uint8Array(Buffer.from(value));
const describeStep = (n: number): StepDescription => ({ step: 'count', codeVersion: '1', inputs: {}, options: { n } });

describeStore('file store', () => fileStore(path.join(folder, 'new', 'store')));
describeStore('memory store', () => memoryStore());

it('makes no folder until something is written', async () => {
  const store = fileStore(path.join(folder, 'store'));
  expect(await store.list()).toEqual([]);
  expect(await store.find(stepKey(describeStep(1)))).toBeUndefined();
  expect(existsSync(path.join(folder, 'store'))).toBe(false);
});

it('hashes equal results of different steps alike', async () => {
  const store = memoryStore();
  const parts = { a: text('a'), b: text('b') };
  const one = await store.write(describeStep(1), parts);
  const two = await store.write(describeStep(2), parts);
  const three = await store.write(describeStep(3), { a: text('b'), b: text('a') });
  expect(contentHash(one)).toBe(contentHash(two));
  expect(contentHash(one)).not.toBe(contentHash(three));
  expect(() => partHash(one, 'c')).toThrow('step "count" has no part "c"; its parts: a, b');
});
