import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError, type ErrorPlace } from '@intermodel/streams';
import { listFiles, type ListedFile } from '../images/list-files.ts';

/** The files of a data set, listed once, so that a reader can tell at once which of those that it names are there. */
export class DataFolder {
  /** Path of the folder. */
  readonly root: string;
  /** All files below it by name. */
  readonly files: readonly ListedFile[];
  readonly #byName: ReadonlyMap<string, ListedFile>;

  private constructor(root: string, files: readonly ListedFile[]) {
    this.root = root;
    this.files = files;
    this.#byName = new Map(files.map((file) => [file.name, file]));
  }

  /**
   * Lists a folder.
   *
   * @throws InputError `PATH_OUTSIDE` for a link that leads out of the folder, and those of {@link listFiles}.
   */
  static async open(root: string): Promise<DataFolder> {
    const files = await listFiles(root);
    await refuseLinksOutside(root, files.filter(({ linked }) => linked === true));
    return new DataFolder(root, files);
  }

  /** The file of a name below the folder, or undefined. */
  find(name: string): ListedFile | undefined {
    return this.#byName.get(name);
  }

  /**
   * Path of a file that an index of the data set names, as a path within the folder `below`; `place` says where.
   *
   * @throws InputError `PATH_OUTSIDE` if the name leads out of the folder, `FILE_MISSING` if there is no such file.
   */
  resolve(name: string, place: ErrorPlace, below = ''): string {
    const isAbsolute = path.isAbsolute(name) || /^(?:[a-z]:|\\)/iu.test(name);
    const whole = isAbsolute || below === '' ? name : `${below}/${name}`;
    const normal = path.posix.normalize(whole);
    if (isAbsolute || name === '' || name.includes('\0') || normal === '..' || normal.startsWith('../')) {
      throw new InputError('PATH_OUTSIDE', `"${whole}" is no path below the folder of the data set`, { ...place, expected: `a path below ${this.root}`, hint: outsideHint });
    }
    const file = this.#byName.get(normal);
    if (file === undefined) throw new InputError('FILE_MISSING', `there is no file "${normal}" in ${this.root}`, { ...place, hint: 'Copy the data set whole, or take the row out of the index.' });
    return file.file;
  }
}

const outsideHint = 'Files outside are not read: put the data set in one folder.';

/** A data set from elsewhere must not make files of this machine part of it. */
async function refuseLinksOutside(root: string, links: readonly ListedFile[]): Promise<void> {
  if (links.length === 0) return;
  const inside = `${await realpath(root)}${path.sep}`;
  for (const { name, file } of links) {
    // A link that leads nowhere is named when it is read.
    const target = await realpath(file).catch(() => inside);
    if (!target.startsWith(inside)) throw new InputError('PATH_OUTSIDE', `"${name}" is a link that leads out of the folder of the data set, to ${target}`, { file: root, expected: `files below ${root}`, hint: outsideHint });
  }
}

/**
 * Names without what follows the first comma or semicolon, where data sets list synonyms; a name that would then stand
 * for two numbers is kept whole, and if even that is taken, gets its number.
 */
export function shortNames(names: readonly { readonly number: number; readonly name: string }[]): Map<number, string> {
  const short = ({ name }: { readonly name: string }) => (name.split(/[,;]/u)[0] ?? '').trim();
  const uses = new Map<string, number>();
  for (const one of names) uses.set(short(one), (uses.get(short(one)) ?? 0) + 1);
  const taken = new Set<string>();
  return new Map(
    names.map((one) => {
      const wanted = uses.get(short(one)) === 1 ? short(one) : one.name.trim();
      const name = taken.has(wanted) ? `${wanted} (${String(one.number)})` : wanted;
      taken.add(name);
      return [one.number, name];
    }),
  );
}
