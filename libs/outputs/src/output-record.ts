import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type FileHashes,
  hashJson,
  jsonPart,
  libraryVersion,
  programVersion,
  readJsonPart,
  type StepDescription,
  type StudySteps,
} from '@intermodel/steps';

/** Files state the program that wrote them, and are drawn by libraries, so that other versions write them anew. */
export const outputCodeVersion = [
  '7',
  `intermodel ${programVersion}`,
  ...['apache-arrow', '@observablehq/plot'].map((name) => `${name} ${libraryVersion(name) ?? ''}`),
].join(', ');

/**
 * Kinds of the steps that remember what was written into folders: the tables of a model, and the report over all of
 * them.
 */
export const outputStepNames = ['tables', 'report'] as const;

/** What was written: with which choices, and the hash of each file. */
interface WrittenFiles {
  readonly choices: object;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * What a step remembers of files that were written into a folder: they stand outside the store, so that they may have
 * been changed or removed since.
 */
export class OutputRecord {
  readonly #steps: StudySteps;
  readonly #hashes: FileHashes;
  readonly #step: StepDescription;
  readonly #folder: string;

  /**
   * @param steps stored steps
   * @param hashes of files, remembered by their sizes and times
   * @param step the step that stands for the files, with all that decides them but what each run chooses anew
   * @param folder where the files stand
   */
  constructor(steps: StudySteps, hashes: FileHashes, step: StepDescription, folder: string) {
    this.#steps = steps;
    this.#hashes = hashes;
    this.#step = step;
    this.#folder = folder;
  }

  /**
   * Names of the files, where all of them stand as they were written; else undefined.
   *
   * @param choices choices that each run makes anew, such as its command. @default those of the run that wrote them
   */
  async current(choices?: object): Promise<readonly string[] | undefined> {
    const written = await this.#written();
    if (written === undefined || (await this.#changed(written)).length > 0) return undefined;
    if (choices !== undefined && hashJson(plain(choices)) !== hashJson(plain(written.choices))) return undefined;
    return Object.keys(written.files);
  }

  /** Names of the files that do not stand any more as they were written; none where nothing was written. */
  async changed(): Promise<readonly string[]> {
    const written = await this.#written();
    return written === undefined ? [] : this.#changed(written);
  }

  /** Remembers the files that were written, and how long that took. */
  async remember(names: readonly string[], choices: object, milliseconds: number): Promise<void> {
    const files: Record<string, string> = {};
    for (const name of names) files[name] = await this.#hashes.hash(path.join(this.#folder, name));
    await this.#steps.write(this.#step, { files: jsonPart({ choices, files }) }, milliseconds);
  }

  async #written(): Promise<WrittenFiles | undefined> {
    const bytes = await this.#steps.read(this.#step, 'files');
    return bytes === undefined ? undefined : (readJsonPart(bytes) as WrittenFiles);
  }

  async #changed({ files }: WrittenFiles): Promise<string[]> {
    const changed: string[] = [];
    for (const [name, sha256] of Object.entries(files)) {
      const file = path.join(this.#folder, name);
      if (!existsSync(file) || (await this.#hashes.hash(file)) !== sha256) changed.push(name);
    }
    return changed;
  }
}

function plain(value: object): object {
  return JSON.parse(JSON.stringify(value)) as object;
}
