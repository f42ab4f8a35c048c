import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { InputError, MachineError, readInputFile } from '@intermodel/errors';
import { flushFolder, makeFolder } from './durable-folders.ts';

/** File that marks a folder as the output of a run. */
export const manifestFile = 'manifest.json';

/**
 * Writes a file whole or not at all: under a temporary name beside it, flushed to disk, then renamed.
 *
 * @throws MachineError `WRITE_FAILED` naming the file, or the InputError of what makes the content; the temporary file is
 *   removed.
 */
export function writeFileAtomically(file: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  const temporary = temporaryName(file, 'partial');
  try {
    makeFolder(path.dirname(file));
    const handle = openSync(temporary, 'wx');
    try {
      const chunks =
        typeof content === 'string'
          ? [Buffer.from(content, 'utf8')]
          : content instanceof Uint8Array
            ? [content]
            : content;
      for (const chunk of chunks) writeFully(handle, chunk);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
    flushFolder(path.dirname(file));
  } catch (cause) {
    if (existsSync(temporary)) rmSync(temporary, { force: true });
    // What is written may come from an input that cannot be read.
    throw cause instanceof InputError ? cause : writeError(file, cause);
  }
}

/** An output folder under way: files go into a temporary folder beside it until {@link StagedFolder.commit}. */
export interface StagedFolder {
  /** Folder to write into. */
  readonly path: string;
  /** Puts the folder in its place, instead of the output of an earlier run. */
  commit(): void;
  /** Removes what was written; the earlier output stays. */
  discard(): void;
}

/**
 * Opens a folder that appears whole at the end or not at all. An earlier run's output (a folder with a manifest) is
 * replaced; any other folder with files in it is refused.
 *
 * @param target path that appears
 * @param ownNames names of all files that runs write there: files of other names stay, and refuse nothing. Default: the
 *   folder is replaced as a whole
 * @throws InputError `OUTPUT_NOT_EMPTY` or `OUTPUT_NOT_A_FOLDER`.
 */
export function stageFolder(target: string, ownNames?: ReadonlySet<string>): StagedFolder {
  const folder = path.resolve(target);
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory()) {
      throw new InputError('OUTPUT_NOT_A_FOLDER', 'the output path is a file', {
        file: target,
        expected: 'a folder, or a path that does not exist yet',
        hint: 'Give another `out`.',
      });
    }
    const entries = readdirSync(folder).filter((name) => ownNames?.has(name) ?? true);
    if (entries.length > 0 && !isRunFolder(folder)) {
      throw new InputError('OUTPUT_NOT_EMPTY', 'the output folder holds files that are not the output of a run', {
        file: target,
        expected: `an empty folder, a path that does not exist yet, or an earlier run's folder (with ${manifestFile})`,
        hint: 'Give another `out`, or empty the folder.',
      });
    }
  }
  const temporary = temporaryName(folder, 'partial');
  try {
    makeFolder(temporary);
  } catch (cause) {
    throw writeError(target, cause);
  }
  underWay.add(temporary);
  return {
    path: temporary,
    commit() {
      underWay.delete(temporary);
      const old = temporaryName(folder, 'old');
      try {
        if (existsSync(folder)) renameSync(folder, old);
        renameSync(temporary, folder);
        // The old folder may go only once the new one is sure to stay under its name.
        flushFolder(path.dirname(folder));
      } catch (cause) {
        if (!existsSync(folder) && existsSync(old)) renameSync(old, folder);
        rmSync(temporary, { recursive: true, force: true });
        throw writeError(target, cause);
      }
      if (ownNames === undefined) rmSync(old, { recursive: true, force: true });
      else if (existsSync(old)) giveBack(old, folder, ownNames);
    },
    discard() {
      underWay.delete(temporary);
      rmSync(temporary, { recursive: true, force: true });
    },
  };
}

/**
 * Name that a file or folder bears while it is written, or that a folder bears while it is replaced: with a dot at its
 * head, as no model's folder has it.
 */
