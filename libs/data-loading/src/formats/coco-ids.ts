import { largestLabelNumber, type LabelConcept } from '../labels/label-vocabulary.ts';
import { wrongShape, type JsonObject } from './json-file.ts';

/** An id of COCO is a name, whether it is written as a number or as text: `7` and `"7"` are the same one. */
export function cocoId(from: JsonObject, key: string, file: string, at: string): string {
  const value = from[key];
  if (typeof value !== 'string' && typeof value !== 'number')
    throw wrongShape(file, `${at}${key}`, 'a number or a text');
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw wrongShape(
      file,
      `${at}${key}`,
      `a text, or a whole number of at most ${String(Number.MAX_SAFE_INTEGER)}: larger ones are not read exactly`,
    );
  return String(value);
}

/** A category of COCO. */
export interface CocoCategory {
  /** Id in the file. */
  readonly id: string;
  /** Name of the concept. */
  readonly name: string;
  /** Category of the concept: `object` for things, `stuff`. */
  readonly category: string;
}

/** Concepts of categories, and the number of each category by its id. */
export interface CocoNumbers {
  /** A concept for each pair of name and category. */
  readonly concepts: readonly LabelConcept[];
  /** Numbers in the label planes. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Names that several categories share, which are one concept. */
  readonly shared: readonly string[];
}

/**
 * Numbers categories for the label planes: by their ids where all can be numbers of planes, else from 1 in the order of
 * ids, numbers before texts. Categories of one name, such as the root that some tools add, are one concept.
 *
 * @param categories categories, no id twice
 * @param reserved a number that stands for something else
 */
export function numberCategories(categories: readonly CocoCategory[], reserved: number | undefined): CocoNumbers {
  const canStay = (id: string) =>
    /^[1-9]\d{0,4}$/u.test(id) && Number(id) <= largestLabelNumber && Number(id) !== reserved;
  const stay = categories.every(({ id }) => canStay(id));
  const sorted = categories.toSorted((a, b) => compareIds(a.id, b.id));
  const concepts = new Map<string, LabelConcept>();
  const numbers = new Map<string, number>();
  const shared: string[] = [];
  for (const { id, name, category } of sorted) {
    const key = JSON.stringify([name, category]);
    const same = concepts.get(key);
    const number = same?.number ?? (stay ? Number(id) : concepts.size + 1);
    numbers.set(id, number);
    if (same === undefined) concepts.set(key, { number, name, category });
    else shared.push(name);
  }
  return { concepts: [...concepts.values()], numbers, shared };
}

function compareIds(a: string, b: string): number {
  const [one, other] = [numberOf(a), numberOf(b)];
  if (one !== undefined && other !== undefined) return one - other;
  if (one !== undefined || other !== undefined) return one === undefined ? 1 : -1;
  return a < b ? -1 : 1;
}

function numberOf(id: string): number | undefined {
  const value = id.trim() === '' ? Number.NaN : Number(id);
  return Number.isNaN(value) ? undefined : value;
}
