import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import { someOf } from '../images/list-files.ts';
import type { DataWarning, LabelledImageSet, LabelSource } from '../images/labelled-image-set.ts';
import { labelVocabulary, largestLabelNumber, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { LabelShape } from '../labels/rasterise-shapes.ts';
import { cocoId, numberCategories } from './coco-ids.ts';
import { cocoShape } from './coco-shape.ts';
import { DataFolder } from './data-folder.ts';
import {
  inconsistent,
  jsonList,
  jsonText,
  jsonWholeNumber,
  readJson,
  wrongShape,
  type JsonObject,
} from './json-file.ts';
import { UnpairedFiles, type Unpaired } from './unpaired-files.ts';

/** Options of {@link readCocoPanoptic} and {@link readCocoInstances}. */
export interface ReadCocoOptions {
  /**
   * Which annotations, as in `panoptic_SPLIT.json` or `instances_SPLIT.json`, such as `val2017`. @default the only ones
   */
  readonly split?: string;
  /** Whether a region marked as a crowd counts as its concept, or is ignored. @default 'keep' */
  readonly crowd?: 'keep' | 'ignore';
  /**
   * Whether images of the annotations that are not there, or lack a label image, are an error, or left out with a
   * warning. @default 'refuse'
   */
  readonly unpaired?: Unpaired;
}

/** Defaults of {@link ReadCocoOptions}. */
export const readCocoDefaults = { crowd: 'keep' } as const satisfies ReadCocoOptions;

/** Number that pixels of ignored crowds bear. */
export const cocoIgnore = largestLabelNumber;

/**
 * Reads COCO panoptic segmentation (Kirillov et al. 2019): photographs in `SPLIT/`, `images/SPLIT/`, `images/` or the
 * folder itself, `annotations/panoptic_SPLIT.json` and the label images in `annotations/panoptic_SPLIT/` or
 * `panoptic_SPLIT/`, whose pixels are R + 256 G + 65,536 B = the id of a segment, 0 none. Things get the category
 * `object`, stuff `stuff`. Numbers are COCO's category ids where planes can hold them, else places in their order.
 *
 * @throws InputError `SPLIT_UNKNOWN`, `JSON_BROKEN`, `JSON_SHAPE`, `JSON_INCONSISTENT`, `FILE_MISSING`, `PATH_OUTSIDE`.
 */
export async function readCocoPanoptic(root: string, options: ReadCocoOptions = {}): Promise<LabelledImageSet> {
  const annotated = await openCoco(root, 'panoptic', options);
  const { folder, file, split, images, files } = annotated;
  const below =
    [`annotations/panoptic_${split}`, `panoptic_${split}`].find((name) =>
      folder.files.some((one) => one.name.startsWith(`${name}/`)),
    ) ?? `annotations/panoptic_${split}`;
  // Undefined: the image is annotated, but its label image is not there.
  const labels = new Map<string, LabelSource | undefined>();
  jsonList(annotated.json, 'annotations', file).forEach((annotation, index) => {
    const at = `annotations[${String(index)}].`;
    const image = annotated.imageOf(annotation, at);
    if (image === undefined) return;
    if (labels.has(image.id)) throw inconsistent(file, `${at}image_id`, `image ${image.id} is annotated twice`);
    const numbers = new Map([[0, 0]]);
    jsonList(annotation, 'segments_info', file, at).forEach((segment, place) => {
      const here = `${at}segments_info[${String(place)}].`;
      numbers.set(jsonWholeNumber(segment, 'id', file, here), annotated.numberOf(segment, here));
    });
    const name = jsonText(annotation, 'file_name', file, at);
    if (image.file === undefined) return;
    const label = files.find('IMAGES_WITHOUT_LABELS', image.name, () =>
      folder.resolve(name, { file, column: `${at}file_name` }, below),
    );
    labels.set(
      image.id,
      label === undefined
        ? undefined
        : {
            kind: 'png',
            file: label,
            encoding: 'red-green-blue',
            numbers,
            stated: { width: image.width, height: image.height, by: path.basename(file) },
          },
    );
  });
  const entries = images.flatMap(({ id, name, file: photograph }) => {
    if (photograph === undefined) return [];
    const label = labels.get(id);
    if (label !== undefined) return [{ image: name, file: photograph, labels: [label] }];
    if (!labels.has(id) && !files.leavesOut)
      throw inconsistent(file, 'annotations', `image ${id} (${name}) has no annotation`);
    if (!labels.has(id)) files.leaveOut('IMAGES_WITHOUT_LABELS', name);
    return [];
  });
  return {
    images: entries,
    vocabulary: annotated.vocabulary,
    warnings: [...annotated.warnings, ...files.warnings(entries.length, root)],
  };
}

/**
 * Reads COCO instances (Lin et al. 2014): photographs as of {@link readCocoPanoptic} and
 * `annotations/instances_SPLIT.json` with outlines and run-length masks. Where instances overlap, a pixel has several
 * labels. An image without instances stays in; annotations that cover no pixel are left out, with a warning.
 *
 * @throws InputError `SPLIT_UNKNOWN`, `JSON_BROKEN`, `JSON_SHAPE`, `JSON_INCONSISTENT`, `FILE_MISSING`, `PATH_OUTSIDE`.
 */
export async function readCocoInstances(root: string, options: ReadCocoOptions = {}): Promise<LabelledImageSet> {
  const annotated = await openCoco(root, 'instances', options);
  const { file, images, files } = annotated;
  const shapes = new Map<string, LabelShape[]>(images.map(({ id }) => [id, []]));
  const left: LeftOut = { annotations: [], outlines: [] };
  const annotations = jsonList(annotated.json, 'annotations', file);
  annotations.forEach((annotation, index) => {
    const at = `annotations[${String(index)}].`;
    const image = annotated.imageOf(annotation, at);
    if (image === undefined) return;
    const number = annotated.numberOf(annotation, at);
    const { shape, flatOutlines } = cocoShape(annotation['segmentation'], image, file, `${at}segmentation`);
    if (shape === undefined) left.annotations.push(index);
    else if (flatOutlines > 0) left.outlines.push(index);
    if (shape !== undefined) shapes.get(image.id)?.push({ number, ...shape });
  });
  const entries = images.flatMap(({ id, name, file: photograph, width, height }) => {
    const drawn = shapes.get(id) ?? [];
    return photograph === undefined
      ? []
      : [
          {
            image: name,
            file: photograph,
            labels: drawn.length === 0 ? [] : [{ kind: 'shapes' as const, file, width, height, shapes: drawn }],
          },
        ];
  });
  return {
    images: entries,
    vocabulary: annotated.vocabulary,
    warnings: [
      ...annotated.warnings,
      ...files.warnings(entries.length, root),
      ...leftOutWarnings(left, annotations.length),
    ],
  };
}

/** Annotations without an area, and others of which some outlines have none, by their places. */
interface LeftOut {
  readonly annotations: number[];
  readonly outlines: number[];
}

function leftOutWarnings({ annotations, outlines }: LeftOut, all: number): DataWarning[] {
  const places = (some: readonly number[]) =>
    someOf(
      some.map((index) => `annotations[${String(index)}]`),
      3,
    );
  return [
    ...(annotations.length === 0
      ? []
      : [
          {
            code: 'ANNOTATIONS_WITHOUT_AREA',
            message: `${String(annotations.length)} of ${String(all)} annotations cover no pixel, having no segmentation or only outlines without area, and are left out: ${places(annotations)}`,
          },
        ]),
    ...(outlines.length === 0
      ? []
      : [
          {
            code: 'OUTLINES_WITHOUT_AREA',
            message: `${String(outlines.length)} of ${String(all)} annotations have outlines of fewer than 3 points or of points on one line, which are left out: ${places(outlines)}`,
          },
        ]),
  ];
}

interface CocoImage {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  /** Path of the photograph; undefined where it is not there, and left out. */
  readonly file: string | undefined;
}

interface Annotated {
  readonly folder: DataFolder;
  readonly file: string;
  readonly split: string;
  readonly json: JsonObject;
  readonly images: readonly CocoImage[];
  readonly vocabulary: LabelVocabulary;
  readonly warnings: readonly DataWarning[];
  readonly files: UnpairedFiles;
  /** Image that an annotation belongs to; undefined where the file lists none, and what lacks its image is left out. */
  readonly imageOf: (annotation: JsonObject, at: string) => CocoImage | undefined;
  /** Number of an annotation or segment: its category, or the number to ignore. */
  readonly numberOf: (from: JsonObject, at: string) => number;
}

async function openCoco(
  root: string,
  kind: 'panoptic' | 'instances',
  { split: wanted, crowd = readCocoDefaults.crowd, unpaired }: ReadCocoOptions,
): Promise<Annotated> {
  const folder = await DataFolder.open(root);
  const split = chooseSplit(folder, kind, wanted);
  const file = folder.resolve(`annotations/${kind}_${split}.json`, { file: root });
  const json = await readJson(file);
  const files = new UnpairedFiles(unpaired);
  const images = jsonList(json, 'images', file).map((image, index): CocoImage => {
    const at = `images[${String(index)}].`;
    const id = cocoId(image, 'id', file, at);
    const name = jsonText(image, 'file_name', file, at);
    const photograph = files.find('LABELS_WITHOUT_IMAGES', name, () =>
      folder.resolve(name, { file, column: `${at}file_name` }, split, `images/${split}`, 'images', ''),
    );
    return {
      id,
      width: jsonWholeNumber(image, 'width', file, at),
      height: jsonWholeNumber(image, 'height', file, at),
      name,
      file: photograph,
    };
  });
  const byId = new Map(images.map((image) => [image.id, image]));
  if (byId.size < images.length) throw inconsistent(file, 'images', 'two images have the same id');
  const strange = new Set<string>();
  const { vocabulary, numbers, warnings } = readCategories(json, file, crowd);
  return {
    folder,
    file,
    split,
    json,
    images: images.sort((a, b) => (a.name < b.name ? -1 : 1)),
    vocabulary,
    warnings,
    files,
    imageOf: (annotation, at) => {
      const id = cocoId(annotation, 'image_id', file, at);
      const image = byId.get(id);
      if (image === undefined && !files.leavesOut) throw inconsistent(file, `${at}image_id`, `there is no image ${id}`);
      if (image === undefined && !strange.has(id)) files.leaveOut('LABELS_WITHOUT_IMAGES', `image ${id}`);
      if (image === undefined) strange.add(id);
      return image;
    },
    numberOf: (from, at) => {
      const id = cocoId(from, 'category_id', file, at);
      const number = numbers.get(id);
      if (number === undefined) throw inconsistent(file, `${at}category_id`, `there is no category ${id}`);
      return crowd === 'ignore' && from['iscrowd'] === 1 ? cocoIgnore : number;
    },
  };
}

function chooseSplit(folder: DataFolder, kind: string, wanted: string | undefined): string {
  const splits = folder.files.flatMap(({ name }) =>
    name.startsWith(`annotations/${kind}_`) && /^[^/]+\.json$/u.test(name.slice('annotations/'.length))
      ? [name.slice(`annotations/${kind}_`.length, -'.json'.length)]
      : [],
  );
  const [only] = splits;
  if (wanted === undefined && splits.length === 1 && only !== undefined) return only;
  if (wanted !== undefined && splits.includes(wanted)) return wanted;
  const problem =
    splits.length === 0
      ? `there is no annotations/${kind}_*.json`
      : wanted === undefined
        ? 'there are several splits'
        : `there is no annotations/${kind}_${wanted}.json`;
  throw new InputError('SPLIT_UNKNOWN', problem, {
    file: folder.root,
    expected: `annotations/${kind}_SPLIT.json, and photographs in SPLIT/, images/SPLIT/, images/ or beside the folder annotations`,
    hint: splits.length === 0 ? 'Give the folder that holds "annotations".' : suggestName(wanted ?? '', splits),
  });
}

function readCategories(
  json: JsonObject,
  file: string,
  crowd: 'keep' | 'ignore',
): {
  readonly vocabulary: LabelVocabulary;
  readonly numbers: ReadonlyMap<string, number>;
  readonly warnings: readonly DataWarning[];
} {
  const categories = jsonList(json, 'categories', file).map((category, index) => {
    const at = `categories[${String(index)}].`;
    const isThing = category['isthing'];
    if (isThing !== undefined && isThing !== 0 && isThing !== 1) throw wrongShape(file, `${at}isthing`, '0 or 1');
    return {
      id: cocoId(category, 'id', file, at),
      name: jsonText(category, 'name', file, at),
      category: isThing === 0 ? 'stuff' : 'object',
    };
  });
  const seen = new Set<string>();
  const twice = categories.find(({ id }) => seen.size === seen.add(id).size);
  if (twice !== undefined) throw inconsistent(file, 'categories', `two categories have the id ${twice.id}`);
  const ignore = crowd === 'ignore' ? cocoIgnore : undefined;
  const { concepts, numbers, shared } = numberCategories(categories, ignore);
  const warnings =
    shared.length === 0
      ? []
      : [
          {
            code: 'CATEGORIES_SHARE_NAME',
            message: `${String(shared.length)} categories have the name of another one, and are one concept with it: ${someOf(shared)}`,
          },
        ];
  return {
    vocabulary: labelVocabulary(
      concepts,
      ignore,
      concepts.map(() => ({ file })),
    ),
    numbers,
    warnings,
  };
}
