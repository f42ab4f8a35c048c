import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRandom } from '@intermodel/numerics';
import type { FuzzCase, FuzzKind } from './fuzz-kind.ts';
import { folderState, judgeRun, type Fault } from './judge-run.ts';
import { dataKinds } from './kinds/data.ts';
import { checkpointKinds } from './kinds/checkpoints.ts';
import { modelKinds } from './kinds/models.ts';
import { studyKinds } from './kinds/studies.ts';
import { tableKinds } from './kinds/tables.ts';
import { taskDataKinds } from './kinds/task-data.ts';
import { makeBase } from './make-base.ts';
import { runBounded, type BoundedRun } from './run-bounded.ts';

/** All kinds of inputs. */
export const fuzzKinds: readonly FuzzKind[] = [
  ...tableKinds,
  ...dataKinds,
  ...studyKinds,
  ...modelKinds,
  ...checkpointKinds,
  ...taskDataKinds,
];

/** Bounds of a run: no bent input may take more. */
export const bounds = { seconds: 60, megabytes: 2048 } as const;

/** How one input went. */
export interface Verdict {
  /** Number of the input; with the seed it gives the same input again. */
  readonly input: number;
  /** Name of its kind. */
  readonly kind: string;
  /** What was bent, and the command. */
  readonly case: FuzzCase;
  /** What the command did. */
  readonly run: BoundedRun;
  /** What is wrong with that; empty: nothing. */
  readonly faults: readonly Fault[];
}

/** Settings of {@link fuzz}. */
export interface FuzzOptions {
  /** The built command. */
  readonly command: string;
  /** Numbers of the inputs. */
  readonly inputs: Iterable<number>;
  /** Seed of all chance. */
  readonly seed: number;
  /** Kinds to draw from. @default all */
  readonly kinds?: readonly FuzzKind[];
  /** Inputs at work at a time. */
  readonly parallel: number;
  /** Told of each input as it is judged. */
  readonly onVerdict: (verdict: Verdict) => void;
  /** Folder where inputs with faults are kept. @default none is */
  readonly keep?: string;
}

/** Gives the command bent inputs of all kinds in turn, each in a folder of its own, and judges what it does. */
export async function fuzz({
  command,
  inputs,
  seed,
  kinds = fuzzKinds,
  parallel,
  onVerdict,
  keep,
}: FuzzOptions): Promise<void> {
  const work = mkdtempSync(path.join(tmpdir(), 'intermodel-fuzz-'));
  try {
    const base = path.join(work, 'base');
    makeBase(base, command);
    const waiting = [...inputs];
    const next = async () => {
      for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) onVerdict(await tryInput(input));
    };
    const tryInput = async (input: number): Promise<Verdict> => {
      const random = createRandom(seed, input);
      const kind = kinds[input % kinds.length] as FuzzKind;
      const folder = path.join(keep ?? work, `input-${String(input)}`);
      for (const name of ['tmp', 'home']) mkdirSync(path.join(folder, name), { recursive: true });
      const bent = kind.write(folder, random, base);
      const before = folderState(folder);
      const run = await runBounded(command, bent.argv, folder, bounds);
      const faults = judgeRun(run, bent, before, folderState(folder));
      if (keep === undefined || faults.length === 0) rmSync(folder, { recursive: true, force: true });
      return { input, kind: kind.name, case: bent, run, faults };
    };
    await Promise.all(Array.from({ length: parallel }, next));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
