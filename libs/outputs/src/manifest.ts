import { createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import path from 'node:path';
import { schemaVersion } from '@intermodel/schemas';
import { programVersion } from '@intermodel/steps';
import { InputError, isRunFolder, manifestFile, openInputFile, readError, readInputFile } from '@intermodel/streams';
import type { RecordBatch } from 'apache-arrow';

/** A file that a run read. */
export interface ManifestInput {
  /** Name of the file, without its folder: the same on every machine. */
  readonly name: string;
  /** What the file is to the run, such as `units`. */
  readonly role: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** What a run was made from and with: no clock, no host name, so that the same run gives the same bytes. */
export interface Manifest {
  /** Name and version of the program. */
  readonly program: string;
  /** Command that was run. */
  readonly command: string;
  /** All options after presets and defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Files that were read. */
  readonly inputs: readonly ManifestInput[];
  /** Schema name and version of each table, by file name. */
  readonly tables: Readonly<Record<string, string>>;
  /** SHA-256 of each file beside the manifest, hexadecimal, by name: by it readers see whether they belong together. */
  readonly files: Readonly<Record<string, string>>;
  /** Things that a reader should know, such as dead units. */
  readonly warnings: readonly string[];
}

/** Facts about an input file. @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`. */
export function manifestInput(role: string, file: string): ManifestInput {
  return { name: path.basename(file), role, sha256: sha256Of(file) };
}

/** Hashes of files that were written into a folder, by name. */
export function manifestFiles(folder: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries([...names].sort().map((name) => [name, sha256Of(path.join(folder, name))]));
}

/** Bytes that are read at once: a table may be larger than the memory that there is. */
const pieceBytes = 4 << 20;

function sha256Of(file: string): string {
  const hash = createHash('sha256');
  const { handle, bytes: size } = openInputFile(file);
  try {
    // Most files are far smaller, and memory that is asked for makes V8 collect.
    const piece = Buffer.allocUnsafe(Math.max(1, Math.min(pieceBytes, size)));
    for (let bytes = readSync(handle, piece); bytes > 0; bytes = readSync(handle, piece))
      hash.update(piece.subarray(0, bytes));
  } catch (cause) {
    throw readError(file, cause);
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

/**
 * Refuses tables that do not belong to the manifest of their folder: a run that was stopped while it replaced an
 * earlier output leaves no manifest, and files copied together from several outputs have other hashes.
 *
 * @param folder output folder
 * @param names tables that are read
 * @throws InputError `OUTPUT_UNFINISHED`, `OUTPUT_MIXED`.
 */
export function checkRunFiles(folder: string, names: readonly string[]): void {
  if (!isRunFolder(folder)) {
    throw new InputError(
      'OUTPUT_UNFINISHED',
      `the folder has no ${manifestFile}, so that it is not known whether its tables belong together`,
      {
        file: folder,
        expected: 'the whole output folder of a run that ended',
        hint: 'Run the command that writes this folder again: it goes on where it was stopped.',
      },
    );
  }
  const { files = {} } = JSON.parse(readInputFile(path.join(folder, manifestFile)).toString()) as Partial<Manifest>;
  for (const name of names) {
    if (files[name] === undefined || files[name] === sha256Of(path.join(folder, name))) continue;
    throw new InputError('OUTPUT_MIXED', `does not belong to the ${manifestFile} beside it`, {
      file: path.join(folder, name),
      expected: 'all files of one output',
      hint: 'Run the command that writes this folder again, or copy the folder as a whole.',
    });
  }
}

/** Schema versions of tables, by file name. */
export function manifestTables(tables: Readonly<Record<string, RecordBatch | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tables).flatMap(([name, batch]) =>
      batch === undefined ? [] : [[`${name}.arrow`, schemaVersion(batch.schema) ?? 'unknown']],
    ),
  );
}

/** Text of the manifest file. */
export function manifestText(manifest: Omit<Manifest, 'program'>): string {
  return `${JSON.stringify({ program: `intermodel ${programVersion}`, ...manifest }, undefined, 2)}\n`;
}
