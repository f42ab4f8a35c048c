import { InputError } from '@intermodel/streams';
import { someOf } from '../images/list-files.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';
import type { ClassTask, TaskImage } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { settleParts, type UnpartedImage } from './task-parts.ts';

/** What a reader of classes found. */
export interface ListedClasses {
  /** Images, each once, with the names of their classes, each name once. */
  readonly images: readonly UnpartedImage<readonly string[]>[];
  /** What the reader has to tell. */
  readonly warnings: readonly DataWarning[];
  /** Files beside the images. */
  readonly files: readonly string[];
  /** Where the data are, for messages. */
  readonly root: string;
}

/**
 * Makes a task of images with names of classes: numbers the classes in the order of their names, whatever the order of
 * the files, and settles the parts. Where every image has one class, each class keeps its shares of the parts.
 *
 * @throws InputError `CLASSES_TOO_FEW`, and those of {@link settleParts}.
 */
export function classTask(
  { images: listed, warnings, files, root }: ListedClasses,
  { split }: ReadTaskDataOptions,
): ClassTask {
  const classes = [...new Set(listed.flatMap(({ target }) => target))].sort();
  const isMultiLabel = listed.some(({ target }) => target.length !== 1);
  if (classes.length < (isMultiLabel ? 1 : 2))
    throw new InputError(
      'CLASSES_TOO_FEW',
      `the data have ${classes.length === 0 ? 'no class' : `one class only, "${classes[0] ?? ''}"`}`,
      {
        file: root,
        expected: 'two classes or more, or images with several classes or none',
        hint: 'Give the folder or file that has all classes; a folder of one class lies one level too deep.',
      },
    );
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const numbered = listed.map((image) => ({
    ...image,
    target: image.target.map((name) => numbers.get(name) ?? 0).sort((a, b) => a - b),
  }));
  const { images, warnings: drawn } = settleParts<readonly number[]>(
    numbered,
    isMultiLabel ? () => '' : (target) => String(target[0]),
    split,
    root,
  );
  return {
    targets: 'classes',
    images,
    classes,
    isMultiLabel,
    warnings: [...warnings, ...drawn, ...coverageWarnings(images, classes)],
    files,
  };
}

/** Tells of classes that some part lacks, and of those with a single image. */
export function coverageWarnings(
  images: readonly TaskImage<readonly number[]>[],
  classes: readonly string[],
): DataWarning[] {
  const counts = classes.map(() => ({ train: 0, val: 0, test: 0 }));
  for (const { part, target } of images)
    for (const number of target) {
      const count = counts[number];
      if (count !== undefined) count[part]++;
    }
  const named = (isMeant: (count: { train: number; val: number; test: number }) => boolean) =>
    classes.filter((_, number) => isMeant(counts[number] ?? { train: 0, val: 0, test: 0 }));
  const single = named(({ train, val, test }) => train + val + test === 1);
  const untrained = named(({ train, val, test }) => train === 0 && val + test > 0);
  const untested = named(({ train, test }) => train > 0 && test === 0);
  const tell = (code: string, names: readonly string[], what: readonly [one: string, many: string]): DataWarning[] =>
    names.length === 0
      ? []
      : [
          {
            code,
            message: `${String(names.length)} ${names.length === 1 ? `class ${what[0]}` : `classes ${what[1]}`}: ${someOf(names)}`,
          },
        ];
  return [
    ...tell('CLASSES_OF_ONE_IMAGE', single, ['has a single image', 'have a single image']),
    ...tell('CLASSES_NOT_TRAINED', untrained, [
      'is missing from the part train, so that its images cannot be told',
      'are missing from the part train, so that their images cannot be told',
    ]),
    ...tell('CLASSES_NOT_TESTED', untested, [
      'is missing from the part test, so that no score tells of it',
      'are missing from the part test, so that no score tells of them',
    ]),
  ];
}
