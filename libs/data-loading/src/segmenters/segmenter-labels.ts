import { InputError, suggestName } from '@intermodel/streams';
import { jsonList, jsonObject, jsonText, readJson, type JsonObject } from '../formats/json-file.ts';

/** Names of the classes of unified parsing, as its `labels.json` has them. */
export interface ParsingLabels {
  /** Which network they are of. */
  readonly network: 'unified-parsing';
  /** File that they were read from. */
  readonly file: string;
  /** Names of objects by number; the first is for none. */
  readonly objects: readonly string[];
  /** Names of materials by number; the first is for none. */
  readonly materials: readonly string[];
  /** Number of scenes; undefined where the file lists none. */
  readonly scenes: number | undefined;
  /** Objects that own parts, in the order of the file, with the names of their parts. */
  readonly owners: readonly OwnedParts[];
}

/** An object and its parts. */
export interface OwnedParts {
  /** Number of the object. */
  readonly object: number;
  /** Names of its parts, in the order of their channels; that of no object stands for none. */
  readonly parts: readonly string[];
}

/** Names of the classes of the colour network, and how it is fed, as its `labels.json` has them. */
export interface ColourLabels {
  /** Which network they are of. */
  readonly network: 'colours';
  /** File that they were read from. */
  readonly file: string;
  /** Classes by channel; `isNone` where pixels of it bear no label. */
  readonly classes: readonly { readonly name: string; readonly category: string; readonly isNone: boolean }[];
  /** Categories in their order. */
  readonly categories: readonly string[];
  /** Order of the channels of an image. */
  readonly order: 'rgb' | 'bgr';
  /** Subtracted of values from 0 to 1, in that order. */
  readonly mean: readonly number[];
  /** Divides what is left, in that order. */
  readonly std: readonly number[];
}

/** What a `labels.json` of a segmentation network holds. */
export type SegmenterLabels = ParsingLabels | ColourLabels;

/** Name of what is none of the classes. */
export const noneName = '-';

/**
 * Reads the `labels.json` that a segmentation network was published with; which network it is of, its keys tell.
 *
 * @throws InputError `SEGMENTER_LABELS` for a file of other keys, `CONCEPT_UNKNOWN` for an owner that is no object or a
 *   part that is not in the table of parts, `JSON_BROKEN`, `JSON_SHAPE`, `FILE_MISSING`.
 */
export async function readSegmenterLabels(file: string): Promise<SegmenterLabels> {
  const json = await readJson(file);
  if ('object' in json) return parsingLabels(json, file);
  if ('imageformat' in json) return colourLabels(json, file);
  const keys = Object.keys(json).slice(0, 5);
  throw new InputError('SEGMENTER_LABELS', `has the keys ${keys.join(', ')}`, {
    file,
    expected:
      'object, material, part and object_part of unified parsing; or labels, categories and imageformat of colours',
    hint: 'Name the labels.json that the network was published with.',
  });
}

/** Names of unified parsing. */
export function parsingLabels(json: JsonObject, file: string): ParsingLabels {
  const objects = textList(json, 'object', file);
  const parts = textList(json, 'part', file);
  const hierarchy = jsonObject(json, 'object_part', file);
  const owners = Object.keys(hierarchy).map((owner) => {
    const own = textList(hierarchy, owner, file, 'object_part.');
    const stranger = own.find((name) => !parts.includes(name) && name !== noneName);
    if (stranger !== undefined)
      throw unknown(file, stranger, `a part of ${owner}, which is not in the list of parts`, parts);
    const object = objects.indexOf(owner);
    if (object < 0) throw unknown(file, owner, 'an owner of parts, which is no object', objects);
    return { object, parts: own };
  });
  return {
    network: 'unified-parsing',
    file,
    objects,
    materials: textList(json, 'material', file),
    scenes: 'scene' in json ? textList(json, 'scene', file).length : undefined,
    owners,
  };
}

function unknown(file: string, name: string, what: string, names: readonly string[]): InputError {
  return new InputError('CONCEPT_UNKNOWN', `object_part names "${name}", ${what}`, {
    file,
    column: 'object_part',
    hint: suggestName(name, names),
  });
}

/** Owners by rising number, which is the order of their channels. */
export function ownersByNumber({ owners }: ParsingLabels): readonly OwnedParts[] {
  return owners.toSorted((a, b) => a.object - b.object);
}

function colourLabels(json: JsonObject, file: string): ColourLabels {
  const format = jsonObject(json, 'imageformat', file);
  const order = jsonText(format, 'byteorder', file, 'imageformat.').toLowerCase();
  if (order !== 'rgb' && order !== 'bgr') throw badFormat(file, 'byteorder', 'RGB or BGR');
  const categories = jsonList(json, 'categories', file).map((category, index) => {
    const [other] = Object.keys(category).filter((key) => key !== 'name');
    if (other !== undefined)
      throw new InputError('SEGMENTER_LABELS', `a category has "${other}" beside its name`, {
        file,
        column: `categories[${String(index)}].${other}`,
        expected: 'categories that are decided each by itself',
        hint: 'Categories that mask each other are not known: the published network of colours has one category.',
      });
    return jsonText(category, 'name', file, `categories[${String(index)}].`);
  });
  const classes = jsonList(json, 'labels', file).map((label, index) => {
    const at = `labels[${String(index)}].`;
    const name = jsonText(label, 'name', file, at);
    const category = jsonText(label, 'category', file, at);
    if (!categories.includes(category))
      throw new InputError('CONCEPT_UNKNOWN', `"${name}" is of the category "${category}", which is not listed`, {
        file,
        column: `${at}category`,
        hint: suggestName(category, categories),
      });
    return { name, category, isNone: name === noneName || Boolean(label['internal']) };
  });
  return {
    network: 'colours',
    file,
    classes,
    categories,
    order,
    mean: threeNumbers(format, 'mean', file),
    std: threeNumbers(format, 'stdev', file),
  };
}

function threeNumbers(format: JsonObject, key: string, file: string): readonly number[] {
  const value = format[key];
  const isDeviation = key === 'stdev';
  if (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((number) => typeof number === 'number' && Number.isFinite(number) && !(isDeviation && number === 0))
  )
    return value as number[];
  throw badFormat(file, key, `three numbers${isDeviation ? ' other than 0' : ''}`);
}

function badFormat(file: string, key: string, expected: string): InputError {
  return new InputError('JSON_SHAPE', `imageformat.${key} is missing or of another kind`, {
    file,
    column: `imageformat.${key}`,
    expected,
    hint: 'Name the labels.json that the network was published with.',
  });
}

function textList(json: JsonObject, key: string, file: string, at = ''): string[] {
  const list = json[key];
  if (Array.isArray(list) && list.length > 0 && list.every((name) => typeof name === 'string')) return list;
  throw new InputError('JSON_SHAPE', `${at}${key} is missing or of another kind`, {
    file,
    column: `${at}${key}`,
    expected: 'a list of names',
    hint: 'Name the labels.json that the network was published with.',
  });
}
