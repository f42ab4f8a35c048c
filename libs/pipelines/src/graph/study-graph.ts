import { type StepFamily, StepGraph } from '@intermodel/steps';
import type { ManifestInput } from '@intermodel/outputs';
import type { StudyModel } from '@intermodel/studies';
import { withOwnStages, type DissectionStages } from '../dissect/dissection-stages.ts';
import { probeSteps } from '../probing/probe-steps.ts';
import { checkIdentities } from '../dissect/own-stage.ts';
import type { StudyConsumer } from '../dissect/study-consumer.ts';
import { checkpointFamilies, factsFamilies, groupFamilies } from './dissection-families.ts';
import { dissectionMakers } from './dissection-makers.ts';
import { DissectionSteps } from './dissection-steps.ts';
import type { OpenedStudy } from './open-study.ts';
import { modelOutput, reportOutput } from './output-steps.ts';
import type { StudyBench } from './study-bench.ts';
import { tableSteps, type TableSteps } from './table-steps.ts';

/** Further steps of the caller's own: behind those that they are made of, in an order in which they can be made. */
export type OwnSteps = (
  describe: DissectionSteps<StudyBench>,
  graph: StepGraph<StudyBench>,
) => readonly StepFamily<StudyBench>[];

/** What decides the graph of a study beside the study itself. */
export interface StudyGraphOptions {
  /** Stages in the place of those of network dissection. */
  readonly stages?: Partial<DissectionStages> | undefined;
  /** Consumers of the caller's own. @default none */
  readonly consumers?: readonly StudyConsumer[] | undefined;
  /** Steps of the caller's own. @default none */
  readonly steps?: OwnSteps | undefined;
  /** Whether models are dissected; else they are scored on tasks alone. @default where there are labelled images */
  readonly dissects?: boolean | undefined;
  /** Whether galleries are made; else the strongest images themselves are asked for. */
  readonly galleries: boolean;
  /** Hashes of the files of the tables over models; absent: none of these are made. */
  readonly tableFiles?: ReadonlyMap<string, string> | undefined;
  /** The output folder, and the files that its manifests list; absent: none is written. */
  readonly output?: { readonly out: string; readonly inputs: readonly ManifestInput[] } | undefined;
}

/** The steps of a study. */
export interface StudyGraph {
  /** All of them, in the order in which they are made in one process. */
  readonly graph: StepGraph<StudyBench>;
  /** Those of the dissection, by what they are about. */
  readonly describe: DissectionSteps<StudyBench>;
  /** Those over the models; undefined where they are not asked for. */
  readonly tables: TableSteps | undefined;
  /** The files of the tables over models and the report; undefined where nothing is written. */
  readonly report: StepFamily<StudyBench> | undefined;
  /** Scores on tasks; undefined where there are none. */
  readonly probes: StepFamily<StudyBench> | undefined;
  /** The last family of each model, by its name: once it is made, the model is done. */
  readonly lastOf: ReadonlyMap<string, StepFamily<StudyBench>>;
}

/** Tells all steps of a study, with what each is made of and by. Nothing is run, read or stored. */
export function studyGraph(opened: OpenedStudy, options: StudyGraphOptions): StudyGraph {
  const { study, source, shards, placed, groups } = opened;
  const { stages = {}, consumers = [], dissects = study.hasData, galleries, tableFiles, output } = options;
  if (study.runtime.sketch !== undefined && stages.thresholds !== undefined)
    throw new RangeError('stages.thresholds selects from counts, of which there are none where runtime.sketch is set');
  checkIdentities(
    'consumers',
    consumers.map(({ identity }) => identity),
  );
  const checkpoints = checkpointFamilies(opened);
  const facts = factsFamilies(opened, checkpoints);
  const factsOf = (model: StudyModel) => facts.get(model) as StepFamily<StudyBench>;
  const makers = dissectionMakers(groups);
  // Untrained twins are dissected, and have no scores.
  const trained = placed.filter(({ model }) => model.twinOf === undefined);
  const describe = new DissectionSteps<StudyBench>({
    ...{ study, shards, galleries, factsOf, makers },
    placesOf: (model) => placed.find((each) => each.model === model)?.places ?? [],
    stages: withOwnStages(stages),
    vocabulary: source.vocabulary,
  });
  const probing =
    opened.tasks.length === 0
      ? undefined
      : probeSteps({ tasks: opened.tasks, placed: trained, own: { images: opened.images, describe }, factsOf, makers });
  const ingredients = output === undefined ? undefined : { opened, describe, ...output };
  const families: StepFamily<StudyBench>[] = [...checkpoints.values(), ...facts.values()];
  const lastOf = new Map<string, StepFamily<StudyBench>>();
  const dissected = dissects ? groupFamilies(opened, describe, consumers, galleries, probing?.ofOwnPass) : [];
  for (const { pass, models } of dissected) {
    families.push(...pass);
    for (const { model, families: own } of models) {
      families.push(...own);
      if (ingredients !== undefined) families.push(modelOutput(ingredients, model));
      lastOf.set(model.name, families.at(-1) as StepFamily<StudyBench>);
    }
  }
  const known = new Set(families);
  families.push(...(probing?.families.filter((family) => !known.has(family)) ?? []));
  const probes = probing?.probes;
  if (tableFiles === undefined || !dissects)
    return { graph: new StepGraph(families), describe, tables: undefined, report: undefined, probes, lastOf };
  const layers = placed.flatMap(({ places }) =>
    places.map((place) => ({
      matches: describe.concluded(place, study.matching),
      replicates: describe.resamplesImages ? describe.replicates(place) : [],
    })),
  );
  const tables = tableSteps(study, layers, tableFiles, probes);
  families.push(describe.images());
  for (const table of [tables.profiles, tables.embedding, tables.bootstrap, tables.relations, tables.claims])
    if (table !== undefined) families.push(table);
  families.push(...(options.steps?.(describe, new StepGraph(families)) ?? []));
  const report = ingredients === undefined ? undefined : reportOutput(ingredients, tables, probes);
  if (report !== undefined) families.push(report);
  return { graph: new StepGraph(families), describe, tables, report, probes, lastOf };
}
