import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import type { ConstantTensor } from './onnx-model.ts';

/** Where the external data of a model really lies. */
export interface ExternalPlaces {
  /** Folder that holds all of it. */
  readonly folder: string;
  /** Paths relative to that folder, by the location that the file states. */
  readonly locations: ReadonlyMap<string, string>;
}

/** Names of the files in which constants keep their values, as the model states them: each once, sorted. */
export function externalLocations(constants: readonly ConstantTensor[]): string[] {
  return [...new Set(constants.flatMap(({ external }) => (external === undefined ? [] : [external.location])))].sort();
}

/**
 * Checks the external data of constants before anything is opened: it must lie in the model's folder (a model file
 * could otherwise make its user read any file), be there, and be long enough. Links count by where they lead; a model
 * that is itself a link, as in download caches, keeps its data beside the file that it leads to.
 *
 * @returns the places, or undefined if none of the constants is external
 * @throws InputError `EXTERNAL_DATA_OUTSIDE`, `EXTERNAL_DATA_MISSING`, `EXTERNAL_DATA_NOT_FILE` or
 *   `EXTERNAL_DATA_TRUNCATED`.
 */
export function checkExternalData(file: string, constants: readonly ConstantTensor[]): ExternalPlaces | undefined {
  const targets = new Map<string, { readonly file: string; readonly size: number }>();
  for (const { name, external } of constants) {
    if (external === undefined) continue;
    const { location, offset, length = 0 } = external;
    const target = targets.get(location) ?? resolveLocation(file, name, location);
    targets.set(location, target);
    if (!(offset >= 0) || !(length >= 0) || offset + length > target.size) {
      throw new InputError(
        'EXTERNAL_DATA_TRUNCATED',
        `the weights "${name}" lie at bytes ${String(offset)} to ${String(offset + length)} of "${location}", which has ${String(target.size)}`,
        {
          file,
          hint: `Copy or download "${location}" again.`,
        },
      );
    }
  }
  if (targets.size === 0) return undefined;
  const homes = [realpathSync(path.dirname(path.resolve(file))), path.dirname(realpathSync(file))];
  const folder = homes.find((home) => [...targets.values()].every((target) => inside(home, target.file)));
  if (folder === undefined) throw outside(file, constants[0]?.name ?? '', [...targets.keys()].join(', '));
  return {
    folder,
    locations: new Map(
      [...targets].map(([location, target]) => [
        location,
        path.relative(folder, target.file).replaceAll(path.sep, '/'),
      ]),
    ),
  };
}

function resolveLocation(file: string, name: string, location: string): { file: string; size: number } {
  const leaves =
    path.posix.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    /^[a-z]:/iu.test(location) ||
    location.split(/[/\\]/u).includes('..');
  if (leaves) throw outside(file, name, location);
  const folder = path.dirname(path.resolve(file));
  const missing = (cause?: unknown) =>
    new InputError('EXTERNAL_DATA_MISSING', `the weights "${name}" lie in "${location}", which is not there`, {
      file,
      expected: path.join(path.dirname(file), location),
      hint: 'Put the file with the weights beside the model, under the name that it had when the model was exported.',
      cause,
    });
  try {
    const target = realpathSync(path.join(folder, location));
    if (!inside(realpathSync(folder), target) && !inside(path.dirname(realpathSync(file)), target))
      throw outside(file, name, location);
    const stats = statSync(target);
    // A folder cannot be read; a pipe or a device could be read for ever.
    if (!stats.isFile()) {
      throw new InputError(
        'EXTERNAL_DATA_NOT_FILE',
        `the weights "${name}" lie in "${location}", which is not a file`,
        {
          file,
          expected: 'a file with the weights beside the model',
          hint: 'Put the file with the weights there, under the name that it had when the model was exported.',
        },
      );
    }
    return { file: target, size: stats.size };
  } catch (cause) {
    throw cause instanceof InputError ? cause : missing(cause);
  }
}

function inside(folder: string, file: string): boolean {
  return file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

function outside(file: string, name: string, location: string): InputError {
  return new InputError(
    'EXTERNAL_DATA_OUTSIDE',
    `the weights "${name}" are said to lie in "${location}", outside the model's folder`,
    {
      file,
      expected: 'a path inside the folder of the model',
      hint: 'Do not trust this file; if it is yours, export it again with its data beside it.',
    },
  );
}
