import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fault put in by hand, which the specs of its own library must notice. */
export interface Mutant {
  /** Name within its library, such as `hazen-without-half`. */
  readonly name: string;
  /** Text of the sources, which stands there exactly once. */
  readonly find: string;
  /** What it becomes. */
  readonly replace: string;
  /** Base name of the file, where the text stands in others of the library too. */
  readonly file?: string;
  /** Base name of the spec that is tried first. @default that of the file */
  readonly spec?: string;
}

/** A mutant of a library. */
export interface PlacedMutant extends Mutant {
  /** Folder of the library below `libs`. */
  readonly library: string;
  /** The file, relative to the library's folder. */
  readonly place: string;
}

/** Files below a folder of a library that belong to the product or to the kernels it is compiled from. */
function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?:src|wasm)\/.*\.ts$/u.test(name) && !/\.(?:spec|bench|test-d)\.ts$|\/fixtures\//u.test(name))
    .sort();
}

/**
 * Finds where mutants stand: by their text within the sources of the library, so that files may move.
 *
 * @throws Error for a text that is not found exactly once, or a replacement that changes nothing
 */
export function placeMutants(root: string, library: string, mutants: readonly Mutant[]): PlacedMutant[] {
  const folder = path.join(root, 'libs', library);
  const sources = sourcesOf(folder).map((place) => ({ place, text: readFileSync(path.join(folder, place), 'utf8') }));
  return mutants.map((mutant) => {
    const { name, find, replace, file } = mutant;
    const found = sources
      .filter(({ place }) => file === undefined || path.basename(place) === file)
      .flatMap(({ place, text }) =>
        text
          .split(find)
          .slice(1)
          .map(() => place),
      );
    const [place] = found;
    if (place === undefined || found.length > 1)
      throw new Error(
        `mutant ${library}/${name}: its text stands ${String(found.length)} times in the sources${file === undefined ? '' : ` called ${file}`}, expected once: ${find}`,
      );
    if (find === replace) throw new Error(`mutant ${library}/${name} changes nothing`);
    return { ...mutant, library, place };
  });
}
