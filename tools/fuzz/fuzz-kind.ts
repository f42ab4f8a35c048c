import type { Random } from '@intermodel/numerics';

/** One bent input, written into a folder of its own. */
export interface FuzzCase {
  /** Arguments of the command, with paths relative to the folder. */
  readonly argv: readonly string[];
  /** File that was bent, relative to the folder: an error has to name it, or what it is called in the study. */
  readonly bent: string;
  /** How it was bent. */
  readonly how: string;
  /** Other words by which an error may tell what is meant, beside the name of the file. */
  readonly names?: readonly string[];
}

/** A kind of input. */
export interface FuzzKind {
  /** Name, such as `units-csv`. */
  readonly name: string;
  /**
   * Writes a bent input into an empty folder.
   *
   * @param folder folder of the case
   * @param random all chance
   * @param base whole inputs, and outputs of earlier runs, made once
   */
  readonly write: (folder: string, random: Random, base: string) => FuzzCase;
}
