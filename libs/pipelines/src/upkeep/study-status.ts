import {
  describeDifferences,
  type StepDifference,
  stepKey,
  type StepState,
  stepStates,
  type StudyStore,
} from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { outputState, outputStep, type OutputState, type StudyOutput } from '../run/output-record.ts';
import { inspectStudy, type StudyPlace } from './inspect-study.ts';
import { imageChanges } from '../images/image-changes.ts';
import { upstreamSteps, type GraphStep } from './study-graph.ts';

/** Steps of one kind, of one model or of all. */
export interface StepGroupStatus {
  /** Kind of step. */
  readonly step: string;
  /** Model that they are about; empty: all. */
  readonly model: string;
  /** Steps that are stored. */
  readonly done: number;
  /** Steps of which something older is stored. */
  readonly stale: number;
  /** Steps of which nothing is stored. */
  readonly missing: number;
  /** Steps that a run would compute: of those stale or missing, the ones that a result still depends on. */
  readonly toRun: number;
  /** Bytes of those that are stored. */
  readonly bytes: number;
  /** Milliseconds that those took that are stored; undefined where it is not known. */
  readonly milliseconds: number | undefined;
  /** What made stale ones stale, each reason once. */
  readonly why: readonly string[];
  /** Kinds of steps that other stale ones follow from. */
  readonly follows: readonly string[];
}

/** How far a study has come. */
export interface StudyStatus {
  /** Kinds of steps, in the order in which they are run. */
  readonly groups: readonly StepGroupStatus[];
  /** Images that are still to be segmented; while there are some, the steps are not known. */
  readonly unsegmented: number;
  /** Whether a run would compute nothing. */
  readonly isComplete: boolean;
}

/** Tells which steps of a study are done, stale and why, or missing; nothing is run or written. */
export async function studyStatus(study: Study, place: StudyPlace): Promise<StudyStatus> {
  const { store, steps, images, outputs, neededKeys, unsegmented } = await inspectStudy(study, place);
  const stateOf = await stepStates(store.store, neededKeys);
  const groups = new Map<
    string,
    {
      readonly kind: string;
      readonly model: string;
      readonly states: { readonly graph: GraphStep; readonly key: string; readonly state: StepState }[];
    }
  >();
  const unfinished = new Set<string>();
  for (const graph of steps) {
    const state = stateOf(graph.step);
    const name = JSON.stringify([graph.step.step, graph.model]);
    const group = groups.get(name) ?? { kind: graph.step.step, model: graph.model, states: [] };
    groups.set(name, group);
    group.states.push({ graph, key: stepKey(graph.step), state });
    if (graph.isResult && state.state !== 'done') unfinished.add(graph.model);
  }
  const rows = [...groups.values()].map(({ kind, model, states }): StepGroupStatus => {
    const seen = new Set<string>();
    // Two presets or geometries share subjects, and models of one file share steps.
    const own = states.filter(({ key }) => !seen.has(key) && seen.add(key));
    const count = (name: StepState['state']) => own.filter(({ state }) => state.state === name).length;
    const open = own.filter(({ state }) => state.state !== 'done');
    const times = own.flatMap(({ state }) => (state.state === 'done' ? (store.times.get(state.record.key) ?? []) : []));
    return {
      ...{ step: kind, model, done: count('done'), stale: count('stale'), missing: count('missing') },
      toRun: open.filter(({ graph }) => graph.isResult || unfinished.has(model)).length,
      bytes: own.reduce((sum, { state }) => sum + (state.state === 'done' ? state.record.bytes : 0), 0),
      milliseconds: times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0),
      ...reasons(
        kind,
        own.flatMap(({ state }) => (state.state === 'stale' ? [state.differences] : [])),
      ),
    };
  });
  const changed = rows.findIndex(({ step, toRun }) => step === 'images' && toRun > 0);
  if (changed >= 0)
    rows[changed] = { ...(rows[changed] as StepGroupStatus), why: await imageChanges(store.store, images) };
  const isOpen = rows.some(({ toRun }) => toRun > 0);
  for (const { model, output } of outputs)
    rows.push(outputRow(model, await outputState(store.store, store.hashes, output), output, store, isOpen));
  return { groups: rows, unsegmented, isComplete: unsegmented === 0 && rows.every(({ toRun }) => toRun === 0) };
}

/** What was written into a folder, as one step. */
function outputRow(
  model: string,
  state: OutputState,
  output: StudyOutput,
  { times }: StudyStore,
  follows: boolean,
): StepGroupStatus {
  const count = (name: OutputState['state']) => (state.state === name ? 1 : 0);
  const stale = state.state === 'stale' ? state : undefined;
  const told = reasons(output.step, stale === undefined ? [] : [stale.differences]);
  // Files and choices of the study are told with the steps that read them.
  const why = [...(follows ? [] : told.why), ...(stale?.files ?? []).map((name) => `${name} was changed or removed`)];
  return {
    ...{ step: output.step, model, done: count('done'), stale: count('stale'), missing: count('missing') },
    toRun: 1 - count('done'),
    bytes: state.state === 'done' ? state.record.bytes : 0,
    milliseconds: state.state === 'done' ? times.get(stepKey(outputStep(output))) : undefined,
    why,
    follows: told.follows,
  };
}

/** What made steps of a kind stale: differences of their own, and the kinds of steps that they follow from. */
function reasons(
  kind: string,
  stale: readonly (readonly StepDifference[])[],
): Pick<StepGroupStatus, 'why' | 'follows'> {
  const upstream = upstreamSteps[kind] ?? {};
  const own = stale.map((differences) =>
    differences.filter((each) => each.kind !== 'input' || upstream[each.name] === undefined),
  );
  const follows = stale.flatMap((differences) =>
    differences.flatMap((each) => (each.kind === 'input' ? (upstream[each.name] ?? []) : [])),
  );
  return {
    why: [
      ...new Set(own.flatMap((differences) => (differences.length === 0 ? [] : [describeDifferences(differences)]))),
    ],
    follows: [...new Set(follows)],
  };
}
