import { combineLabels, readCombinations, type CombinedLabels } from '@intermodel/numerics';
import { InputError } from '@intermodel/streams';
import type { LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { CategoryShare, ConceptOverlap, ConceptShare, DatasetDescription } from './dataset-description.ts';

/** Numbers that some pixels of an image bear together. */
export interface LabelSet {
  /** Numbers of the planes, none twice; none where nothing is labelled. */
  readonly numbers: ArrayLike<number>;
  /** How many pixels bear them. */
  readonly pixels: number;
}

/** How much there is of concepts and categories, whatever planes they lie in. */
export type LabelShares = Omit<DatasetDescription, 'warnings' | 'turned' | 'planes' | 'mostPlanes'>;

/**
 * Combines the planes of one image, one after the other; `blank` is a further number that means unlabelled.
 *
 * @throws InputError `LABELS_TOO_VARIED` for more different sets of labels than can be told apart.
 */
export function combinePlanes(planes: Uint16Array, cells: number, blank = 0): CombinedLabels {
  try {
    return combineLabels({ planes, blank }, cells);
  } catch (cause) {
    throw new InputError('LABELS_TOO_VARIED', 'the labels of an image overlap in more ways than can be told apart', {
      expected: 'at most 65535 different sets of labels in one image',
      hint: 'Compare on a smaller grid (`data.labelGrid`), or keep fewer concepts (`data.vocabulary`).',
      cause,
    });
  }
}

/** Sets of numbers that the pixels of an image bear, with how many bear them. */
export function labelSets(labels: CombinedLabels): LabelSet[] {
  const { sets, runs } = readCombinations(labels);
  const pixels = new Uint32Array(sets.length);
  for (let run = 0; run < runs.length; run += 2) {
    const set = runs[run + 1] as number;
    pixels[set] = (pixels[set] as number) + (runs[run] as number);
  }
  return sets.map((numbers, set) => ({ numbers, pixels: pixels[set] as number }));
}

/** Most pairs of overlapping concepts that are counted: what all of many thousands share would take gigabytes. */
const mostPairs = 4_000_000;

/** Counts pixels and images of concepts over the labels of many images. */
export class LabelCounts {
  readonly #vocabulary: LabelVocabulary;
  readonly #cells: number;
  /** Place of each number among the concepts, or -1. */
  readonly #placeOf = new Int32Array(65_536).fill(-1);
  readonly #categories: readonly string[];
  /** Place of each concept's category. */
  readonly #categoryOf: Int32Array;
  readonly #pixels: Float64Array;
  readonly #images: Float64Array;
  readonly #categoryPixels: Float64Array;
  readonly #categoryImages: Float64Array;
  #pairs: Map<number, number> | undefined = new Map<number, number>();
  #total = 0;
  #planes = 0;
  #mostPlanes = 0;
  #labelled = 0;
  #ignored = 0;

  /** Counts for a vocabulary on planes of `cells` pixels. */
  constructor(vocabulary: LabelVocabulary, cells: number) {
    const { concepts } = vocabulary;
    [this.#vocabulary, this.#cells] = [vocabulary, cells];
    concepts.forEach(({ number }, place) => (this.#placeOf[number] = place));
    this.#categories = [...new Set(concepts.map(({ category }) => category))];
    this.#categoryOf = Int32Array.from(concepts, ({ category }) => this.#categories.indexOf(category));
    [this.#pixels, this.#images] = [new Float64Array(concepts.length), new Float64Array(concepts.length)];
    [this.#categoryPixels, this.#categoryImages] = [
      new Float64Array(this.#categories.length),
      new Float64Array(this.#categories.length),
    ];
  }

  /** Adds the planes of one image. */
  add(planes: readonly Uint16Array[]): this {
    this.#planes += planes.length;
    this.#mostPlanes = Math.max(this.#mostPlanes, planes.length);
    const joined = new Uint16Array(planes.length * this.#cells);
    planes.forEach((plane, place) => {
      joined.set(plane, place * this.#cells);
    });
    return this.addSets(labelSets(combinePlanes(joined, this.#cells)));
  }

  /** Adds one image by the sets of numbers that its pixels bear; every number stands once in a set. */
  addSets(sets: readonly LabelSet[]): this {
    const seen = new Set<number>();
    const borne: BorneSet[] = [];
    for (const { numbers, pixels } of sets) {
      const places = this.#count(numbers, pixels);
      for (const place of places) seen.add(place);
      if (places.length > 1) borne.push({ places, pixels });
    }
    this.#countPairs(borne);
    for (const place of seen) this.#images[place] = (this.#images[place] ?? 0) + 1;
    for (const category of new Set([...seen].map((place) => this.#categoryOf[place] as number)))
      this.#categoryImages[category] = (this.#categoryImages[category] ?? 0) + 1;
    this.#total++;
    return this;
  }

  /** Whether so many concepts overlap that it was not counted which do. */
  get hasTooManyPairs(): boolean {
    return this.#pairs === undefined;
  }

  /** What was counted of planes, without warnings. */
  read(): Omit<DatasetDescription, 'warnings' | 'turned'> {
    return { ...this.shares(), planes: this.#planes, mostPlanes: this.#mostPlanes };
  }

  /** What was counted, of planes and sets alike. */
  shares(): LabelShares {
    const { concepts } = this.#vocabulary;
    const all = Math.max(1, this.#total * this.#cells);
    const shares = concepts.map((concept, place): ConceptShare => ({
      ...concept,
      images: this.#images[place] ?? 0,
      pixelShare: (this.#pixels[place] ?? 0) / all,
    }));
    const categories = this.#categories.map((category, index): CategoryShare => {
      const of = shares.filter((share) => share.category === category);
      return {
        category,
        concepts: of.length,
        found: of.filter(({ images }) => images > 0).length,
        pixelShare: (this.#categoryPixels[index] ?? 0) / all,
        images: this.#categoryImages[index] ?? 0,
      };
    });
    const overlaps = [...(this.#pairs ?? [])]
      .sort(([a], [b]) => a - b)
      .map(([pair, count]): ConceptOverlap => ({
        first: concepts[Math.floor(pair / concepts.length)]?.number ?? 0,
        second: concepts[pair % concepts.length]?.number ?? 0,
        pixelShare: count / all,
      }));
    return {
      images: this.#total,
      unlabelledShare: (all - this.#labelled - this.#ignored) / all,
      ignoredShare: this.#ignored / all,
      categories,
      concepts: shares,
      overlaps,
    };
  }

  /** Counts pixels that bear the same numbers; returns the places of their concepts. */
  #count(numbers: ArrayLike<number>, pixels: number): number[] {
    const { ignore = -1 } = this.#vocabulary;
    const places: number[] = [];
    let ignored = false;
    for (let index = 0; index < numbers.length; index++) {
      const number = numbers[index] as number;
      if (number === ignore) ignored = true;
      const place = this.#placeOf[number] as number;
      if (place >= 0) places.push(place);
    }
    if (places.length === 0) {
      if (ignored) this.#ignored += pixels;
      return places;
    }
    this.#labelled += pixels;
    for (const place of places) this.#pixels[place] = (this.#pixels[place] as number) + pixels;
    for (const category of new Set(places.map((place) => this.#categoryOf[place] as number)))
      this.#categoryPixels[category] = (this.#categoryPixels[category] as number) + pixels;
    return places;
  }

  /**
   * Counts the pixels that two concepts of an image share, in a table of its concepts: a map for each pixel's pairs
   * would take minutes.
   */
  #countPairs(sets: readonly BorneSet[]): void {
    const all = [...new Set(sets.flatMap(({ places }) => places))].sort((a, b) => a - b);
    if (this.#pairs === undefined || all.length < 2) return;
    const size = this.#pixels.length;
    if (all.length * (all.length - 1) > 2 * mostPairs) {
      this.#pairs = undefined;
      return;
    }
    const local = new Map(all.map((place, index) => [place, index]));
    const table = new Uint32Array(all.length * all.length);
    for (const { places, pixels } of sets) {
      const columns = Uint32Array.from(places, (place) => local.get(place) as number).sort();
      for (let first = 0; first < columns.length; first++) {
        const row = (columns[first] as number) * all.length;
        for (let second = first + 1; second < columns.length; second++) {
          const at = row + (columns[second] as number);
          table[at] = (table[at] as number) + pixels;
        }
      }
    }
    for (let at = 0; at < table.length; at++) {
      if (table[at] === 0) continue;
      const pair = (all[Math.floor(at / all.length)] as number) * size + (all[at % all.length] as number);
      this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + (table[at] as number));
    }
    if (this.#pairs.size > mostPairs) this.#pairs = undefined;
  }
}

/** Concepts that some pixels bear together, by their places. */
interface BorneSet {
  readonly places: readonly number[];
  readonly pixels: number;
}
