import { MachineError } from '@intermodel/errors';
import type { StudySteps } from '../step-run.ts';
import type { StepParts } from '../store/step-store.ts';
import { stepsOf, type GraphStep, type StepInput, type StepMaker } from './step-family.ts';

/** What makers need at least. */
export interface StepBench {
  /** Stored steps. */
  readonly steps: StudySteps;
  /** Stops the work. */
  readonly signal: AbortSignal;
}

/** Results that a step is made of. */
export interface StepInputs<Bench = unknown> {
  /** A part of the one step under a role. */
  read(role: string, part: string): Promise<Uint8Array>;
  /** All steps under a role, in their order. */
  steps(role: string): readonly GraphStep<Bench>[];
}

/**
 * Makes steps one by one, each of nothing but its inputs by key, its options and files.
 *
 * @param compute the operator: the same ingredients must give the same bytes. It should stop when the signal does.
 */
export function makeAlone<Bench extends StepBench>(
  compute: (step: GraphStep<Bench>, inputs: StepInputs<Bench>, bench: Bench) => StepParts | Promise<StepParts>,
): StepMaker<Bench> {
  return {
    async make(steps, bench) {
      for (const step of steps) {
        const { family, index } = step;
        const inputsOf = (role: string): StepInput<Bench> => {
          const input = family.from[role] ?? family.beside[role];
          if (input === undefined) throw new RangeError(`steps "${family.kind}" have no input "${role}"`);
          return input;
        };
        const inputs: StepInputs<Bench> = {
          read: (role, part) => {
            const [first] = stepsOf(inputsOf(role), index);
            return readStep(first as GraphStep<Bench>, part, bench);
          },
          steps: (role) => [...stepsOf(inputsOf(role), index)],
        };
        const result = await bench.steps.run({ ...step.description, compute: () => compute(step, inputs, bench) });
        // What was found damaged is made again here, and has to be what it was.
        for (const { name } of result.record.parts)
          if ((await bench.steps.read(step, name)) === undefined) await result.read(name);
      }
    },
  };
}

/**
 * A part of a step that was made; where it cannot be read any more, the step is made again.
 *
 * @throws MachineError `STORE_BROKEN` where the store does not keep it.
 */
export async function readStep<Bench extends StepBench>(
  step: GraphStep<Bench>,
  part: string,
  bench: Bench,
): Promise<Uint8Array> {
  const stored = await bench.steps.read(step, part);
  if (stored !== undefined) return stored;
  await makeAgain(step, bench);
  const again = await bench.steps.read(step, part);
  if (again !== undefined) return again;
  throw storeBroken(step, part);
}

/** All parts of a step that was made, by their names, as {@link readStep} reads them. */
export async function readParts<Bench extends StepBench>(
  step: GraphStep<Bench>,
  bench: Bench,
): Promise<Record<string, Uint8Array>> {
  let names = await bench.steps.partsOf(step);
  if (names.length === 0) {
    await makeAgain(step, bench);
    names = await bench.steps.partsOf(step);
    if (names.length === 0) throw storeBroken(step, Object.keys(step.family.parts).join(', '));
  }
  const parts: Record<string, Uint8Array> = {};
  for (const name of names) parts[name] = await readStep(step, name, bench);
  return parts;
}

async function makeAgain<Bench extends StepBench>(step: GraphStep<Bench>, bench: Bench): Promise<void> {
  bench.signal.throwIfAborted();
  await step.family.maker.make([step], bench);
}

function storeBroken({ step }: GraphStep, part: string): MachineError {
  return new MachineError('STORE_BROKEN', `step "${step}" cannot be read back after it was written`, {
    column: part,
    hint: 'Check the disk of the store, or give another folder.',
  });
}
