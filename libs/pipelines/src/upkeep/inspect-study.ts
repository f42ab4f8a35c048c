import {
  type LayerPlace,
  layerPlaces,
  openImageSource,
  probeOptions,
  studyInputs,
  studyPlaneKeys,
  withModelSizes,
} from '@intermodel/inputs';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { keptPlanesFile, type ImageContent } from '@intermodel/data-loading';
import { labelsFolder, modelsFolder, outputStep, storeFolder, type StudyOutput } from '@intermodel/outputs';
import { memoryStore, openStudyStore, stepKey, type StepStore, StudySteps, type StudyStore } from '@intermodel/steps';
import type { Study } from '@intermodel/studies';
import { describeDissection } from '../dissect/dissect-study.ts';
import { studySteps, type GraphStep } from './study-graph.ts';
import { modelOutput, reportOutput } from '../run/study-outputs.ts';
import { describeTables } from '../run/table-steps.ts';

/** Where a study is kept. */
export interface StudyPlace {
  /** Output folder of its runs. @default none */
  readonly out?: string;
  /** Folder of the finished steps, or a store of one's own. @default '.store' in `out` */
  readonly store?: StepStore | string;
  /** Stops the work. */
  readonly signal?: AbortSignal;
}

/** Files that a run writes. */
export interface ModelOutput {
  /** Model that they are about; empty: all. */
  readonly model: string;
  /** The files. */
  readonly output: StudyOutput;
}

/** The steps of a study as it stands, without running any. */
export interface InspectedStudy {
  /** The study. */
  readonly study: Study;
  /** Where its steps are kept. */
  readonly store: StudyStore;
  /** All steps, in the order in which they are run. */
  readonly steps: readonly GraphStep[];
  /** What its images are made of. */
  readonly images: readonly ImageContent[];
  /** Files that a run writes into the output folder; none where it is not known. */
  readonly outputs: readonly ModelOutput[];
  /** Keys of all that the study needs of the store, what was written into output folders included. */
  readonly neededKeys: ReadonlySet<string>;
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
  { out, store: givenStore, signal = new AbortController().signal }: StudyPlace,
): Promise<InspectedStudy> {
  const study = await withModelSizes(given);
  const store = openStudyStore(givenStore ?? (out === undefined ? undefined : path.join(out, storeFolder)));
  const labelFolder = study.runtime.labelCache ?? (out === undefined ? undefined : path.join(out, labelsFolder));
  const neededPlanes = await studyPlaneKeys(study);
  const missing = [...neededPlanes].filter(
    (key) => labelFolder === undefined || !existsSync(keptPlanesFile(labelFolder, key)),
  ).length;
  // Bad images never have planes: where they are passed over, some may be missing for good.
  const unsegmented = study.data.skipBad && missing < neededPlanes.size ? 0 : missing;
  const common = { study, store, labelFolder, neededPlanes, unsegmented };
  if (unsegmented > 0) return { ...common, steps: [], images: [], outputs: [], neededKeys: new Set() };
  const source = await openImageSource(study, {
    ...(labelFolder === undefined ? {} : { labelCache: labelFolder }),
    runtime: study.runtime,
    signal,
  });
  const describe = await describeDissection(study, source, store.hashes, { signal });
  const facts = new StudySteps({ store: readOnly(store.store), signal, onEvent: () => undefined });
  const places: LayerPlace[] = [];
  for (const model of study.models)
    places.push(...(await layerPlaces(model, facts, store.hashes, probeOptions(study.runtime, signal))));
  const matches = places.map((place) => stepKey(describe.matches(place, study.matching)));
  const tables = await describeTables(study, matches, store.hashes);
  const steps = studySteps(study, describe, places, tables);
  const ingredients = { study, source, describe, inputs: await studyInputs(study, source, store.hashes) };
  const outputs: ModelOutput[] = [];
  if (out !== undefined) {
    for (const model of study.models)
      outputs.push({
        model: model.name,
        output: modelOutput(
          ingredients,
          model,
          places.filter((place) => place.model === model),
          path.join(out, modelsFolder, model.name),
        ),
      });
    outputs.push({ model: '', output: reportOutput(ingredients, places, tables, out) });
  }
  const neededKeys = new Set([
    ...facts.neededKeys,
    ...steps.map(({ step }) => stepKey(step)),
    ...outputs.map(({ output }) => stepKey(outputStep(output))),
  ]);
  return { ...common, steps, images: describe.shards.flatMap(({ contents }) => contents), outputs, neededKeys };
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
