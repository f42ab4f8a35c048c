import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import { DataFolder } from '../formats/data-folder.ts';
import { UnpairedFiles } from '../formats/unpaired-files.ts';
import { readImageSize } from '../images/decode-image.ts';
import { readTextLines } from '../tables/text-encoding.ts';
import { boxTask, type ListedBox } from './box-task.ts';
import type { BoxTask, TaskPart } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { requireRoot } from './task-places.ts';
import { taskParts, type UnpartedImage } from './task-parts.ts';
import { readVocAnnotation } from './voc-annotation.ts';

/**
 * Reads boxes of Pascal VOC (Everingham et al. 2010): `Annotations/*.xml`, photographs in `JPEGImages`, and lists of
 * their stems in `ImageSets/Main`: `train`, `val` and `test`, or `trainval` in place of the first two; `parts` names
 * others. Without lists the data have no parts. Objects marked as difficult are ignored. Classes are those of the
 * annotations.
 *
 * @throws InputError `FOLDER_EMPTY`, `SPLIT_UNKNOWN`, `FILE_MISSING` with the list and its line, `PATH_OUTSIDE`, and
 *   those of {@link readVocAnnotation} and {@link boxTask}.
 */
export async function readVocBoxes(options: ReadTaskDataOptions): Promise<BoxTask> {
  const root = requireRoot(options);
  const folder = await DataFolder.open(root);
  const lists = chooseLists(folder, options.parts);
  const listed = lists === undefined ? annotatedStems(folder) : await readLists(lists, options);
  const unpaired = new UnpairedFiles(options.unpaired);
  const images: UnpartedImage<readonly ListedBox[]>[] = [];
  const classes = new Set<string>();
  const annotations = new Set<string>();
  for (const { stem, part, ...place } of listed) {
    const annotation = unpaired.find('IMAGES_WITHOUT_LABELS', stem, () =>
      folder.resolve(`${stem}.xml`, place, 'Annotations'),
    );
    const photograph =
      annotation === undefined
        ? undefined
        : unpaired.find('LABELS_WITHOUT_IMAGES', stem, () => folder.resolveImage(stem, place, 'JPEGImages'));
    if (annotation === undefined || photograph === undefined) continue;
    // Listed a second time, an image would count its boxes twice.
    const isNew = annotations.size < annotations.add(annotation).size;
    const { size, boxes } = await readVocAnnotation(annotation);
    const { width, height } = size ?? (await readImageSize(photograph.file, { exif: 'ignore' }));
    const stated = { width, height, by: path.basename(annotation) };
    for (const { className } of boxes) classes.add(className);
    images.push({
      image: photograph.name.slice('JPEGImages/'.length),
      file: photograph.file,
      part,
      stated,
      target: isNew
        ? boxes.map((box, index) => ({ ...box, at: `${path.basename(annotation)} object ${String(index + 1)}` }))
        : [],
    });
  }
  const files = [...annotations, ...(lists ?? []).map(({ file }) => file)];
  return boxTask({ images, classes, warnings: unpaired.warnings(images.length, root), files, root }, options);
}

interface PartList {
  readonly part: TaskPart;
  readonly file: string;
}

/** The lists of the parts; undefined where there are none. */
function chooseLists(folder: DataFolder, parts: ReadTaskDataOptions['parts']): PartList[] | undefined {
  const lists = new Map(
    folder.files.flatMap(({ name, file }) => {
      const list = /^ImageSets\/Main\/(?<list>[^/]+)\.txt$/u.exec(name)?.groups?.['list'];
      return list === undefined ? [] : [[list, file] as const];
    }),
  );
  if (parts !== undefined)
    return taskParts.flatMap((part) => {
      const wanted = parts[part];
      if (wanted === undefined) return [];
      const file = lists.get(wanted);
      if (file !== undefined) return [{ part, file }];
      throw new InputError('SPLIT_UNKNOWN', `there is no list ImageSets/Main/${wanted}.txt`, {
        file: folder.root,
        column: `parts.${part}`,
        hint: suggestName(wanted, [...lists.keys()]),
      });
    });
  const found = taskParts.flatMap((part) => {
    const file = lists.get(part) ?? (part === 'train' && !lists.has('val') ? lists.get('trainval') : undefined);
    return file === undefined ? [] : [{ part, file }];
  });
  return found.length === 0 ? undefined : found;
}

interface ListedStem {
  readonly stem: string;
  readonly part: TaskPart | undefined;
  readonly file: string;
  readonly line?: number;
}

function annotatedStems(folder: DataFolder): ListedStem[] {
  const annotations = folder.files.filter(({ name }) => /^Annotations\/[^/]+\.xml$/iu.test(name));
  if (annotations.length > 0)
    return annotations.map(({ stem, file }) => ({ stem: path.posix.basename(stem), part: undefined, file }));
  throw new InputError('FOLDER_EMPTY', 'holds no Annotations/*.xml', {
    file: folder.root,
    expected: 'the folders JPEGImages and Annotations',
    hint: 'Give the folder of one year, such as VOCdevkit/VOC2012.',
  });
}

async function readLists(lists: readonly PartList[], { encoding }: ReadTaskDataOptions): Promise<ListedStem[]> {
  const stems: ListedStem[] = [];
  for (const { part, file } of lists)
    (await readTextLines(file, encoding)).forEach((text, index) => {
      if (text.trim() !== '') stems.push({ stem: text.trim(), part, file, line: index + 1 });
    });
  if (stems.length > 0) return stems;
  throw new InputError('FOLDER_EMPTY', 'the lists of images are empty', {
    file: lists[0]?.file ?? '',
    expected: 'the stem of an image on each line',
    hint: 'Copy the lists again, or remove them so that parts are drawn.',
  });
}
