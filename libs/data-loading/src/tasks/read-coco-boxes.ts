import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import { cocoId } from '../formats/coco-ids.ts';
import { DataFolder } from '../formats/data-folder.ts';
import {
  inconsistent,
  jsonList,
  jsonText,
  jsonWholeNumber,
  readJson,
  wrongShape,
  type JsonObject,
} from '../formats/json-file.ts';
import { UnpairedFiles } from '../formats/unpaired-files.ts';
import { boxTask, type ListedBox } from './box-task.ts';
import type { BoxTask, TaskPart } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { placeOf, requireRoot } from './task-places.ts';
import { partNamed, taskParts, type UnpartedImage } from './task-parts.ts';

/**
 * Reads boxes of COCO instances (Lin et al. 2014): `annotations/instances_PART.json`, such as `instances_train2017` and
 * `instances_val2017`, whose `bbox` is x, y, width and height from the corner of the image. Photographs lie in `PART/`,
 * `images/PART/`, `images/`, or the folder itself. Names of parts are those of {@link partNamed}, with or without a
 * year; others are named by `parts`. A single file is data without parts, wherever it lies: it may be given by itself,
 * with the folder of its photographs. Crowds are ignored; images without boxes stay.
 *
 * @throws InputError `SPLIT_UNKNOWN`, `PART_UNKNOWN`, `JSON_BROKEN`, `JSON_SHAPE`, `JSON_INCONSISTENT`, `FILE_MISSING`,
 *   `PATH_OUTSIDE`, and those of {@link boxTask}.
 */
export async function readCocoBoxes(options: ReadTaskDataOptions): Promise<BoxTask> {
  const { labels, parts } = options;
  if (labels !== undefined && parts !== undefined)
    throw new InputError('DATA_OPTIONS', 'names of parts stand beside a file of its own', {
      column: 'parts',
      expected: 'the one or the other',
      hint: 'Leave `tasks[].parts` out: the parts of a single file are drawn.',
    });
  const root = labels === undefined ? requireRoot(options) : placeOf(options, 'images', '');
  const folder = await DataFolder.open(root);
  const unpaired = new UnpairedFiles(options.unpaired);
  const images: UnpartedImage<readonly ListedBox[]>[] = [];
  const classes = new Set<string>();
  const sources =
    labels === undefined
      ? chooseFiles(folder, parts)
      : [{ name: path.parse(labels).name, file: labels, part: undefined }];
  for (const source of sources) {
    const read = await readInstances(folder, source, unpaired, options.images);
    images.push(...read.images);
    for (const name of read.classes) classes.add(name);
  }
  const warnings = unpaired.warnings(images.length, root);
  return boxTask({ images, classes, warnings, files: sources.map(({ file }) => file), root }, options);
}

interface InstancesFile {
  readonly name: string;
  readonly file: string;
  readonly part: TaskPart | undefined;
}

function chooseFiles(folder: DataFolder, parts: ReadTaskDataOptions['parts']): InstancesFile[] {
  const found = folder.files.flatMap(({ name, file }) => {
    const split = /^annotations\/instances_(?<split>[^/]+)\.json$/u.exec(name)?.groups?.['split'];
    return split === undefined ? [] : [{ name: split, file }];
  });
  const expected =
    'annotations/instances_PART.json, and photographs in PART/, images/PART/, images/ or the folder itself';
  const names = found.map(({ name }) => name);
  if (found.length === 0)
    throw new InputError('SPLIT_UNKNOWN', 'there is no annotations/instances_*.json', {
      file: folder.root,
      expected,
      hint: 'Give the folder that holds "annotations".',
    });
  if (parts !== undefined)
    return taskParts.flatMap((part) => {
      const wanted = parts[part];
      if (wanted === undefined) return [];
      const one = found.find(({ name }) => name === wanted);
      if (one !== undefined) return [{ ...one, part }];
      throw new InputError('SPLIT_UNKNOWN', `there is no annotations/instances_${wanted}.json`, {
        file: folder.root,
        column: `parts.${part}`,
        expected,
        hint: suggestName(wanted, names),
      });
    });
  const [only] = found;
  if (found.length === 1 && only !== undefined) return [{ ...only, part: undefined }];
  return found.map((one) => {
    const part = partNamed(one.name.replace(/[-_]?\d{4}$/u, ''));
    if (part !== undefined) return { ...one, part };
    throw new InputError('PART_UNKNOWN', `annotations/instances_${one.name}.json is named after no part`, {
      file: folder.root,
      expected: 'files named after train, val and test, with or without a year',
      hint: `Say which are meant: \`tasks[].parts: { train: ${names[0] ?? ''}, test: ${names[1] ?? ''} }\`.`,
    });
  });
}

