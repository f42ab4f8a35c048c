import { InputError } from '@intermodel/streams';

/** Most files that a message names. */
const filesNamed = 5;

/** Which files the units of which models came from, so that what a later stage refuses is told with its file. */
export class UnitSources {
  readonly #files = new Map<string, Set<string>>();

  /** Notes that a file holds units of a model. */
  readonly note = (model: string, file: string): void => {
    const files = this.#files.get(model);
    if (files === undefined) this.#files.set(model, new Set([file]));
    else files.add(file);
  };

  /**
   * Awaits work on the units that were read.
   *
   * @throws InputError with the files of the models that it is about, or with the only file; any other error as it is
   */
  async placeErrors<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const files = this.#filesOf(error.details.models);
      throw files === undefined ? error : error.at(files);
    }
  }

  #filesOf(models: readonly string[] | undefined): string | undefined {
    const files = [
      ...new Set((models ?? [...this.#files.keys()]).flatMap((model) => [...(this.#files.get(model) ?? [])])),
    ];
    if (files.length === 0 || (models === undefined && files.length > 1)) return undefined;
    return `${files.slice(0, filesNamed).join(', ')}${files.length > filesNamed ? ', …' : ''}`;
  }
}
