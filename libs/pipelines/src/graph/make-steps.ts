import { prepareModels } from '@intermodel/inputs';
import { FileHashes, StudySteps, type GraphStep, type StepMaker, type StepStore } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import type { Observable } from 'rxjs';
import type { DissectionEvent } from '../dissect/dissect-events.ts';
import { working } from './make-study.ts';
import { openStudy } from './open-study.ts';
import { stoppableObservable } from './stoppable-observable.ts';
import { StudyBench } from './study-bench.ts';
import { studyGraph, type StudyGraphOptions } from './study-graph.ts';
import { hashTableFiles } from './table-steps.ts';

/** Options of {@link makeSteps}. */
export interface MakeStepsOptions extends Pick<StudyGraphOptions, 'stages' | 'consumers' | 'steps'> {
  /** Where the steps are kept; its lock is the caller's business. */
  readonly store: StepStore;
  /** Threads that count once a pass is through, at least 1. @default those of the machine, at most 4; one for few images */
  readonly concurrency?: number;
  /** Stops the work; steps that were made stay. */
  readonly signal?: AbortSignal;
}

/**
 * Makes some steps of a study, of nothing but the study, its files and what is stored: in another process, or on another
 * machine, than the run that asks for them. What such a step is made of is made too where it is not stored. Steps that
 * write an output folder are none of these.
 *
 * @throws InputError `STEP_UNKNOWN` for a key that is none of the study; those of a run.
 */
export function makeSteps(
  given: Study,
  keys: readonly string[],
  { store, stages, consumers, steps: own, concurrency, signal }: MakeStepsOptions,
): Observable<DissectionEvent> {
  return stoppableObservable(signal, async (stop, onEvent) => {
    const hashes = new FileHashes();
    const steps = new StudySteps({ store, signal: stop, onEvent });
    const opened = await openStudy(await prepareModels(given, { steps, hashes, signal: stop }), {
      ...{ steps, hashes, signal: stop },
      ...(given.runtime.labelCache === undefined ? {} : { labelCache: given.runtime.labelCache }),
    });
    const { graph, describe } = studyGraph(opened, {
      ...{ stages, consumers, steps: own },
      galleries: true,
      tableFiles: await hashTableFiles(opened.study, hashes),
    });
    const wanted = new Set(keys);
    const asked = [...graph.steps()].filter(({ key }) => wanted.has(key));
    const unknown = keys.find((key) => !asked.some((step) => step.key === key));
    if (unknown !== undefined)
      throw new InputError('STEP_UNKNOWN', `there is no step ${unknown} in the study`, {
        ...(given.file === undefined ? {} : { file: given.file }),
        expected: 'keys of steps of the study as its files are now, made by the same version of the program',
        hint: 'Compare files and versions: what differs between two machines gives other keys.',
      });
    const bench = new StudyBench({
      ...opened,
      ...{ consumers, concurrency, steps, hashes, onEvent, describe, signal: stop },
    });
    await working(bench, async () => {
      for (const [maker, together] of byMaker(asked)) {
        stop.throwIfAborted();
        const missing: GraphStep<StudyBench>[] = [];
        for (const step of together) if (!(await steps.has(step))) missing.push(step);
        if (missing.length > 0) await maker.make(missing, bench);
      }
      await bench.settled();
    });
  });
}

/** Steps by their makers, in the order of the graph. */
function byMaker(
  steps: readonly GraphStep<StudyBench>[],
): ReadonlyMap<StepMaker<StudyBench>, readonly GraphStep<StudyBench>[]> {
  const makers = new Map<StepMaker<StudyBench>, GraphStep<StudyBench>[]>();
  for (const step of steps) makers.set(step.family.maker, [...(makers.get(step.family.maker) ?? []), step]);
  return makers;
}
