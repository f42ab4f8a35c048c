import path from 'node:path';
import { modelsFolder, outputCodeVersion, type ManifestInput, type outputStepNames } from '@intermodel/outputs';
import { StepFamily, type FamilyDefinition, type StepMaker } from '@intermodel/steps';
import { formatStudy, matchingsOf, type StudyModel } from '@intermodel/studies';
import type { DissectionSteps } from './dissection-steps.ts';
import type { OpenedStudy } from './open-study.ts';
import type { StudyBench } from './study-bench.ts';
import type { TableSteps } from './table-steps.ts';

/** What the files of an output folder are made of. */
export interface OutputIngredients {
  /** The study, opened. */
  readonly opened: OpenedStudy;
  /** Files that it reads. */
  readonly inputs: readonly ManifestInput[];
  /** Steps of the dissection. */
  readonly describe: DissectionSteps<StudyBench>;
  /** The output folder. */
  readonly out: string;
}

/** Files of a model, as manifests list them: its own and those that all models share. */
export function inputsOf(model: StudyModel, inputs: readonly ManifestInput[]): ManifestInput[] {
  return inputs.filter(({ role, name }) => role !== 'model' || path.basename(model.file) === name);
}

/** Folder of a step that writes files. */
export function outputFolder({ options }: StepFamily<StudyBench>): string {
  return (options as { readonly folder: string }).folder;
}

/** The tables of one model: part `files`, with the hash of each that was written. */
export function modelOutput(
  { opened: { study, placed }, inputs, describe, out }: OutputIngredients,
  model: StudyModel,
): StepFamily<StudyBench> {
  const places = placed.find((each) => each.model === model)?.places ?? [];
  const presets = matchingsOf(study);
  const families = places.flatMap((place) => presets.map((preset) => describe.concluded(place, preset)));
  return output('tables', path.join(out, modelsFolder, model.name), {
    model: model.name,
    files: () => inputHashes(inputsOf(model, inputs)),
    from: { matches: { by: 'all', families } },
    options: formatStudy({ ...study, models: [model] }),
    maker: makeOnce((family, bench) => bench.writer.writeModel(model, family, bench)),
  });
}

/** Tables over the models, and the report: part `files`, with the hash of each that was written. */
export function reportOutput(
  { opened: { study, source, placed }, inputs, describe, out }: OutputIngredients,
  { profiles, embedding, bootstrap, relations, claims }: TableSteps,
  probes?: StepFamily<StudyBench>,
): StepFamily<StudyBench> {
  const [first] = study.models;
  const places = placed.flatMap((each) => each.places);
  const all = (families: readonly StepFamily<StudyBench>[]) => ({ by: 'all' as const, families });
  const one = (family: StepFamily<StudyBench>) => ({ by: 'one' as const, family });
  return output('report', out, {
    files: () => inputHashes(inputs),
    from: {
      ...(first === undefined ? {} : { description: one(describe.description(first, study.matching)) }),
      matches: all(places.map((place) => describe.concluded(place, study.matching))),
      ...(study.gallery.units === 0
        ? {}
        : { gallery: all(places.map((place) => describe.gallery(place, study.matching))) }),
      profiles: one(profiles),
      ...(embedding === undefined ? {} : { embedding: one(embedding) }),
      ...(bootstrap === undefined ? {} : { bootstrap: one(bootstrap) }),
      ...(relations === undefined ? {} : { relations: one(relations) }),
      ...(claims === undefined ? {} : { claims: one(claims) }),
      ...(probes === undefined ? {} : { probes: one(probes) }),
    },
    // All other warnings follow from these steps.
    options: { ...formatStudy(study), notes: source.warnings.map(({ message }) => message) },
    maker: makeOnce((family, bench) => bench.writer.writeReport(family, bench)),
  });
}

/** Makes the one step of a family. */
function makeOnce(write: (family: StepFamily<StudyBench>, bench: StudyBench) => Promise<void>): StepMaker<StudyBench> {
  return {
    make: async ([step], bench) => {
      if (step !== undefined) await write(step.family, bench);
    },
  };
}

function output(
  kind: (typeof outputStepNames)[number],
  folder: string,
  { options, ...definition }: Omit<FamilyDefinition<StudyBench>, 'kind' | 'codeVersion' | 'parts'>,
): StepFamily<StudyBench> {
  return new StepFamily({
    ...definition,
    kind,
    codeVersion: outputCodeVersion,
    subject: path.basename(folder),
    options: { ...options, folder: path.resolve(folder) },
    parts: { files: 'json' },
    isResult: true,
    isOutside: true,
  });
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
