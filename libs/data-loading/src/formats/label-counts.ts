import type { LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { CategoryShare, ConceptOverlap, ConceptShare, DatasetDescription } from './describe-dataset.ts';

/** Numbers that some pixels of an image bear together. */
export interface LabelSet {
  /** Numbers of the planes, none twice; none where nothing is labelled. */
  readonly numbers: ArrayLike<number>;
  /** How many pixels bear them. */
  readonly pixels: number;
}

/** How much there is of concepts and categories, whatever planes they lie in. */
export type LabelShares = Omit<DatasetDescription, 'warnings' | 'turned' | 'planes' | 'mostPlanes'>;

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
  readonly #pairs = new Map<number, number>();
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
    [this.#categoryPixels, this.#categoryImages] = [new Float64Array(this.#categories.length), new Float64Array(this.#categories.length)];
  }

  /** Adds the planes of one image. */
  add(planes: readonly Uint16Array[]): this {
    this.#planes += planes.length;
    this.#mostPlanes = Math.max(this.#mostPlanes, planes.length);
    return this.#addImage((count) => {
      for (let cell = 0; cell < this.#cells; cell++) count(planes.map((plane) => plane[cell] as number), 1);
    });
  }

  /** Adds one image by the sets of numbers that its pixels bear; every number stands once in a set. */
  addSets(sets: readonly LabelSet[]): this {
    return this.#addImage((count) => {
      for (const { numbers, pixels } of sets) count(numbers, pixels);
    });
  }

  /** What was counted of planes, without warnings. */
  read(): Omit<DatasetDescription, 'warnings' | 'turned'> {
    return { ...this.shares(), planes: this.#planes, mostPlanes: this.#mostPlanes };
  }

  /** What was counted, of planes and sets alike. */
  shares(): LabelShares {
    const { concepts } = this.#vocabulary;
    const all = Math.max(1, this.#total * this.#cells);
    const shares = concepts.map((concept, place): ConceptShare => ({ ...concept, images: this.#images[place] ?? 0, pixelShare: (this.#pixels[place] ?? 0) / all }));
    const categories = this.#categories.map((category, index): CategoryShare => {
      const of = shares.filter((share) => share.category === category);
      return { category, concepts: of.length, found: of.filter(({ images }) => images > 0).length, pixelShare: (this.#categoryPixels[index] ?? 0) / all, images: this.#categoryImages[index] ?? 0 };
    });
    const overlaps = [...this.#pairs]
      .sort(([a], [b]) => a - b)
      .map(([pair, count]): ConceptOverlap => ({ first: concepts[Math.floor(pair / concepts.length)]?.number ?? 0, second: concepts[pair % concepts.length]?.number ?? 0, pixelShare: count / all }));
    return { images: this.#total, unlabelledShare: (all - this.#labelled - this.#ignored) / all, ignoredShare: this.#ignored / all, categories, concepts: shares, overlaps };
  }

  #addImage(walk: (count: (numbers: ArrayLike<number>, pixels: number) => void) => void): this {
    const seen = new Set<number>();
    const pairs = new Map<number, number>();
    walk((numbers, pixels) => {
      this.#count(numbers, pixels, seen, pairs);
    });
    for (const [pair, count] of pairs) this.#pairs.set(pair, (this.#pairs.get(pair) ?? 0) + count);
    for (const place of seen) this.#images[place] = (this.#images[place] ?? 0) + 1;
    for (const category of new Set([...seen].map((place) => this.#categoryOf[place] as number))) this.#categoryImages[category] = (this.#categoryImages[category] ?? 0) + 1;
    this.#total++;
    return this;
  }

  /** Counts pixels that bear the same numbers. */
  #count(numbers: ArrayLike<number>, pixels: number, seen: Set<number>, pairs: Map<number, number>): void {
    const { ignore = -1 } = this.#vocabulary;
    const places: number[] = [];
    let ignored = false;
    for (let index = 0; index < numbers.length; index++) {
      const number = numbers[index] as number;
      if (number === ignore) ignored = true;
      const place = this.#placeOf[number] as number;
      if (place >= 0) places.push(place);
    }
    if (places.length > 0) this.#countPlaces(places, pixels, seen, pairs);
    else if (ignored) this.#ignored += pixels;
  }

  #countPlaces(places: number[], pixels: number, seen: Set<number>, pairs: Map<number, number>): void {
    this.#labelled += pixels;
    const size = this.#pixels.length;
    places.forEach((place, index) => {
      this.#pixels[place] = (this.#pixels[place] as number) + pixels;
      seen.add(place);
      const category = this.#categoryOf[place] as number;
      if (places.findIndex((other) => this.#categoryOf[other] === category) === index) this.#categoryPixels[category] = (this.#categoryPixels[category] as number) + pixels;
      for (const other of places.slice(index + 1)) {
        const pair = Math.min(place, other) * size + Math.max(place, other);
        pairs.set(pair, (pairs.get(pair) ?? 0) + pixels);
      }
    });
  }
}
