import { existsSync } from 'node:fs';
import path from 'node:path';
import { hashJson, type FileHashes, type StepDescription } from '@intermodel/streams';
import { jsonPart, readJsonPart, type StudySteps } from './study-steps.ts';

/** Changed whenever the same content would give other files. */
const codeVersion = '1';

/** Files that are made of results and stand outside the store; what was written is remembered, so that it is not written again. */
export class OutputRecord {
  readonly #steps: StudySteps;
  readonly #hashes: FileHashes;
  readonly #folder: string;
  readonly #step: StepDescription;

  /**
   * @param steps stored steps
   * @param hashes hashes of files
   * @param folder where the files stand
   * @param subject what the files are of
   * @param content all that decides them, as plain data
   */
  constructor(steps: StudySteps, hashes: FileHashes, folder: string, subject: string, content: unknown) {
    this.#steps = steps;
    this.#hashes = hashes;
    this.#folder = folder;
    this.#step = { step: 'output', codeVersion, subject, inputs: { content: hashJson(JSON.parse(JSON.stringify(content))) }, options: {} };
  }

  /** Names of the files, where all of them stand as they were written; else undefined. */
  async current(): Promise<readonly string[] | undefined> {
    const bytes = await this.#steps.read(this.#step, 'files');
    if (bytes === undefined) return undefined;
    const files = Object.entries(readJsonPart(bytes) as Record<string, string>);
    for (const [name, sha256] of files) {
      const file = path.join(this.#folder, name);
      if (!existsSync(file) || (await this.#hashes.hash(file)) !== sha256) return undefined;
    }
    await this.#steps.has(this.#step);
    return files.map(([name]) => name);
  }

  /** Remembers the files that were written. */
  async remember(names: readonly string[]): Promise<void> {
    const files: Record<string, string> = {};
    for (const name of names) files[name] = await this.#hashes.hash(path.join(this.#folder, name));
    await this.#steps.write(this.#step, { files: jsonPart(files) });
  }
}
