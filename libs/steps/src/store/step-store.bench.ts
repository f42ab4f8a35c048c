import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bench, describe } from 'vitest';
import { writeFileAtomically } from '@intermodel/streams';
import { FileHashes } from './file-hashes.ts';
import { fileStore } from './file-store.ts';
import { stepRunner, type Step } from './step-runner.ts';
import { stepStates } from './step-states.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
const once = { time: 0, iterations: 5, warmupTime: 0, warmupIterations: 1 };
const store = fileStore(path.join(folder, 'store'));
const mebibytes = 256;
const piece = new Uint8Array(4 << 20).map((_unused, index) => (index * 31) >> 3);
const pieces = Array.from({ length: mebibytes / 4 }, () => piece);
let next = 0;
const numbered = (n: number, parts: Record<string, Uint8Array | Uint8Array[]>): Step => ({
  step: 'bench',
  codeVersion: '1',
  inputs: {},
  options: { n },
  subject: `number ${String(n)}`,
  compute: () => parts,
});
const check = (right: boolean, what: string) => {
  if (!right) throw new Error(`not done: ${what}`);
};

describe(`write ${String(mebibytes)} MiB, flushed to disk (MiB/s = ${String(mebibytes)} x hz)`, () => {
  const file = path.join(folder, 'plain');
  bench(
    'fileStore.write',
    async () => {
      const record = await store.write(numbered(-1, {}), { data: pieces });
      check(record.parts[0]?.bytes === mebibytes << 20, 'write');
    },
    once,
  );
  bench(
    'rival: the same bytes flushed and renamed without a checksum',
    () => {
      writeFileAtomically(file, pieces);
    },
    once,
  );
});

describe(`read ${String(mebibytes)} MiB (MiB/s = ${String(mebibytes)} x hz)`, async () => {
  const { key } = await store.write(numbered(-1, {}), { data: pieces });
  const file = path.join(folder, 'store', 'steps', key.slice(0, 3), `${key}.step`);
  bench(
    'fileStore.read, checksum verified',
    async () => {
      check((await store.read(key, 'data'))?.length === mebibytes << 20, 'read');
    },
    once,
  );
  bench(
    'rival: readFileSync and nothing checked',
    () => {
      check(readFileSync(file).length > mebibytes << 20, 'read');
    },
    once,
  );
  bench(
    'rival: readFileSync, then SHA-256',
    () => {
      check(createHash('sha256').update(readFileSync(file)).digest('hex') !== '', 'hash');
    },
    once,
  );
});

const steps = 1000;

describe(`${String(steps)} steps of 1 kB (steps/s = ${String(steps)} x hz)`, async () => {
  const small = { data: piece.subarray(0, 1024) };
  const first = stepRunner({ store });
  for (let n = 0; n < steps; n++) await first.run(numbered(n, small));
  bench(
    'computed and stored, one after the other',
    async () => {
      const fresh = fileStore(path.join(folder, `cold-${String(next++)}`));
      const runner = stepRunner({ store: fresh });
      for (let n = 0; n < steps; n++) check((await runner.run(numbered(n, small))).fresh, 'compute');
    },
    { ...once, iterations: 2 },
  );
  bench(
    'skipped, since they are stored',
    async () => {
      const runner = stepRunner({ store });
      for (let n = 0; n < steps; n++) check(!(await runner.run(numbered(n, small))).fresh, 'skip');
    },
    once,
  );
  bench(
    'their states, with one listing',
    async () => {
      const look = await stepStates(store);
      for (let n = 0; n < steps; n++) check(look(numbered(n, small)).state === 'done', 'look');
    },
    once,
  );
});

const files = 10_000;

// The index remembers no file that has just been written, so the states are taken from it as a later run would find
// them.
describe(`hashes of ${String(files)} files of 2 kB (files/s = ${String(files)} x hz)`, async () => {
  const names = Array.from({ length: files }, (_unused, n) => path.join(folder, `image-${String(n)}`));
  for (const name of names) writeFileSync(name, piece.subarray(0, 2048));
  await new Promise((resolve) => setTimeout(resolve, 2300));
  const indexFile = path.join(folder, 'hashes.index');
  const first = new FileHashes({ indexFile });
  for (const name of names) await first.hash(name);
  first.save();
  bench(
    'first time',
    async () => {
      const hashes = new FileHashes();
      for (const name of names) await hashes.hash(name);
      check(hashes.filesRead === files, 'hash');
    },
    once,
  );
  bench(
    'remembered, with the reading of the index',
    async () => {
      const hashes = new FileHashes({ indexFile });
      for (const name of names) await hashes.hash(name);
      check(hashes.filesRead === 0, 'remember');
    },
    once,
  );
});