function temporaryName(target: string, state: 'partial' | 'old'): string {
  return path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(4).toString('hex')}.${state}`);
}

/** Names by {@link temporaryName}, with that of the target. */
const leftover = /^\.(.+)\.[0-9a-f]{8}\.(?:partial|old)$/u;

/**
 * Removes what runs that were killed left half-written in a folder; nobody else may be writing there.
 *
 * @param folder place that is tidied up
 * @param ownNames as for {@link stageFolder}, where folders within this one were staged with it: what else was in them
 *   is put back
 */
export function removeLeftovers(folder: string, ownNames?: ReadonlySet<string>): void {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!leftover.test(name)) continue;
    const left = path.join(folder, name);
    if (ownNames !== undefined && name.endsWith('.old') && statSync(left).isDirectory())
      giveBack(left, path.join(folder, name.replace(leftover, '$1')), ownNames);
    else rmSync(left, { recursive: true, force: true });
  }
}

/**
 * Moves what no run wrote from a folder that was replaced into the new one, where nothing is replaced, and removes the
 * rest.
 */
function giveBack(old: string, folder: string, ownNames: ReadonlySet<string>): void {
  const others = readdirSync(old).filter((name) => !ownNames.has(name) && !leftover.test(name));
  try {
    if (others.length > 0) makeFolder(folder);
    for (const name of others)
      if (!existsSync(path.join(folder, name))) renameSync(path.join(old, name), path.join(folder, name));
    removeRunFolder(old, ownNames);
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/**
 * Removes the files of runs from a folder, the manifest last, and the folder itself where nothing else is in it; tells
 * whether it is gone.
 */
export function removeRunFolder(folder: string, ownNames: ReadonlySet<string>): boolean {
  const own = readdirSync(folder).filter((name) => ownNames.has(name) || leftover.test(name));
  for (const name of own.sort((one, other) => Number(one === manifestFile) - Number(other === manifestFile)))
    rmSync(path.join(folder, name), { recursive: true, force: true });
  if (readdirSync(folder).length > 0) return false;
  rmdirSync(folder);
  return true;
}

/** File that stands for the manifest while an output is replaced: the manifest of what stood there before. */
export const unfinishedFile = 'unfinished.json';

/**
 * Takes the manifest away from an output that is about to be replaced in part: without it nobody takes old and new
 * files for one output. {@link unfinishedFile} stands in its place.
 *
 * @throws MachineError `WRITE_FAILED`.
 */
export function beginReplacing(folder: string): void {
  if (!isRunFolder(folder)) return;
  moveFile(path.join(folder, manifestFile), path.join(folder, unfinishedFile));
}

/**
 * Puts files into a folder, in the place of those of an earlier run, without a moment in which a manifest stands over
 * files that it does not belong to: all are written aside first, so that a full disk leaves the earlier output as it
 * was; then the earlier manifest goes, each file comes, and the manifest comes last.
 *
 * @param folder folder of a run
 * @param write writes all files, the manifest among them, into the folder that it is given; returns their names,
 *   slashes between folders
 * @param tidy removes what of the earlier output has no successor, before the manifest comes
 * @returns the names
 * @throws MachineError `WRITE_FAILED`.
 */
export function replaceFiles(
  folder: string,
  write: (staging: string) => readonly string[],
  tidy: (names: readonly string[]) => void,
): readonly string[] {
  const staging = temporaryName(path.join(folder, 'files'), 'partial');
  underWay.add(staging);
  try {
    const names = write(staging);
    beginReplacing(folder);
    for (const name of names) if (name !== manifestFile) moveFile(path.join(staging, name), path.join(folder, name));
    tidy(names);
    moveFile(path.join(staging, manifestFile), path.join(folder, manifestFile));
    rmSync(path.join(folder, unfinishedFile), { force: true });
    return names;
  } finally {
    rmSync(staging, { recursive: true, force: true });
    underWay.delete(staging);
  }
}

/** Moves a file that is on disk already, and flushes its new name. */
function moveFile(from: string, to: string): void {
  try {
    makeFolder(path.dirname(to));
    renameSync(from, to);
    flushFolder(path.dirname(to));
  } catch (cause) {
    throw writeError(to, cause);
  }
}

/** Whether a folder is the output of a run: its manifest says that intermodel wrote it. */
export function isRunFolder(folder: string): boolean {
  try {
    const { program } = JSON.parse(readInputFile(path.join(folder, manifestFile)).toString()) as {
      readonly program?: unknown;
    };
    return typeof program === 'string' && program.startsWith('intermodel ');
  } catch {
    return false;
  }
}

/**
 * Refuses an output folder that holds what a run reads: replacing it would delete the input.
 *
 * @throws InputError `OUTPUT_HOLDS_INPUT`.
 */
export function checkOutputApart(out: string, inputs: readonly string[]): void {
  const folder = path.resolve(out);
  const held = inputs.find(
    (input) => path.resolve(input) === folder || path.resolve(input).startsWith(`${folder}${path.sep}`),
  );
  if (held !== undefined) {
    throw new InputError('OUTPUT_HOLDS_INPUT', 'the output folder holds what this run reads', {
      file: held,
      expected: `a folder other than ${out}`,
      hint: 'Give another `out`: the output folder is replaced as a whole.',
    });
  }
}

/**
 * Refuses an output folder that lies in a folder whose files a run reads: the next run would read what this one writes.
 *
 * @throws InputError `OUTPUT_HOLDS_INPUT`.
 */
export function checkOutputOutside(out: string, folders: readonly string[]): void {
  const place = realPath(path.resolve(out));
  const around = folders.find((folder) =>
    `${place}${path.sep}`.startsWith(`${realPath(path.resolve(folder))}${path.sep}`),
  );
  if (around !== undefined) {
    throw new InputError('OUTPUT_HOLDS_INPUT', 'the output folder lies where this run reads its input', {
      file: out,
      expected: `a folder outside ${around}`,
      hint: 'Give another `out`: what is written there would be read by the next run.',
    });
  }
}

/** Where a path leads, as far as it exists. */
function realPath(absolute: string): string {
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = path.dirname(absolute);
  return parent === absolute ? absolute : path.join(realPath(parent), path.basename(absolute));
}

const underWay = new Set<string>();

/** Removes all folders that are neither committed nor discarded: for a program that is told to stop. */
export function discardStagedFolders(): void {
  for (const folder of underWay) rmSync(folder, { recursive: true, force: true });
  underWay.clear();
}

/** Turns a failure of the file system while writing into an error that says what to do. */
export function writeError(file: string, cause: unknown): MachineError {
  if (cause instanceof MachineError) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  const reason = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EACCES: 'no permission to write',
    EPERM: 'no permission to write',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is a file',
  }[code];
  return new MachineError('WRITE_FAILED', reason ?? `cannot be written (${code === '' ? String(cause) : code})`, {
    file,
    hint:
      code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some space and run again.' : 'Give a place that can be written.',
    cause,
  });
}

function writeFully(handle: number, chunk: Uint8Array): void {
  for (let written = 0; written < chunk.length;) written += writeSync(handle, chunk, written);
}
