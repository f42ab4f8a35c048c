import { InputError } from '@intermodel/streams';
import { imageExtensions, listFiles, someOf, type ListedFile } from '../images/list-files.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';
import { classTask } from './class-task.ts';
import type { ClassTask } from './task-data.ts';
import { requireRoot } from './task-places.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { partNamed, type UnpartedImage } from './task-parts.ts';

/**
 * Reads a folder for each class, alone or below folders of the parts: `cat/a.jpg`, or `train/cat/a.jpg`,
 * `val/cat/b.jpg` (`valid`, `validation`), `test/cat/c.jpg`. Images may lie deeper within a class; hidden files are
 * left aside; names of classes are those of the folders in Unicode's composed form. A folder is a part if it is named
 * like one and holds nothing but folders: a class may be called `train`.
 *
 * @throws InputError `FOLDER_EMPTY`, `PART_UNKNOWN`, `CLASS_MISSING`, and those of {@link classTask}.
 */
export async function readClassFolders(options: ReadTaskDataOptions): Promise<ClassTask> {
  const root = requireRoot(options);
  // Files that are listed, not named, may be links.
  const files = await listFiles(root);
  const images = files.filter(({ extension }) => imageExtensions.includes(extension));
  const others = files.filter(({ extension }) => !imageExtensions.includes(extension));
  if (images.length === 0) throw emptyFolder(root, others);
  const hasParts = isOfParts(images, root);
  const depth = hasParts ? 1 : 0;
  const unclassed: string[] = [];
  const listed: UnpartedImage<readonly string[]>[] = [];
  for (const { name, file } of images) {
    const folders = name.split('/').slice(0, -1);
    const className = folders[depth];
    if (className === undefined) unclassed.push(name);
    else
      listed.push({
        image: name,
        file,
        part: hasParts ? partNamed(folders[0] ?? '') : undefined,
        target: [className.normalize('NFC')],
      });
  }
  if (listed.length === 0)
    throw new InputError('CLASS_MISSING', `no image lies in the folder of a class: ${someOf(unclassed)}`, {
      file: root,
      expected: 'a folder for each class, such as cat/a.jpg or train/cat/a.jpg',
      hint: 'Sort the images into folders, or list their classes in a CSV image,label and read it as `class-csv`.',
    });
  return classTask({ images: listed, warnings: [...asideWarnings(unclassed, others)], files: [], root }, options);
}

/** Whether the topmost folders are parts; images that lie in them without a class are named later. */
function isOfParts(images: readonly ListedFile[], root: string): boolean {
  const top = new Map<string, { deep: boolean; flat: boolean }>();
  for (const { name } of images) {
    const [first = '', ...rest] = name.split('/');
    if (rest.length === 0) continue;
    const seen = top.get(first) ?? { deep: false, flat: false };
    if (rest.length === 1) seen.flat = true;
    else seen.deep = true;
    top.set(first, seen);
  }
  const named = [...top].filter(([name]) => partNamed(name) !== undefined);
  const classes = [...top.keys()].filter((name) => partNamed(name) === undefined);
  if (named.length === 0) return false;
  if (classes.length === 0) {
    if (named.every(([, { deep }]) => !deep))
      throw new InputError(
        'CLASS_MISSING',
        `the folders of parts (${named.map(([name]) => name).join(', ')}) hold images, but no folders of classes`,
        {
          file: root,
          expected: 'a folder for each class below each part, such as train/cat/a.jpg',
          hint: 'Sort the images into folders, or list their classes in a CSV image,label,split and read it as `class-csv`.',
        },
      );
    return true;
  }
  if (named.some(([, { flat }]) => flat)) return false;
  throw new InputError(
    'PART_UNKNOWN',
    `beside ${named.map(([name]) => `"${name}"`).join(', ')} ${classes.length === 1 ? 'is a folder that is no part' : 'are folders that are no parts'}: ${someOf(classes)}`,
    {
      file: root,
      expected: 'train, val (or valid, validation) and test alone, or folders of classes alone',
      hint: 'Move the other folders away, or rename them.',
    },
  );
}

function asideWarnings(unclassed: readonly string[], others: readonly ListedFile[]): DataWarning[] {
  return [
    ...(unclassed.length === 0
      ? []
      : [
          {
            code: 'IMAGES_WITHOUT_CLASS',
            message: `${String(unclassed.length)} images in no folder of a class were left aside: ${someOf(unclassed)}`,
          },
        ]),
    ...(others.length === 0
      ? []
      : [
          {
            code: 'OTHER_FILES',
            message: `${String(others.length)} files of other kinds among the images were left aside: ${someOf(others.map(({ name }) => name))}`,
          },
        ]),
  ];
}

function emptyFolder(root: string, others: readonly ListedFile[]): InputError {
  return new InputError(
    'FOLDER_EMPTY',
    others.length === 0
      ? 'holds no images'
      : `holds no images; the files that lie there are of kinds that are not read: ${someOf(others.map(({ name }) => name))}`,
    {
      file: root,
      expected: `files that end with ${imageExtensions.join(', ')}`,
      hint: 'Check the path of the folder of the classes.',
    },
  );
}
