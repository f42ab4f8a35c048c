import { prepareModels, studyPlaneKeys } from '@intermodel/inputs';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { keptPlanesFile } from '@intermodel/data-loading';
import { labelsFolder, storeFolder } from '@intermodel/outputs';
import { memoryStore, openStudyStore, type StepStore, StudySteps, type StudyStore } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { openStudy, type OpenedStudy } from '../graph/open-study.ts';
import { openedInputs } from '../graph/opened-inputs.ts';
import { studyGraph, type StudyGraph, type StudyGraphOptions } from '../graph/study-graph.ts';
import { hashTableFiles } from '../graph/table-steps.ts';

/** Where a study is kept, and what of its caller's own it is run with. */
export interface StudyPlace extends Pick<StudyGraphOptions, 'stages' | 'consumers' | 'steps'> {
  /** Output folder of its runs. @default none */
  readonly out?: string;
  /** Folder of the finished steps, or a store of one's own. @default '.store' in `out` */
  readonly store?: StepStore | string;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** A study as it stands, without running anything. */
export interface InspectedStudy {
  /** The study. */
  readonly study: Study;
  /** Where its steps are kept. */
  readonly store: StudyStore;
  /** All that it reads; undefined while images are still to be segmented. */
  readonly opened: OpenedStudy | undefined;
  /** Its steps, those that write the output folder too where that is known; undefined as `opened`. */
  readonly graph: StudyGraph | undefined;
  /** Keys of all that the study needs of the store: of a large one, much memory. */
  readonly neededKeys: () => ReadonlySet<string>;
  /** Folder of the labels that segmentation models make; undefined: none are kept. */
  readonly labelFolder: string | undefined;
  /** Kept labels that the study needs, by their keys. */
  readonly neededPlanes: ReadonlySet<string>;
  /** Images that are still to be segmented; while there are some, the steps are not known. */
  readonly unsegmented: number;
}

/**
 * Finds out which steps a study consists of: lists and hashes its files, and runs nothing.
 *
 * @throws InputError for images, labels and models that do not fit.
 */
export async function inspectStudy(
  given: Study,
  { out, store: givenStore, signal = new AbortController().signal, ...own }: StudyPlace,
): Promise<InspectedStudy> {
  const store = openStudyStore(givenStore ?? (out === undefined ? undefined : path.join(out, storeFolder)));
  const { hashes } = store;
  const steps = new StudySteps({ store: readOnly(store.store), signal, onEvent: () => undefined });
  const study = await prepareModels(given, { steps, hashes, signal });
  const labelFolder = study.runtime.labelCache ?? (out === undefined ? undefined : path.join(out, labelsFolder));
  const neededPlanes = await studyPlaneKeys(study);
  const missing = [...neededPlanes].filter(
    (key) => labelFolder === undefined || !existsSync(keptPlanesFile(labelFolder, key)),
  ).length;
  // Bad images never have planes: where they are passed over, some may be missing for good.
  const unsegmented = study.data.skipBad && missing < neededPlanes.size ? 0 : missing;
  const common = { study, store, labelFolder, neededPlanes, unsegmented };
  if (unsegmented > 0) return { ...common, opened: undefined, graph: undefined, neededKeys: () => new Set() };
  const opened = await openStudy(study, {
    ...(labelFolder === undefined ? {} : { labelCache: labelFolder }),
    ...{ steps, hashes, signal },
  });
  const graph = studyGraph(opened, {
    ...own,
    galleries: true,
    tableFiles: await hashTableFiles(study, hashes),
    output: out === undefined ? undefined : { out, inputs: await openedInputs(opened, hashes, signal) },
  });
  return { ...common, opened, graph, neededKeys: () => graph.graph.keys() };
}

/** A store that reads another one, and keeps what is written to itself. */
function readOnly(store: StepStore): StepStore {
  const own = memoryStore();
  return {
    ...own,
    find: async (key) => (await own.find(key)) ?? store.find(key),
    read: async (key, part) => (await own.read(key, part)) ?? store.read(key, part),
  };
}
