import { accessSync, constants, mkdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { nameOfWriter, stepFileName } from '@intermodel/steps';
import { MachineError, writeError } from '@intermodel/streams';

/** A file whose time is younger than this is not touched again when it is read. */
const touchMilliseconds = 60_000;
/** Share of the limit that is freed beyond need, so that not every new file makes a walk over all. */
const freedShare = 1 / 16;

/**
 * Step files of an object store that lie on a local disk: those that were read or written last, up to a limit of bytes
 * in all. Any number of processes share a folder, and whatever lies in it may be removed at any time.
 */
export class StepCache {
  readonly #folder: string;
  readonly #bytesMost: number;
  /** Bytes that were there when all were last walked over, and those that came since; undefined: not walked over yet. */
  #bytes: number | undefined;
  #bytesNew = 0;
  #sweeping: Promise<void> | undefined;

  /**
   * @param folder where the files lie; made when it is needed
   * @param bytesMost bytes of all files together, beside those that are being written
   */
  constructor(folder: string, bytesMost: number) {
    this.#folder = folder;
    this.#bytesMost = bytesMost;
  }

  /** Folder of files that are being written. */
  get partials(): string {
    return path.join(this.#folder, 'partial');
  }

  /** File of a step, be it that it is not there. */
  fileOf(key: string): string {
    return path.join(this.#folder, 'steps', stepFileName(key));
  }

  /** Whether a file of so many bytes may stay. */
  holds(bytes: number): boolean {
    return bytes <= this.#bytesMost;
  }

  /** Name of a new file in the folder of those that are being written, which is made. */
  newFile(key: string, suffix?: string): string {
    const file = path.join(this.partials, nameOfWriter(key, suffix));
    onCache(file, () => mkdirSync(this.partials, { recursive: true }));
    return file;
  }

  /** Keeps a whole step file that was written under a name of its own; removes it where it is too long. */
  async adopt(file: string, key: string, bytes: number): Promise<void> {
    if (!this.holds(bytes)) return rm(file, { force: true });
    const kept = this.fileOf(key);
    onCache(kept, () => {
      mkdirSync(path.dirname(kept), { recursive: true });
      renameSync(file, kept);
    });
    this.#bytesNew += bytes;
    const isFull = this.#bytes === undefined || this.#bytes + this.#bytesNew > this.#bytesMost;
    // Others write too, and tell nothing of it.
    if (isFull || this.#bytesNew > this.#bytesMost * freedShare) await (this.#sweeping ??= this.#sweep(kept));
  }

  /** Says that a file was read, so that it goes later than others. */
  touch(key: string): void {
    const file = this.fileOf(key);
    try {
      const now = Date.now();
      if (now - statSync(file).mtimeMs > touchMilliseconds) utimesSync(file, now / 1000, now / 1000);
    } catch {
      // It was removed, or may be read only: it goes sooner than it might.
    }
  }

  /** Removes a file, if it is there. */
  async drop(key: string): Promise<void> {
    await rm(this.fileOf(key), { force: true }).catch(() => undefined); // It is compared before it is used.
  }

  /** Removes what was read or written longest ago until all fits with some room to spare. */
  async #sweep(latest: string): Promise<void> {
    const files = (await this.#files()).toSorted((one, other) => one.time - other.time);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const wanted = bytes > this.#bytesMost ? this.#bytesMost * (1 - freedShare) : this.#bytesMost;
    for (const { file, bytes: size } of files) {
      if (bytes <= wanted) break;
      if (file === latest) continue;
      await rm(file, { force: true }).catch(() => undefined); // Of another user, for instance.
      bytes -= size;
    }
    this.#bytes = bytes;
    this.#bytesNew = 0;
    this.#sweeping = undefined;
  }

  async #files(): Promise<{ readonly file: string; readonly bytes: number; readonly time: number }[]> {
    const found: { file: string; bytes: number; time: number }[] = [];
    const steps = path.join(this.#folder, 'steps');
    for (const prefix of await readdir(steps).catch(() => []))
      for (const name of await readdir(path.join(steps, prefix)).catch(() => [])) {
        const file = path.join(steps, prefix, name);
        const status = await stat(file).catch(() => undefined); // Others remove files too.
        if (status?.isFile() === true) found.push({ file, bytes: status.size, time: status.mtimeMs });
      }
    return found;
  }
}

/** Folder of caches where none is named: that of the user, or one for files that come and go. */
export function usualCacheFolder(): string {
  const { XDG_CACHE_HOME = '' } = process.env;
  for (const folder of [XDG_CACHE_HOME, path.join(homedir(), '.cache')])
    if (path.isAbsolute(folder) && mayBeMade(folder)) return path.join(folder, 'intermodel');
  return path.join(tmpdir(), `intermodel-${String(userInfo().uid)}`);
}

function mayBeMade(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at))
    try {
      accessSync(at, constants.W_OK);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || at === path.dirname(at)) return false;
    }
}

function onCache<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw cacheError(file, cause);
  }
}

/** Says that a file of the cache cannot be used, and that another place can be given. */
export function cacheError(file: string, cause: unknown): MachineError {
  const { problem } = writeError(file, cause);
  return new MachineError('CACHE_UNUSABLE', `the local cache of the object store: ${problem}`, {
    file,
    hint: 'Free some space, or give a folder on another disk: `cacheFolder`.',
    cause,
  });
}
