import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import type { LabelledImageEntry, LabelledImageSet, LabelSource } from '../images/labelled-image-set.ts';
import { labelVocabulary, largestLabelNumber, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { LabelShape } from '../labels/rasterise-shapes.ts';
import { cocoShape } from './coco-shape.ts';
import { DataFolder } from './data-folder.ts';
import { jsonList, jsonText, jsonWholeNumber, readJson, wrongShape, type JsonObject } from './json-file.ts';

/** Options of {@link readCocoPanoptic} and {@link readCocoInstances}. */
export interface ReadCocoOptions {
  /** Which annotations, as in `panoptic_SPLIT.json` or `instances_SPLIT.json`, such as `val2017`. @default the only ones */
  readonly split?: string;
  /** Whether a region marked as a crowd counts as its concept, or is ignored. @default 'keep' */
  readonly crowd?: 'keep' | 'ignore';
}

/** Defaults of {@link ReadCocoOptions}. */
export const readCocoDefaults = { crowd: 'keep' } as const satisfies ReadCocoOptions;

/** Number that pixels of ignored crowds bear. */
export const cocoIgnore = largestLabelNumber;

/**
 * Reads COCO panoptic segmentation (Kirillov et al. 2019): photographs in `SPLIT/`, `annotations/panoptic_SPLIT.json`
 * and the label images in `annotations/panoptic_SPLIT/` or `panoptic_SPLIT/`, whose pixels are R + 256 G + 65,536 B =
 * the id of a segment, 0 none. Things get the category `object`, stuff `stuff`; numbers are COCO's category ids.
 *
 * @throws InputError `SPLIT_UNKNOWN`, `JSON_BROKEN`, `JSON_SHAPE`, `JSON_INCONSISTENT`, `FILE_MISSING`, `PATH_OUTSIDE`.
 */
export async function readCocoPanoptic(root: string, options: ReadCocoOptions = {}): Promise<LabelledImageSet> {
  const annotated = await openCoco(root, 'panoptic', options);
  const { folder, file, split, images, vocabulary } = annotated;
  const below = [`annotations/panoptic_${split}`, `panoptic_${split}`].find((name) => folder.files.some((one) => one.name.startsWith(`${name}/`))) ?? `annotations/panoptic_${split}`;
  const labels = new Map<number, LabelSource>();
  jsonList(annotated.json, 'annotations', file).forEach((annotation, index) => {
    const at = `annotations[${String(index)}].`;
    const image = annotated.imageOf(annotation, at);
    if (labels.has(image.id)) throw inconsistent(file, `${at}image_id`, `image ${String(image.id)} is annotated twice`);
    const numbers = new Map([[0, 0]]);
    jsonList(annotation, 'segments_info', file, at).forEach((segment, place) => {
      const here = `${at}segments_info[${String(place)}].`;
      numbers.set(jsonWholeNumber(segment, 'id', file, here), annotated.numberOf(segment, here));
    });
    const name = jsonText(annotation, 'file_name', file, at);
    labels.set(image.id, { kind: 'png', file: folder.resolve(name, { file, column: `${at}file_name` }, below), encoding: 'red-green-blue', numbers, stated: { width: image.width, height: image.height, by: path.basename(file) } });
  });
  const unlabelled = images.find(({ id }) => !labels.has(id));
  if (unlabelled !== undefined) throw inconsistent(file, 'annotations', `image ${String(unlabelled.id)} (${unlabelled.entry.image}) has no annotation`);
  return { images: images.map(({ id, entry }) => ({ ...entry, labels: [labels.get(id)].filter((label) => label !== undefined) })), vocabulary, warnings: [] };
}

/**
 * Reads COCO instances (Lin et al. 2014): photographs in `SPLIT/` and `annotations/instances_SPLIT.json` with outlines
 * and run-length masks. Where instances overlap, a pixel has several labels. An image without instances stays in.
 *
 * @throws InputError `SPLIT_UNKNOWN`, `JSON_BROKEN`, `JSON_SHAPE`, `JSON_INCONSISTENT`, `FILE_MISSING`, `PATH_OUTSIDE`.
 */
export async function readCocoInstances(root: string, options: ReadCocoOptions = {}): Promise<LabelledImageSet> {
  const annotated = await openCoco(root, 'instances', options);
  const { file, images, vocabulary } = annotated;
  const shapes = new Map<number, LabelShape[]>(images.map(({ id }) => [id, []]));
  jsonList(annotated.json, 'annotations', file).forEach((annotation, index) => {
    const at = `annotations[${String(index)}].`;
    const image = annotated.imageOf(annotation, at);
    shapes.get(image.id)?.push({ number: annotated.numberOf(annotation, at), ...cocoShape(annotation['segmentation'], image, file, `${at}segmentation`) });
  });
  const entries = images.map(({ id, entry, width, height }) => {
    const drawn = shapes.get(id) ?? [];
    return { ...entry, labels: drawn.length === 0 ? [] : [{ kind: 'shapes' as const, file, width, height, shapes: drawn }] };
  });
  return { images: entries, vocabulary, warnings: [] };
}

interface CocoImage {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly entry: LabelledImageEntry;
}

interface Annotated {
  readonly folder: DataFolder;
  readonly file: string;
  readonly split: string;
  readonly json: JsonObject;
  readonly images: readonly CocoImage[];
  readonly vocabulary: LabelVocabulary;
  /** Image that an annotation belongs to. */
  readonly imageOf: (annotation: JsonObject, at: string) => CocoImage;
  /** Number of an annotation or segment: its category, or the number to ignore. */
  readonly numberOf: (from: JsonObject, at: string) => number;
}

async function openCoco(root: string, kind: 'panoptic' | 'instances', { split: wanted, crowd = readCocoDefaults.crowd }: ReadCocoOptions): Promise<Annotated> {
  const folder = await DataFolder.open(root);
  const split = chooseSplit(folder, kind, wanted);
  const file = folder.resolve(`annotations/${kind}_${split}.json`, { file: root });
  const json = await readJson(file);
  const images = jsonList(json, 'images', file).map((image, index): CocoImage => {
    const at = `images[${String(index)}].`;
    const name = jsonText(image, 'file_name', file, at);
    return { id: jsonWholeNumber(image, 'id', file, at), width: jsonWholeNumber(image, 'width', file, at), height: jsonWholeNumber(image, 'height', file, at), entry: { image: name, file: folder.resolve(name, { file, column: `${at}file_name` }, split), labels: [] } };
  });
  const byId = new Map(images.map((image) => [image.id, image]));
  if (byId.size < images.length) throw inconsistent(file, 'images', 'two images have the same id');
  const vocabulary = readCategories(json, file, crowd);
  const known = new Set(vocabulary.concepts.map(({ number }) => number));
  return {
    folder,
    file,
    split,
    json,
    images: images.sort((a, b) => (a.entry.image < b.entry.image ? -1 : 1)),
    vocabulary,
    imageOf: (annotation, at) => {
      const id = jsonWholeNumber(annotation, 'image_id', file, at);
      const image = byId.get(id);
      if (image === undefined) throw inconsistent(file, `${at}image_id`, `there is no image ${String(id)}`);
      return image;
    },
    numberOf: (from, at) => {
      const number = jsonWholeNumber(from, 'category_id', file, at);
      if (!known.has(number)) throw inconsistent(file, `${at}category_id`, `there is no category ${String(number)}`);
      return crowd === 'ignore' && from['iscrowd'] === 1 ? cocoIgnore : number;
    },
  };
}

function chooseSplit(folder: DataFolder, kind: string, wanted: string | undefined): string {
  const splits = folder.files.flatMap(({ name }) => (name.startsWith(`annotations/${kind}_`) && /^[^/]+\.json$/u.test(name.slice('annotations/'.length)) ? [name.slice(`annotations/${kind}_`.length, -'.json'.length)] : []));
  const [only] = splits;
  if (wanted === undefined && splits.length === 1 && only !== undefined) return only;
  if (wanted !== undefined && splits.includes(wanted)) return wanted;
  const problem = splits.length === 0 ? `there is no annotations/${kind}_*.json` : wanted === undefined ? 'there are several splits' : `there is no annotations/${kind}_${wanted}.json`;
  throw new InputError('SPLIT_UNKNOWN', problem, { file: folder.root, expected: `annotations/${kind}_SPLIT.json and the folder SPLIT of photographs`, hint: splits.length === 0 ? 'Give the folder that holds "annotations".' : suggestName(wanted ?? '', splits) });
}

function readCategories(json: JsonObject, file: string, crowd: 'keep' | 'ignore'): LabelVocabulary {
  const concepts = jsonList(json, 'categories', file).map((category, index) => {
    const at = `categories[${String(index)}].`;
    const isThing = category['isthing'];
    if (isThing !== undefined && isThing !== 0 && isThing !== 1) throw wrongShape(file, `${at}isthing`, '0 or 1');
    return { number: jsonWholeNumber(category, 'id', file, at), name: jsonText(category, 'name', file, at), category: isThing === 0 ? 'stuff' : 'object' };
  });
  return labelVocabulary(concepts, crowd === 'ignore' ? cocoIgnore : undefined, concepts.map(() => ({ file })));
}

function inconsistent(file: string, at: string, problem: string): InputError {
  return new InputError('JSON_INCONSISTENT', problem, { file, column: at, expected: 'annotations that belong to the images and categories of the same file', hint: 'Take annotations and images of the same release.' });
}
