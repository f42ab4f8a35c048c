import { statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '@intermodel/streams';
import type { ReadTaskDataOptions } from './task-options.ts';

/** The folder of the data set. @throws InputError `DATA_OPTIONS` where none is given. */
export function requireRoot({ root }: ReadTaskDataOptions): string {
  if (root !== undefined) return root;
  throw new InputError('DATA_OPTIONS', 'the folder of the data set is not given', {
    column: 'root',
    expected: 'the folder that the format is read from',
    hint: 'Give `tasks[].root`.',
  });
}

/** A file or folder that an option names, else a place below the folder of the data set. @throws InputError `DATA_OPTIONS`. */
export function placeOf(
  { root, ...options }: ReadTaskDataOptions,
  option: 'images' | 'labels' | 'labelNames',
  below: string,
): string {
  const given = options[option];
  if (given !== undefined) return given;
  if (root !== undefined) return path.join(root, below);
  throw new InputError('DATA_OPTIONS', `neither \`tasks[].root\` nor \`tasks[].${option}\` is given`, {
    column: option,
    expected: `the folder of the data set, which holds ${below}, or what takes its place`,
    hint: `Give \`tasks[].root\`, or \`tasks[].${option}\`.`,
  });
}

/** The folder of images: the one that is given, `images` below the folder of the data set, or that folder. */
export function imageFolder(options: ReadTaskDataOptions): string {
  const below = placeOf(options, 'images', 'images');
  if (options.images !== undefined || options.root === undefined || isFolder(below)) return below;
  return options.root;
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}
