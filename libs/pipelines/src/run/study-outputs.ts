import type { LayerPlace } from '@intermodel/inputs';
import type { ImageSource } from '@intermodel/data-loading';
import path from 'node:path';
import type { ManifestInput, StudyOutput } from '@intermodel/outputs';
import { hashJson, stepKey } from '@intermodel/steps';
import { formatStudy, type Study, type StudyModel } from '@intermodel/studies';
import type { DissectionSteps } from '../dissect/dissection-steps.ts';
import type { TableSteps } from './table-steps.ts';

/** What the files of a study are made of. */
export interface OutputIngredients {
  /** The study. */
  readonly study: Study;
  /** Its images and labels. */
  readonly source: Pick<ImageSource, 'warnings'>;
  /** Files that it reads. */
  readonly inputs: readonly ManifestInput[];
  /** Steps of the dissection. */
  readonly describe: DissectionSteps;
}

/** Files of a model, as manifests list them: its own and those that all models share. */
export function inputsOf(model: StudyModel, inputs: readonly ManifestInput[]): ManifestInput[] {
  return inputs.filter(({ role, name }) => role !== 'model' || path.basename(model.file) === name);
}

/** The tables of one model. */
export function modelOutput(
  { study, inputs, describe }: OutputIngredients,
  model: StudyModel,
  places: readonly LayerPlace[],
  folder: string,
  choices: object = {},
): StudyOutput {
  const layers = places.map((place) => [
    place.layer,
    stepKey(describe.matches(place, study.matching)),
    study.diffMatching === undefined ? null : stepKey(describe.matches(place, study.diffMatching)),
  ]);
  return {
    step: 'tables',
    folder,
    inputs: { matches: hashJson(layers), ...inputHashes(inputsOf(model, inputs)) },
    options: formatStudy({ ...study, models: [model] }),
    choices,
  };
}

/** Tables over the models, and the report. */
export function reportOutput(
  { study, source, inputs, describe }: OutputIngredients,
  places: readonly LayerPlace[],
  tables: TableSteps,
  folder: string,
  choices: object = {},
): StudyOutput {
  const [first] = study.models;
  const keys = (describeStep: (place: LayerPlace) => string) =>
    hashJson(places.map((place) => [place.model.name, place.layer, describeStep(place)]).sort());
  const steps = {
    ...(first === undefined ? {} : { description: stepKey(describe.description(first, study.matching)) }),
    matches: keys((place) => stepKey(describe.matches(place, study.matching))),
    ...(study.gallery.units === 0
      ? {}
      : { gallery: keys((place) => stepKey(describe.gallery(place, study.matching))) }),
    profiles: stepKey(tables.profiles),
    ...(tables.embedding === undefined ? {} : { embedding: stepKey(tables.embedding) }),
    ...(tables.relations === undefined ? {} : { relations: stepKey(tables.relations) }),
  };
  // All other warnings follow from these steps.
  const notes = source.warnings.map(({ message }) => message);
  return {
    step: 'report',
    folder,
    inputs: { ...steps, ...inputHashes(inputs) },
    options: { ...formatStudy(study), notes },
    choices,
  };
}

/** Hashes of files by what they are; names need not be unique. */
function inputHashes(inputs: readonly ManifestInput[]): Record<string, string> {
  const hashes: Record<string, string> = {};
  for (const { role, name, sha256 } of inputs) {
    const same = Object.keys(hashes).filter(
      (key) => key === `${role} ${name}` || key.startsWith(`${role} ${name} (`),
    ).length;
    hashes[same === 0 ? `${role} ${name}` : `${role} ${name} (${String(same + 1)})`] = sha256;
  }
  return hashes;
}
