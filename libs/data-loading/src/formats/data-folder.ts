import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError, type ErrorPlace } from '@intermodel/streams';
import { imageExtensions, listFiles, type ListedFile } from '../images/list-files.ts';

/** The files of a data set, listed once, so that a reader can tell at once which of those that it names are there. */
export class DataFolder {
  /** Path of the folder. */
  readonly root: string;
  /** All files below it by name. */
  readonly files: readonly ListedFile[];
  readonly #byName = new Map<string, ListedFile>();
  /** The same by names in one Unicode form: archives made on macOS have others than the indices that lie in them. */
  readonly #byForm = new Map<string, ListedFile>();
  readonly #imagesByStem = new Map<string, ListedFile>();

  private constructor(root: string, files: readonly ListedFile[]) {
    this.root = root;
    this.files = files;
    for (const file of files) {
      this.#byName.set(file.name, file);
      this.#byForm.set(file.name.normalize('NFC'), file);
      if (imageExtensions.includes(file.extension)) this.#imagesByStem.set(file.stem.normalize('NFC'), file);
    }
  }

  /**
   * Lists a folder.
   *
   * @throws InputError `PATH_OUTSIDE` for a link that leads out of the folder, and those of {@link listFiles}.
   */
  static async open(root: string): Promise<DataFolder> {
    const files = await listFiles(root);
    await refuseLinksOutside(
      root,
      files.filter(({ linked }) => linked === true),
    );
    return new DataFolder(root, files);
  }

  /** The file of a name below the folder, or undefined. */
  find(name: string): ListedFile | undefined {
    return this.#byName.get(name) ?? this.#byForm.get(name.normalize('NFC'));
  }

  /**
   * Path of a file that an index of the data set names, as a path within one of the folders `below`, the first that has
   * it; `place` says where it is named.
   *
   * @throws InputError `PATH_OUTSIDE` if the name leads out of the folder, `FILE_MISSING` if there is no such file.
   */
  resolve(name: string, place: ErrorPlace, ...below: readonly string[]): string {
    return this.locate(name, place, ...below).file;
  }

  /** The file itself, as {@link resolve} finds it. */
  locate(name: string, place: ErrorPlace, ...below: readonly string[]): ListedFile {
    return this.#locate(name, place, below, (whole) => this.find(whole));
  }

  /**
   * The image that an index of the data set names by its stem, whatever its ending, `.jpg` before all others.
   *
   * @throws InputError `PATH_OUTSIDE`, `FILE_MISSING`, as {@link resolve} for the name with `.jpg`.
   */
  resolveImage(stem: string, place: ErrorPlace, below: string): ListedFile {
    return this.#locate(
      `${stem}.jpg`,
      place,
      [below],
      (whole) => this.find(whole) ?? this.#imagesByStem.get(whole.slice(0, -'.jpg'.length).normalize('NFC')),
    );
  }

  #locate(
    name: string,
    place: ErrorPlace,
    below: readonly string[],
    find: (whole: string) => ListedFile | undefined,
  ): ListedFile {
    const isAbsolute = path.isAbsolute(name) || /^(?:[a-z]:|\\)/iu.test(name);
    const places = (below.length === 0 ? [''] : below).map((folder) =>
      isAbsolute || folder === '' ? name : `${folder}/${name}`,
    );
    const [first = ''] = places;
    const isOutside = (whole: string) => whole === '..' || whole.startsWith('../');
    if (isAbsolute || name === '' || name.includes('\0') || isOutside(path.posix.normalize(first))) {
      throw new InputError('PATH_OUTSIDE', `"${first}" is no path below the folder of the data set`, {
        ...place,
        expected: `a path below ${this.root}`,
        hint: outsideHint,
      });
    }
    const inside = places.map((whole) => path.posix.normalize(whole)).filter((whole) => !isOutside(whole));
    for (const whole of inside) {
      const file = find(whole);
      if (file !== undefined) return file;
    }
    throw new InputError(
      'FILE_MISSING',
      `there is no file ${inside.map((whole) => `"${whole}"`).join(' or ')} in ${this.root}`,
      { ...place, hint: missingHint },
    );
  }
}

const missingHint =
  'Copy the data set whole, take the row out of the index, or leave out what is not there with `data.unpaired: leave-out`.';

const outsideHint = 'Files outside are not read: put the data set in one folder.';

/** A data set from elsewhere must not make files of this machine part of it. */
async function refuseLinksOutside(root: string, links: readonly ListedFile[]): Promise<void> {
  if (links.length === 0) return;
  const inside = `${await realpath(root)}${path.sep}`;
  for (const { name, file } of links) {
    // A link that leads nowhere is named when it is read.
    const target = await realpath(file).catch(() => inside);
    if (!target.startsWith(inside))
      throw new InputError(
        'PATH_OUTSIDE',
        `"${name}" is a link that leads out of the folder of the data set, to ${target}`,
        { file: root, expected: `files below ${root}`, hint: outsideHint },
      );
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
