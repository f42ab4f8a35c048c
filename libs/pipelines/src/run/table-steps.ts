import path from 'node:path';
import { type FileHashes, hashJson, libraryVersion, type StepDescription, stepKey } from '@intermodel/steps';
import { frozenFit, type Study } from '@intermodel/studies';

/** Raised for a step whenever the same input would give other bytes, or bytes of another form. */
const codeVersions = { profiles: 1, embedding: 2, relations: 2 } as const;

/** Libraries that compute the tables: another version of them may give other values. */
const libraries = ['apache-arrow', 'ml-matrix', 'ml-pca'].map((name) => `${name} ${libraryVersion(name) ?? ''}`);

/** The steps that make the tables over the models of a study; each part is the table of an output file. */
export interface TableSteps {
  /** Profiles of the models, and their summaries. */
  readonly profiles: StepDescription;
  /** The embedding, or the places of the models in an earlier one; undefined: there is none. */
  readonly embedding: StepDescription | undefined;
  /** Relations to scores; undefined: there are none. */
  readonly relations: StepDescription | undefined;
  /** Files that these steps read, with the hashes of their bytes. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Describes the steps over the models of a study.
 *
 * @param study choices and files of the tables
 * @param matches keys of the matches of all layers, in whatever order
 * @param hashes hashes of the files that are read
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE` for scores and an earlier embedding.
 */
export async function describeTables(
  study: Study,
  matches: readonly string[],
  hashes: FileHashes,
): Promise<TableSteps> {
  const {
    embedding,
    matching,
    scores,
    scoreColumns,
    modelNames,
    encoding,
    relations: { permutations },
    seed,
  } = study;
  const files = new Map<string, string>();
  const read = async (role: string, file: string | undefined): Promise<Record<string, string>> => {
    if (file === undefined) return {};
    const sha256 = await hashes.hash(file);
    files.set(file, sha256);
    return { [`${role} ${path.basename(file)}`]: sha256 };
  };
  const { gate, compareGate } = matching;
  const frozen = await read('embedding', frozenFit(study));
  const isFrozen = embedding?.frozen !== undefined;
  // An earlier embedding brings its own gate, comparison and normalisation.
  const gates =
    embedding === undefined
      ? { compareGate, gate }
      : isFrozen
        ? {}
        : { compareGate, gate: embedding.gate, normalisation: embedding.normalisation };
  const profiles = describe('profiles', { matches: hashJson([...matches].sort()), ...frozen }, gates);
  if (embedding === undefined) return { profiles, embedding: undefined, relations: undefined, files };
  const { components, clusters, exclude, dropFirstConcept } = embedding;
  const embedded = describe(
    'embedding',
    { profiles: stepKey(profiles), ...frozen },
    isFrozen
      ? {}
      : { components, clusters, exclude, dropFirstConcept, seed, ...(compareGate === '>=' ? { compareGate } : {}) },
  );
  if (scores.length === 0) return { profiles, embedding: embedded, relations: undefined, files };
  let inputs: Record<string, string> = { embedding: stepKey(embedded), ...(await read('score columns', scoreColumns)) };
  // Rows come in the order of the files, which is therefore part of their roles.
  for (const [index, file] of scores.entries())
    inputs = { ...inputs, ...(await read(scores.length === 1 ? 'scores' : `scores ${String(index + 1)}`, file)) };
  return {
    profiles,
    embedding: embedded,
    relations: describe('relations', inputs, {
      modelNames,
      ...(encoding === undefined ? {} : { encoding }),
      permutations,
      seed,
    }),
    files,
  };
}

function describe(
  step: keyof typeof codeVersions,
  inputs: Readonly<Record<string, string>>,
  options: object,
): StepDescription {
  return { step, codeVersion: [String(codeVersions[step]), ...libraries].join(', '), subject: '', inputs, options };
}
