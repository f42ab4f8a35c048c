import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  explainDifference,
  type FileHashes,
  hashJson,
  jsonPart,
  readJsonPart,
  type StepDescription,
  type StepDifference,
  stepKey,
  type StepRecord,
  type StepStore,
  type StudySteps,
} from '@intermodel/steps';
import { libraryVersion, programVersion } from '../manifest.ts';

/** Files state the program that wrote them, and are drawn by libraries, so that other versions write them anew. */
const codeVersion = [
  '3',
  `intermodel ${programVersion}`,
  ...['apache-arrow', '@observablehq/plot'].map((name) => `${name} ${libraryVersion(name) ?? ''}`),
].join(', ');

/**
 * Kinds of the steps that remember what was written into folders: the tables of a model, and the report over all of
 * them.
 */
export const outputStepNames = ['tables', 'report'] as const;

/** Files that are made of results and stand outside the store, with all that decides them. */
export interface StudyOutput {
  /** Kind of the step. */
  readonly step: (typeof outputStepNames)[number];
  /** Folder where the files stand. */
  readonly folder: string;
  /** Keys of the steps and hashes of the files that they are made of. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Choices of the study, as plain data. */
  readonly options: object;
  /** Choices that each run makes anew, such as its command: whoever only looks takes them as they were. */
  readonly choices: object;
}

/** What was written: by what it was decided, and the hash of each file. */
interface WrittenFiles extends Pick<StudyOutput, 'inputs' | 'options' | 'choices'> {
  readonly files: Readonly<Record<string, string>>;
}

/**
 * What became of an output: it stands as it was written, was made of something else, lacks files, or was never written.
 */
export type OutputState =
  | { readonly state: 'done'; readonly record: StepRecord }
  | {
      readonly state: 'stale';
      readonly record: StepRecord;
      readonly differences: readonly StepDifference[];
      readonly files: readonly string[];
    }
  | { readonly state: 'missing' };

/** The files of an output; what was written is remembered, so that it is not written again. */
export class OutputRecord {
  readonly #steps: StudySteps;
  readonly #hashes: FileHashes;
  readonly #output: StudyOutput;
  readonly #step: StepDescription;

  /**
   * @param steps stored steps
   * @param hashes of files, remembered by their sizes and times
   * @param output the files
   */
  constructor(steps: StudySteps, hashes: FileHashes, output: StudyOutput) {
    this.#steps = steps;
    this.#hashes = hashes;
    this.#output = output;
    this.#step = outputStep(output);
  }

  /** Names of the files, where all of them stand as they were written; else undefined. */
  async current(): Promise<readonly string[] | undefined> {
    const bytes = await this.#steps.read(this.#step, 'files');
    if (bytes === undefined) return undefined;
    const written = readJsonPart(bytes) as WrittenFiles;
    if (contentHash(written) !== contentHash(this.#output)) return undefined;
    if ((await changedFiles(this.#output.folder, written, this.#hashes)).length > 0) return undefined;
    await this.#steps.has(this.#step);
    return Object.keys(written.files);
  }

  /** Remembers the files that were written, and how long that took. */
  async remember(names: readonly string[], milliseconds: number): Promise<void> {
    const { folder, inputs, options, choices } = this.#output;
    const files: Record<string, string> = {};
    for (const name of names) files[name] = await this.#hashes.hash(path.join(folder, name));
    await this.#steps.write(this.#step, { files: jsonPart({ inputs, options, choices, files }) }, milliseconds);
  }
}

/** The step that remembers what was written into a folder: one for the folder, whatever stands there. */
export function outputStep({ step, folder }: Pick<StudyOutput, 'step' | 'folder'>): StepDescription {
  return { step, codeVersion, subject: path.basename(folder), inputs: {}, options: { folder: path.resolve(folder) } };
}

/** Tells whether an output stands as a run would write it, with the choices of the run that wrote it last. */
export async function outputState(store: StepStore, hashes: FileHashes, output: StudyOutput): Promise<OutputState> {
  const step = outputStep(output);
  const record = await store.find(stepKey(step));
  const bytes = await store.read(stepKey(step), 'files');
  if (record === undefined || bytes === undefined) return { state: 'missing' };
  const written = readJsonPart(bytes) as WrittenFiles;
  const differences = explainDifference(
    { ...step, inputs: written.inputs, options: written.options },
    { ...step, inputs: output.inputs, options: plain(output.options) },
  );
  const files = await changedFiles(output.folder, written, hashes);
  return differences.length === 0 && files.length === 0
    ? { state: 'done', record }
    : { state: 'stale', record, differences, files };
}

async function changedFiles(folder: string, { files }: WrittenFiles, hashes: FileHashes): Promise<string[]> {
  const changed: string[] = [];
  for (const [name, sha256] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (!existsSync(file) || (await hashes.hash(file)) !== sha256) changed.push(name);
  }
  return changed;
}

function contentHash({ inputs, options, choices }: Pick<StudyOutput, 'inputs' | 'options' | 'choices'>): string {
  return hashJson(plain({ inputs, options, choices }));
}

function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
