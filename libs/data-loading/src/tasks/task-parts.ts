import { InputError, suggestName, type ErrorPlace } from '@intermodel/streams';
import { someOf } from '../images/list-files.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';
import { checkSplit, drawParts, type PartShare } from './draw-parts.ts';
import type { TaskImage, TaskPart } from './task-data.ts';
import type { TaskSplit } from './task-options.ts';

/** The parts, in the order in which they are told. */
export const taskParts = ['train', 'val', 'test'] as const satisfies readonly TaskPart[];

/** Names of the parts in folders and tables, in any case. */
const partNames: Readonly<Record<string, TaskPart>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  dev: 'val',
  test: 'test',
  testing: 'test',
};

/** Part of a name such as `valid`, or undefined. */
export function partNamed(name: string): TaskPart | undefined {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(partNames, key) ? partNames[key] : undefined;
}

/** Part of a name. @throws InputError `PART_UNKNOWN`. */
export function requirePart(name: string, place: ErrorPlace): TaskPart {
  const part = partNamed(name);
  if (part !== undefined) return part;
  throw new InputError('PART_UNKNOWN', `"${name}" is no part of the data`, {
    ...place,
    expected: 'train, val (or valid, validation, dev) or test, in any case',
    hint: suggestName(name, Object.keys(partNames)),
  });
}

/**
 * Parts of files by the folder that they lie in, where each lies in one that is named after a part; undefined where
 * none does, so that the data have no parts.
 *
 * @throws InputError `PART_UNKNOWN` where some do.
 */
export function partsOfFolders(names: readonly string[], root: string): ((name: string) => TaskPart) | undefined {
  const folderOf = (name: string) => (name.includes('/') ? name.slice(0, name.indexOf('/')) : '');
  const folders = [...new Set(names.map(folderOf))];
  const strange = folders.filter((folder) => partNamed(folder) === undefined);
  if (strange.length === folders.length) return undefined;
  if (strange.length > 0)
    throw new InputError(
      'PART_UNKNOWN',
      `beside the folders of parts are images ${strange.map((folder) => (folder === '' ? 'in none of them' : `in "${folder}"`)).join(', ')}`,
      {
        file: root,
        expected: 'all images in the folders train, val (or valid, validation) and test, or in folders of other names',
        hint: 'Move these images into a part, or out of the folder.',
      },
    );
  return (name) => requirePart(folderOf(name), { file: root });
}

/** An image whose part the data may not tell. */
export type UnpartedImage<Target> = Omit<TaskImage<Target>, 'part'> & { readonly part: TaskPart | undefined };

/** Images with their parts. */
export interface PartedImages<Target> {
  /** Images by name. */
  readonly images: readonly TaskImage<Target>[];
  /** What was drawn though the data have parts. */
  readonly warnings: readonly DataWarning[];
}

/**
 * Sees to it that there are three parts. Parts that the data have stay as they are. Where they have none, or `train`
 * alone, all three are drawn; where `val` lacks, it is drawn from `train` with its share of the two; where `test`
 * lacks, `val` is the test part, as is usual with data whose test labels nobody publishes, and another `val` is drawn.
 *
 * @param images images, each once, that all have a part or all have none
 * @param stratumOf what keeps its shares when parts are drawn, such as the class; the same for all: nothing does
 * @param split shares and seed
 * @param root where the data are, for messages
 * @throws InputError `SPLIT_SHARES`, `PART_EMPTY` for data without a training part, or with too few images to draw
 *   parts of.
 */
