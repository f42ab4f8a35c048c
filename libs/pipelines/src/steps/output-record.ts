import { existsSync } from 'node:fs';
import path from 'node:path';
import { hashJson, type FileHashes, type StepDescription } from '@intermodel/streams';
import { programVersion } from '../manifest.ts';
import { jsonPart, readJsonPart, type StudySteps } from './study-steps.ts';

/** Files state the program that wrote them, so that another version writes them anew. */
const codeVersion = `2, intermodel ${programVersion}`;

/** Kind of the steps that remember what was written into folders. */
export const outputStepName = 'output';

/** What was written: by what it was decided, and the hash of each file. */
interface WrittenFiles {
  readonly content: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Files that are made of results and stand outside the store; what was written is remembered, so that it is not written again. */
export class OutputRecord {
  readonly #steps: StudySteps;
  readonly #hashes: FileHashes;
  readonly #folder: string;
  readonly #content: string;
  readonly #step: StepDescription;

  /**
   * @param steps stored steps
   * @param hashes of files, remembered by their sizes and times
   * @param folder where the files stand
   * @param content all that decides them, as plain data
   */
  constructor(steps: StudySteps, hashes: FileHashes, folder: string, content: unknown) {
    this.#steps = steps;
    this.#hashes = hashes;
    this.#folder = folder;
    this.#content = hashJson(JSON.parse(JSON.stringify(content)));
    this.#step = outputStep(folder);
  }

  /** Names of the files, where all of them stand as they were written; else undefined. */
  async current(): Promise<readonly string[] | undefined> {
    const bytes = await this.#steps.read(this.#step, 'files');
    if (bytes === undefined) return undefined;
    const { content, files } = readJsonPart(bytes) as WrittenFiles;
    if (content !== this.#content) return undefined;
    for (const [name, sha256] of Object.entries(files)) {
      const file = path.join(this.#folder, name);
      if (!existsSync(file) || (await this.#hashes.hash(file)) !== sha256) return undefined;
    }
    await this.#steps.has(this.#step);
    return Object.keys(files);
  }

  /** Remembers the files that were written. */
  async remember(names: readonly string[]): Promise<void> {
    const files: Record<string, string> = {};
    for (const name of names) files[name] = await this.#hashes.hash(path.join(this.#folder, name));
    await this.#steps.write(this.#step, { files: jsonPart({ content: this.#content, files }) });
  }
}

/** The step that remembers what was written into a folder: one for the folder, whatever stands there. */
export function outputStep(folder: string): StepDescription {
  return { step: outputStepName, codeVersion, subject: path.basename(folder), inputs: {}, options: { folder: path.resolve(folder) } };
}
