import { OverlapTally, type CombinedLabels, type OverlapOptions } from '@intermodel/numerics';

const noMaps = { units: new Uint32Array(), maxima: new Float32Array(), maps: new Float32Array() };

/** Sums over the labels of images, block by block. */
export interface BlockLabelCounts {
  /** Images that a concept occurs in: concepts x blocks. */
  readonly conceptImages: Float64Array;
  /** Pixels that carry a concept: concepts x blocks. */
  readonly conceptAreas: Float64Array;
  /** Pixels of the images in which a category occurs: categories x blocks. */
  readonly categoryPixels: Float64Array;
  /** Pixels of all images, one a block. */
  readonly pixels: Float64Array;
}

/** Adds up labels by the blocks of their images. */
export class BlockLabels {
  /** The sums. */
  readonly counts: BlockLabelCounts;
  readonly #tally: OverlapTally;
  readonly #blocks: number;

  /**
   * @param options what overlaps count
   * @param categories categories of the concepts
   * @param blocks blocks of the images
   */
  constructor(options: OverlapOptions, categories: number, blocks: number) {
    this.#tally = new OverlapTally({ ...options, units: 1 }, Float32Array.of(Number.NaN));
    this.#blocks = blocks;
    const sums = (rows: number) => new Float64Array(rows * blocks);
    this.counts = {
      conceptImages: sums(options.concepts.length),
      conceptAreas: sums(options.concepts.length),
      categoryPixels: sums(categories),
      pixels: sums(1),
    };
  }

  /** Adds an image of a block. @throws RangeError if a label's number is no concept */
  add(labels: CombinedLabels, block: number): void {
    this.#tally.add(labels, noMaps);
    const { conceptImages, conceptAreas, categoryPixels, pixels } = this.#tally.takeState();
    this.#addTo('conceptImages', conceptImages, block);
    this.#addTo('conceptAreas', conceptAreas, block);
    this.#addTo('categoryPixels', categoryPixels, block);
    this.#addTo('pixels', [pixels], block);
  }

  #addTo(name: keyof BlockLabelCounts, values: ArrayLike<number>, block: number): void {
    const sums = this.counts[name];
    for (let row = 0, at = block; row < values.length; row++, at += this.#blocks)
      sums[at] = (sums[at] as number) + (values[row] as number);
  }
}
