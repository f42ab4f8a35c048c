import { imageChanges } from '@intermodel/data-loading';
import {
  describeDifferences,
  drawGraph,
  type FamilyCounts,
  type GraphStep,
  type StepFamily,
  type StepGraph,
  type StepState,
  stepStates,
  StudySteps,
  type StudyStore,
} from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { outputRecord, planStudy } from '../graph/make-study.ts';
import type { StudyBench } from '../graph/study-bench.ts';
import { inspectStudy, type StudyPlace } from './inspect-study.ts';

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
  /** The graph of the steps as Mermaid text, with what is done, stale and missing; empty while the steps are not known. */
  readonly drawing: string;
}

/** How a step stands: an output counts as stale too where its files were changed or removed. */
interface StandingStep {
  readonly step: GraphStep<StudyBench>;
  readonly state: StepState;
  /** Files of an output that do not stand any more as they were written. */
  readonly files: readonly string[];
}

/** Tells which steps of a study are done, stale and why, or missing; nothing is run or written. */
export async function studyStatus(study: Study, place: StudyPlace): Promise<StudyStatus> {
  const { store, opened, graph: known, neededKeys, unsegmented } = await inspectStudy(study, place);
  if (opened === undefined || known === undefined) return { groups: [], unsegmented, isComplete: false, drawing: '' };
  const { graph } = known;
  const { signal = new AbortController().signal } = place;
  const stored = { hashes: store.hashes, steps: new StudySteps({ ...store, signal, onEvent: () => undefined }) };
  const plan = await planStudy(graph, stored);
  const stateOf = await stepStates(store.store, neededKeys());
  const standing = new Map<StepFamily<StudyBench>, readonly StandingStep[]>();
  for (const family of graph.kept) {
    const steps: StandingStep[] = [];
    for (const step of family.steps()) {
      const state = stateOf(step);
      const files = state.state === 'done' && family.isOutside ? await outputRecord(family, stored).changed() : [];
      steps.push({ step, state, files });
    }
    standing.set(family, steps);
  }
  const rows = familiesByRow(graph).map((families) => {
    const steps = families.flatMap((family) => standing.get(family) ?? []);
    const toRun = new Set(families.flatMap((family) => plan.wanted(family)).map(({ key }) => key)).size;
    return { ...rowStatus(graph, steps, store), toRun };
  });
  const changed = rows.find(({ step, toRun }) => step === 'images' && toRun > 0);
  if (changed !== undefined)
    changed.why = await imageChanges(
      store.store,
      opened.shards.flatMap(({ contents }) => contents),
    );
  // Where other steps are open, files and choices of the study are told with those that read them.
  const isOpen = rows.some(({ toRun, isOutside }) => toRun > 0 && !isOutside);
  for (const row of rows)
    if (isOpen && row.isOutside) row.why = row.why.filter((reason) => row.changes.includes(reason));
  return {
    groups: rows.map(({ changes: _, isOutside: __, ...row }) => row),
    unsegmented,
    isComplete: rows.every(({ toRun }) => toRun === 0),
    drawing: drawGraph(graph, (family) => countStates(standing.get(family) ?? [])),
  };
}

/** Families of one kind and model stand in one row, in the order of the graph. */
function familiesByRow(graph: StepGraph<StudyBench>): StepFamily<StudyBench>[][] {
  const rows = new Map<string, StepFamily<StudyBench>[]>();
  for (const family of graph.kept) {
    const name = JSON.stringify([family.kind, family.model]);
    rows.set(name, [...(rows.get(name) ?? []), family]);
  }
  return [...rows.values()];
}

/** A row before it is known what is to run. */
type RowStatus = Omit<StepGroupStatus, 'toRun' | 'why'> & {
  why: readonly string[];
  /** Reasons that are about files of an output. */
  readonly changes: readonly string[];
  /** Whether the steps write files outside the store. */
  readonly isOutside: boolean;
};

function rowStatus(graph: StepGraph<StudyBench>, all: readonly StandingStep[], { times }: StudyStore): RowStatus {
  // Models of one file share steps.
  const steps = [...new Map(all.map((each) => [each.step.key, each])).values()];
  const [{ step }] = steps as [StandingStep];
  const done = steps.flatMap(({ state }) => (state.state === 'done' ? [state.record] : []));
  const took = done.flatMap(({ key }) => times.get(key) ?? []);
  const stale = steps.flatMap(({ step: { family }, state }) =>
    state.state === 'stale' ? [{ upstream: graph.upstream(family), differences: state.differences }] : [],
  );
  const own = stale.map(({ upstream, differences }) =>
    differences.filter(({ kind, name }) => kind !== 'input' || !upstream.has(name)),
  );
  const follows = stale.flatMap(({ upstream, differences }) =>
    differences.flatMap(({ kind, name }) => (kind === 'input' ? (upstream.get(name) ?? []) : [])),
  );
  const changes = steps.flatMap(({ files }) => files.map((name) => `${name} was changed or removed`));
  const told = own
    .filter((differences) => differences.length > 0)
    .map((differences) => describeDifferences(differences));
  return {
    step: step.step,
    model: step.family.model,
    ...countStates(steps),
    bytes: done.reduce((sum, { bytes }) => sum + bytes, 0),
    milliseconds: took.length === 0 ? undefined : took.reduce((sum, time) => sum + time, 0),
    why: [...new Set([...told, ...changes])],
    changes,
    isOutside: step.family.isOutside,
    follows: [...new Set(follows.map(({ kind }) => kind))],
  };
}

function countStates(steps: readonly StandingStep[]): FamilyCounts {
  const count = (name: StepState['state']) =>
    steps.filter(({ state, files }) => (files.length > 0 ? 'stale' : state.state) === name).length;
  return { done: count('done'), stale: count('stale'), missing: count('missing') };
}
