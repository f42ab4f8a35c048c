import { factsStep, type LayerPlace } from '@intermodel/inputs';
import type { StepDescription } from '@intermodel/steps';
import { matchingsOf, type Study } from '@intermodel/studies';
import type { DissectionSteps } from '../dissect/dissection-steps.ts';
import type { TableSteps } from '../run/table-steps.ts';

/** A step of a study. */
export interface GraphStep {
  /** The step. */
  readonly step: StepDescription;
  /** Whether the study asks for its result; the others only lead there, and may be missing. */
  readonly isResult: boolean;
  /** Model that it is about; empty: all. */
  readonly model: string;
}

const ofImages = { images: 'images', labels: 'images' } as const;

/**
 * Kinds of steps that a step follows from, by the roles of its inputs; other inputs are files, or what was read from
 * them.
 */
export const upstreamSteps: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  labels: ofImages,
  maps: ofImages,
  histogram: ofImages,
  top: ofImages,
  description: { labels: 'labels' },
  thresholds: { shards: 'histogram' },
  overlaps: { maps: 'maps', labels: 'labels', thresholds: 'thresholds' },
  matches: { overlaps: 'overlaps' },
  gallery: { matches: 'matches', top: 'top' },
  profiles: { matches: 'matches' },
  embedding: { profiles: 'profiles' },
  relations: { embedding: 'embedding' },
  tables: { matches: 'matches' },
  report: {
    description: 'description',
    matches: 'matches',
    gallery: 'gallery',
    profiles: 'profiles',
    embedding: 'embedding',
    relations: 'relations',
  },
};

/** Lists all steps of a study in the order in which they are run. */
export function studySteps(
  study: Study,
  describe: DissectionSteps,
  places: readonly LayerPlace[],
  tables: TableSteps,
): GraphStep[] {
  const presets = matchingsOf(study);
  const keeps = !study.runtime.secondPass && study.runtime.sketch === undefined;
  const steps: GraphStep[] = [];
  const add = (step: StepDescription, model = '', isResult = false) => {
    steps.push({ step, model, isResult });
  };
  for (const { model, modelFiles } of new Map(places.map((place) => [place.model, place])).values())
    add(factsStep(model, modelFiles.get(model.file) ?? ''), model.name, true);
  add(describe.images(), '', true);
  for (const { model } of places)
    for (const preset of presets)
      for (const shard of describe.shards) add(describe.labels(shard, model, preset), '', true);
  const [first] = study.models;
  if (first !== undefined) add(describe.description(first, study.matching), '', true);
  for (const place of places) {
    const { name } = place.model;
    for (const shard of describe.shards) {
      if (keeps) add(describe.maps(shard, place), name);
      for (const preset of presets)
        if (study.runtime.sketch === undefined) add(describe.histogram(shard, place, preset), name);
      if (study.gallery.units > 0) add(describe.top(shard, place), name);
    }
    for (const preset of presets) {
      add(describe.thresholds(place, preset), name);
      for (const shard of describe.shards) add(describe.overlaps(shard, place, preset), name);
      add(describe.matches(place, preset), name, true);
    }
    if (study.gallery.units > 0) add(describe.gallery(place, study.matching), name, true);
  }
  for (const step of [tables.profiles, tables.embedding, tables.relations]) if (step !== undefined) add(step, '', true);
  return steps;
}