export function settleParts<Target>(
  images: readonly UnpartedImage<Target>[],
  stratumOf: (target: Target) => string,
  split: TaskSplit | undefined,
  root: string,
): PartedImages<Target> {
  const { train, val, test, seed } = checkSplit(split);
  const warnings: DataWarning[] = [];
  const has = (part: TaskPart) => images.some((one) => one.part === part);
  const draw = (from: readonly UnpartedImage<Target>[], shares: readonly PartShare[]): Map<string, TaskPart> => {
    const drawn = drawParts(
      from.map(({ image, target }) => ({ image, stratum: stratumOf(target) })),
      shares,
      seed,
    );
    const found = new Set(drawn.values());
    const empty = shares.find(({ part }) => !found.has(part));
    if (empty !== undefined)
      throw new InputError('PART_EMPTY', `${String(from.length)} images leave none for the part ${empty.part}`, {
        file: root,
        expected: 'at least three images of some class, or as many of all where classes do not matter',
        hint: 'Add images, or share them out into parts yourself.',
      });
    return drawn;
  };
  const inOrder = (partOf: (image: UnpartedImage<Target>) => TaskPart) =>
    images
      .map((image) => ({ ...image, part: partOf(image) }))
      .toSorted((a, b) => (a.image < b.image ? -1 : a.image > b.image ? 1 : 0));
  const given = taskParts.filter(has);

  if (given.length === 0 || (given.length === 1 && given[0] === 'train')) {
    const drawn = draw(images, [
      { part: 'train', share: train },
      { part: 'test', share: test },
      { part: 'val', share: val },
    ]);
    return { images: inOrder(({ image }) => drawn.get(image) ?? 'train'), warnings };
  }
  if (!has('train'))
    throw new InputError('PART_EMPTY', `there is no training part, only ${given.join(' and ')}`, {
      file: root,
      expected: 'images to fit heads on',
      hint: 'Add the part train, or leave the parts out so that they are drawn.',
    });
  if (given.length === 3) {
    if (split !== undefined)
      warnings.push({
        code: 'SPLIT_UNUSED',
        message: 'the data have all parts, so that none is drawn by `tasks[].split`',
      });
    return { images: inOrder(({ part }) => part ?? 'train'), warnings };
  }
  const training = images.filter(({ part }) => part === 'train');
  const drawn = draw(training, [
    { part: 'train', share: train / (train + val) },
    { part: 'val', share: val / (train + val) },
  ]);
  const count = [...drawn.values()].filter((part) => part === 'val').length;
  const ofTraining = `${String(count)} of ${String(training.length)} images of the part train`;
  warnings.push(
    has('test')
      ? { code: 'VAL_DRAWN', message: `the data have no validation part: ${ofTraining} are drawn for it` }
      : {
          code: 'VAL_IS_TEST',
          message: `the data have no test part: scores come from the part val, and ${ofTraining} are drawn for validation`,
        },
  );
  return {
    images: inOrder(({ image, part }) => (part === 'train' ? (drawn.get(image) ?? 'train') : 'test')),
    warnings,
  };
}

/**
 * Takes each image once: rows or lists may name one again.
 *
 * @throws InputError `IMAGE_IN_TWO_PARTS`: what was learned from an image must not be tested on it.
 */
export function imagesOnce<Target>(
  listed: readonly UnpartedImage<Target>[],
  join: (a: Target, b: Target) => Target,
  root: string,
): { readonly images: UnpartedImage<Target>[]; readonly twice: readonly string[] } {
  const byFile = new Map<string, UnpartedImage<Target>>();
  const twice = new Set<string>();
  for (const one of listed) {
    const earlier = byFile.get(one.file);
    if (earlier === undefined) {
      byFile.set(one.file, one);
      continue;
    }
    if (earlier.part !== one.part)
      throw new InputError(
        'IMAGE_IN_TWO_PARTS',
        `${one.image} is in the parts ${earlier.part ?? 'none'} and ${one.part ?? 'none'}`,
        {
          file: root,
          expected: 'every image in one part',
          hint: 'Take it out of one of the two: scores on images that a head was fitted on mean nothing.',
        },
      );
    twice.add(one.image);
    byFile.set(one.file, { ...earlier, target: join(earlier.target, one.target) });
  }
  return { images: [...byFile.values()], twice: [...twice] };
}

/** Warning for images that are listed more than once; none where all are listed once. */
export function twiceWarnings(twice: readonly string[], what: string): DataWarning[] {
  return twice.length === 0
    ? []
    : [
        {
          code: 'IMAGES_TWICE',
          message: `${String(twice.length)} ${twice.length === 1 ? 'image is' : 'images are'} listed more than once; ${what}: ${someOf(twice)}`,
        },
      ];
}
