import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/streams';

/** What begins an address, such as that of a bucket, which is no path of this machine. */
const scheme = /^[a-z][a-z0-9+.-]*:\/\//u;

/**
 * Folders, and addresses of buckets, within which a worker may be told to read and write; what others name outside of
 * them is refused.
 */
export class AllowedRoots {
  readonly #roots: readonly string[];
  readonly #addresses: readonly string[];

  /** @throws InputError `ROOT_MISSING` for a folder that is not there, or where none is named. */
  constructor(roots: readonly string[]) {
    if (roots.length === 0)
      throw new InputError('ROOT_MISSING', 'no folder is named within which studies may be worked on', {
        expected: 'the folders of study files, images, models and store',
        hint: 'Give them as `allowRoots`.',
      });
    this.#addresses = roots.filter((root) => scheme.test(root)).map((root) => root.replace(/\/+$/u, ''));
    this.#roots = roots.flatMap((root) => {
      if (scheme.test(root)) return [];
      const real = realPath(root);
      if (real === undefined)
        throw new InputError('ROOT_MISSING', `there is no folder ${root} for \`allowRoots\``, {
          file: root,
          hint: 'Name folders of this machine.',
        });
      return real;
    });
  }

  /**
   * Checks that a path lies within one of the folders once all links are followed; whether there is something at it, or
   * outside, is not told.
   *
   * @throws InputError `PATH_NOT_ALLOWED`
   */
  check(name: string): void {
    if (scheme.test(name) ? this.#hasAddress(name) : this.#hasPath(name)) return;
    throw new InputError('PATH_NOT_ALLOWED', `${name} is not within the folders that this worker may use`, {
      expected: `something within ${[...this.#roots, ...this.#addresses].join(', ')}`,
      hint: 'If it is to be worked on here, start the worker with its folder in `allowRoots` too.',
    });
  }

  #hasPath(name: string): boolean {
    const real = path.isAbsolute(name) ? realTarget(name) : undefined;
    return real !== undefined && this.#roots.some((root) => isWithin(root, real));
  }

  #hasAddress(name: string): boolean {
    if (name.split('/').includes('..')) return false;
    return this.#addresses.some((root) => name === root || name.startsWith(`${root}/`));
  }
}

function isWithin(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

/** Where a path leads; of what is not there yet, where it would come to lie. */
function realTarget(name: string): string | undefined {
  const given = path.resolve(name);
  for (let folder = given; ; folder = path.dirname(folder)) {
    const real = realPath(folder);
    if (real !== undefined) return path.join(real, path.relative(folder, given));
    // A link to nothing would lead wherever something comes to be.
    if (isThere(folder) || folder === path.dirname(folder)) return undefined;
  }
}

function isThere(name: string): boolean {
  return lstatSync(name, { throwIfNoEntry: false }) !== undefined;
}

function realPath(name: string): string | undefined {
  try {
    return realpathSync(name);
  } catch {
    return undefined;
  }
}