interface Instances {
  readonly images: readonly UnpartedImage<readonly ListedBox[]>[];
  readonly classes: readonly string[];
}

async function readInstances(
  folder: DataFolder,
  { name: split, file, part }: InstancesFile,
  unpaired: UnpairedFiles,
  imagesBelow: string | undefined,
): Promise<Instances> {
  const json = await readJson(file);
  const photographs = imagesBelow === undefined ? folder : await DataFolder.open(imagesBelow);
  const below = imagesBelow === undefined ? [split, `images/${split}`, 'images', ''] : ['', split];
  const classes = new Map<string, string>();
  jsonList(json, 'categories', file).forEach((category, index) => {
    const at = `categories[${String(index)}].`;
    const id = cocoId(category, 'id', file, at);
    if (classes.has(id)) throw inconsistent(file, 'categories', `two categories have the id ${id}`);
    classes.set(id, jsonText(category, 'name', file, at).normalize('NFC'));
  });
  const byId = new Map<string, UnpartedImage<ListedBox[]> | undefined>();
  jsonList(json, 'images', file).forEach((image, index) => {
    const at = `images[${String(index)}].`;
    const id = cocoId(image, 'id', file, at);
    if (byId.has(id)) throw inconsistent(file, 'images', 'two images have the same id');
    const name = jsonText(image, 'file_name', file, at);
    const found = unpaired.find('LABELS_WITHOUT_IMAGES', name, () =>
      photographs.locate(name, { file, column: `${at}file_name` }, ...below),
    );
    const stated = {
      width: jsonWholeNumber(image, 'width', file, at),
      height: jsonWholeNumber(image, 'height', file, at),
      by: path.basename(file),
    };
    byId.set(id, found && { image: found.name, file: found.file, part, target: [], stated });
  });
  jsonList(json, 'annotations', file).forEach((annotation, index) => {
    const at = `annotations[${String(index)}].`;
    const image = cocoId(annotation, 'image_id', file, at);
    if (!byId.has(image)) throw inconsistent(file, `${at}image_id`, `there is no image ${image}`);
    const category = cocoId(annotation, 'category_id', file, at);
    const className = classes.get(category);
    if (className === undefined) throw inconsistent(file, `${at}category_id`, `there is no category ${category}`);
    byId.get(image)?.target.push({
      ...readBox(annotation, file, at),
      className,
      isIgnored: annotation['iscrowd'] === 1 || annotation['iscrowd'] === true,
      at: `${path.basename(file)} annotations[${String(index)}]`,
    });
  });
  return { images: [...byId.values()].filter((image) => image !== undefined), classes: [...classes.values()] };
}

function readBox(annotation: JsonObject, file: string, at: string): Pick<ListedBox, 'x' | 'y' | 'width' | 'height'> {
  const box: unknown = annotation['bbox'];
  if (!Array.isArray(box) || box.length !== 4 || !box.every((value) => Number.isFinite(value)))
    throw wrongShape(file, `${at}bbox`, 'x, y, width and height in pixels');
  const [x = 0, y = 0, width = 0, height = 0] = box as readonly number[];
  return { x, y, width, height };
}
