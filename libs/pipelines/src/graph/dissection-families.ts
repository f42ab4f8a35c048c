import {
  factsStep,
  graphStep,
  layerPlaces,
  modelIdentity,
  prepareModels,
  probeOptions,
  type PlacedModel,
} from '@intermodel/inputs';
import { bothNearby } from '@intermodel/concept-matching';
import { StepFamily, type StepDescription } from '@intermodel/steps';
import { matchingsOf, type StudyModel } from '@intermodel/studies';
import type { StudyConsumer } from '../dissect/study-consumer.ts';
import type { DissectionSteps } from './dissection-steps.ts';
import { twinFamily } from '../twins/twin-steps.ts';
import type { OpenedStudy } from './open-study.ts';
import type { StudyBench } from './study-bench.ts';

/** Steps of the dissection of a model, behind those of the pass that it shares with others. */
export interface ModelFamilies {
  /** The model. */
  readonly model: StudyModel;
  /** From thresholds to galleries. */
  readonly families: readonly StepFamily<StudyBench>[];
}

/** Steps of the dissection of models that share a pass. */
export interface GroupFamilies {
  /** What comes out of the pass, and what is made of all labels. */
  readonly pass: readonly StepFamily<StudyBench>[];
  /** What follows for each model. */
  readonly models: readonly ModelFamilies[];
}

/** The graphs that checkpoints are made into, by their models. */
export function checkpointFamilies({ placed }: OpenedStudy): ReadonlyMap<StudyModel, StepFamily<StudyBench>> {
  return new Map(
    placed.flatMap(({ model }) => {
      const described = graphStep(model);
      return described === undefined ? [] : [[model, checkpointFamily(model, described)] as const];
    }),
  );
}

function checkpointFamily(
  model: StudyModel,
  { step, codeVersion, subject = '', inputs, options }: StepDescription,
): StepFamily<StudyBench> {
  return new StepFamily({
    kind: step,
    codeVersion,
    model: model.name,
    subject,
    files: () => inputs,
    options,
    parts: { graph: 'bytes', facts: 'json' },
    isResult: true,
    maker: {
      make: async (_, { steps, hashes, signal }) => {
        await prepareModels({ models: [model] }, { steps, hashes, signal });
      },
    },
  });
}

/**
 * What is read of the file of each model, or of the graph that a checkpoint was made into; of an untrained twin, the
 * step that draws it.
 */
export function factsFamilies(
  { study, placed, shards }: OpenedStudy,
  checkpoints: ReadonlyMap<StudyModel, StepFamily<StudyBench>>,
): ReadonlyMap<StudyModel, StepFamily<StudyBench>> {
  const facts = new Map<StudyModel, StepFamily<StudyBench>>();
  for (const each of placed) {
    const { model } = each;
    const trained = placed.find(({ model: { name } }) => name === model.twinOf);
    const known = trained === undefined ? undefined : facts.get(trained.model);
    facts.set(
      model,
      trained === undefined || known === undefined
        ? factsFamily(each, checkpoints.get(model))
        : twinFamily(study, model, trained, shards, known),
    );
  }
  return facts;
}

function factsFamily(
  { model, places }: PlacedModel,
  checkpoint: StepFamily<StudyBench> | undefined,
): StepFamily<StudyBench> {
  const hash = places[0]?.modelFiles.get(model.file) ?? '';
  const { step, codeVersion, subject = '', inputs, options } = factsStep(model, modelIdentity(model, hash));
  return new StepFamily({
    kind: step,
    codeVersion,
    model: model.name,
    subject,
    files: () => inputs,
    options,
    ...(checkpoint === undefined ? {} : { beside: { graph: { by: 'one', family: checkpoint } } }),
    parts: { facts: 'json' },
    isResult: true,
    maker: {
      make: async (_, { study, steps, hashes, signal }) => {
        await layerPlaces(model, steps, hashes, probeOptions(study.runtime, signal));
      },
    },
  });
}

/** The steps of a dissection, group by group, in the order in which they are made. */
export function groupFamilies(
  { study, groups }: OpenedStudy,
  describe: DissectionSteps<StudyBench>,
  consumers: readonly StudyConsumer[],
  galleries: boolean,
  features: (model: StudyModel) => readonly StepFamily<StudyBench>[] = () => [],
): GroupFamilies[] {
  const presets = matchingsOf(study);
  const nearby = bothNearby(describe.nearby);
  const [first] = study.models;
  const known = new Set<StepFamily<StudyBench>>();
  // Models of one geometry share labels, and presets that select alike share counts.
  const fresh = (families: readonly StepFamily<StudyBench>[]) =>
    families.filter((family) => !known.has(family) && known.add(family));
  const showsImages = study.gallery.units > 0;
  return groups.map((group) => {
    const places = group.flatMap((placed: PlacedModel) => placed.places);
    const pass = [
      ...group.flatMap(({ model }) => presets.map((preset) => describe.labels(model, preset))),
      ...places.flatMap((place) => [
        describe.maps(place),
        ...[...presets, ...nearby].map((preset) => describe.histogram(place, preset)),
        ...(showsImages ? [describe.top(place)] : []),
        ...consumers.map(({ identity }) => describe.own(place, identity)),
      ]),
      ...group.flatMap(({ model }) => features(model)),
      ...(group.some(({ model }) => model === first) && first !== undefined
        ? [describe.description(first, study.matching)]
        : []),
    ];
    return {
      pass: fresh(pass),
      models: group.map(({ model, places: own }) => ({
        model,
        families: fresh([
          ...own.flatMap((place) => nearby.map((preset) => describe.thresholds(place, preset))),
          ...own.flatMap((place) =>
            presets.flatMap((preset) => [
              describe.thresholds(place, preset),
              describe.overlaps(place, preset),
              describe.matches(place, preset),
              ...(describe.testsMatches && preset === study.matching ? describe.nulls(place) : []),
              ...(describe.resamplesImages && preset === study.matching ? describe.replicates(place) : []),
            ]),
          ),
          ...(describe.concludesMatches ? own.map((place) => describe.tested(place)) : []),
          ...(showsImages && galleries ? own.map((place) => describe.gallery(place, study.matching)) : []),
        ]),
      })),
    };
  });
}
