import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError, readError } from '@intermodel/streams';

/** Endings of files that are read as images. */
export const imageExtensions: readonly string[] = ['.jpg', '.jpeg', '.png', '.webp', '.tif', '.tiff'];

/** A file below a folder. */
export interface ListedFile {
  /** Path below the folder, with `/`, such as `beach/0001.jpg`. */
  readonly name: string;
  /** The same without its ending: what images and labels are paired by. */
  readonly stem: string;
  /** Ending in lower case, with its dot. */
  readonly extension: string;
  /** Path of the file. */
  readonly file: string;
  /** Whether the file, or a folder above it, is a link. @default it is not */
  readonly linked?: true;
}

/**
 * Lists all files below a folder, sorted by name (by code unit, so that every machine gives the same order). Hidden
 * files and folders are left aside; links to folders are followed, each folder once.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, or `NOT_A_FOLDER`.
 */
export async function listFiles(folder: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const linked = new Set<string>();
  const walk = async (below: string, belowLink: boolean): Promise<void> => {
    for (const item of await readFolder(path.join(folder, below), folder)) {
      if (item.name.startsWith('.')) continue;
      const name = below === '' ? item.name : `${below}/${item.name}`;
      const file = path.join(folder, name);
      const isLinked = belowLink || item.isSymbolicLink();
      if (item.isDirectory() || (item.isSymbolicLink() && (await isNewFolder(file, linked))))
        await walk(name, isLinked);
      else
        files.push({
          name,
          stem: name.slice(0, name.length - path.extname(name).length),
          extension: path.extname(name).toLowerCase(),
          file,
          ...(isLinked ? { linked: true } : {}),
        });
    }
  };
  await walk('', false);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A few names of many, for messages: `a, b, c and 7 more`. */
export function someOf(names: readonly string[], shown = 5): string {
  return `${names.slice(0, shown).join(', ')}${names.length > shown ? ` and ${String(names.length - shown)} more` : ''}`;
}

async function readFolder(
  folder: string,
  asked: string,
): Promise<{ name: string; isDirectory: () => boolean; isSymbolicLink: () => boolean }[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOTDIR')
      throw new InputError('NOT_A_FOLDER', 'is a file, not a folder', {
        file: asked,
        expected: 'a folder',
        hint: 'Give the folder that holds the files.',
        cause,
      });
    throw readError(folder, cause);
  }
}

async function isNewFolder(link: string, seen: Set<string>): Promise<boolean> {
  try {
    if (!(await stat(link)).isDirectory()) return false;
    const target = await realpath(link);
    if (seen.has(target)) return false;
    seen.add(target);
    return true;
  } catch {
    return false; // A dangling link is listed as a file, and named when it is read.
  }
}
