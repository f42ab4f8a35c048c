import { featureShape, type FeatureShape, type ImageFeaturesBatch } from '@intermodel/schemas';
import { readStep, type GraphStep } from '@intermodel/steps';
import { column, readArrowBytes, readLists, readStrings } from '@intermodel/streams';
import type { FeatureRows, TaskPart } from '@intermodel/transfer-probing';
import type { StudyBench } from '../graph/study-bench.ts';

/** Features of some images of one layer. */
interface LayerFeatures {
  readonly shape: FeatureShape;
  /** Cells row by row, the units of a cell together, image after image. */
  readonly values: Float32Array;
}

/** Features of the images of a shard, by layer. */
interface ShardFeatures {
  readonly images: readonly string[];
  readonly layers: readonly LayerFeatures[];
}

/** An image with features of its cells. */
export interface CellFeatures {
  /** Name of the image. */
  readonly image: string;
  /** Rows of cells. */
  readonly height: number;
  /** Columns of cells. */
  readonly width: number;
  /** Features of a cell. */
  readonly units: number;
  /** Cells row by row, the features of a cell together. */
  readonly features: Float32Array;
}

/** Stored features of a model over the images of a task, read shard by shard as often as they are asked for. */
export class StoredFeatures {
  readonly #layers: readonly (readonly GraphStep<StudyBench>[])[];
  readonly #bench: StudyBench;
  readonly #seen = new Set<string>();

  /**
   * @param steps features of all shards of the first layer, then those of the next
   * @param shards number of shards
   */
  constructor(steps: readonly GraphStep<StudyBench>[], shards: number, bench: StudyBench) {
    this.#layers = Array.from({ length: steps.length / shards }, (_, layer) =>
      steps.slice(layer * shards, (layer + 1) * shards),
    );
    this.#bench = bench;
  }

  /** Says which images have no features, since they do not decode and are passed over; to be asked after a reading. */
  missing(images: readonly { readonly image: string }[]): string[] {
    const left = images.filter(({ image }) => !this.#seen.has(image));
    if (left.length === 0) return [];
    const named = left.slice(0, 3).map(({ image }) => image);
    return [
      `${String(left.length)} of ${String(images.length)} images do not decode and are left out: ${named.join(', ')}${left.length > named.length ? ', …' : ''}`,
    ];
  }

  /**
   * Pooled features of the images of some parts, those of all layers one after the other: memory for them alone.
   *
   * @param partOf part of an image; undefined: it belongs to none
   * @returns rows of each part in the order of the images, and their names
   */
  async rows(
    partOf: ReadonlyMap<string, TaskPart>,
  ): Promise<Readonly<Record<TaskPart, FeatureRows & { readonly images: readonly string[] }>>> {
    const counts = { train: 0, val: 0, test: 0 };
    for (const part of partOf.values()) counts[part]++;
    let columns = 0;
    const values: Partial<Record<TaskPart, Float32Array>> = {};
    const images: Record<TaskPart, string[]> = { train: [], val: [], test: [] };
    for await (const shard of this.#shards()) {
      columns = shard.layers.reduce((sum, { shape }) => sum + shape.units, 0);
      for (const [row, image] of shard.images.entries()) {
        const part = partOf.get(image);
        if (part === undefined) continue;
        const into = (values[part] ??= new Float32Array(counts[part] * columns));
        let at = images[part].length * columns;
        for (const { shape, values: from } of shard.layers) {
          into.set(from.subarray(row * shape.units, (row + 1) * shape.units), at);
          at += shape.units;
        }
        images[part].push(image);
      }
    }
    const rowsOf = (part: TaskPart) => ({
      // Images that were passed over have no row.
      values: values[part]?.subarray(0, images[part].length * columns) ?? new Float32Array(),
      rows: images[part].length,
      columns,
      images: images[part],
    });
    return { train: rowsOf('train'), val: rowsOf('val'), test: rowsOf('test') };
  }

  /** Rows and columns of cells, those of the finest layer, and features of a cell. */
  async gridSize(): Promise<Pick<CellFeatures, 'height' | 'width' | 'units'>> {
    for await (const { layers } of this.#shards()) return sizeOf(layers);
    return { height: 0, width: 0, units: 0 };
  }

  /** Features of the cells of some images, in their order; those of coarser layers are those of the nearest cell. */
  async *cells(wanted: ReadonlySet<string>): AsyncGenerator<CellFeatures> {
    for await (const { images, layers } of this.#shards(wanted)) {
      const size = sizeOf(layers);
      for (const [row, image] of images.entries())
        if (wanted.has(image)) yield { image, ...size, features: joinLayers(layers, row, size) };
    }
  }

  async *#shards(wanted?: ReadonlySet<string>): AsyncGenerator<ShardFeatures> {
    const [first = []] = this.#layers;
    for (const index of first.keys()) {
      this.#bench.signal.throwIfAborted();
      const layers: LayerFeatures[] = [];
      let images: readonly string[] = [];
      if (await this.#isEmpty(first[index] as GraphStep<StudyBench>)) continue;
      for (const steps of this.#layers) {
        const read = await this.#read(steps[index] as GraphStep<StudyBench>);
        ({ images } = read);
        if (wanted !== undefined && !images.some((image) => wanted.has(image))) break;
        layers.push(read);
      }
      for (const image of images) this.#seen.add(image);
      if (layers.length === this.#layers.length) yield { images, layers };
    }
  }

  /** Whether nothing was made of a shard, as none of its images can be used. */
  async #isEmpty(step: GraphStep<StudyBench>): Promise<boolean> {
    const { study, steps } = this.#bench;
    return study.data.skipBad && (await steps.partsOf(step)).length === 0;
  }

  async #read(step: GraphStep<StudyBench>): Promise<LayerFeatures & { readonly images: readonly string[] }> {
    const bytes = await readStep(step, 'features', this.#bench);
    const batches = readArrowBytes(bytes, 'features of a stored step').batches as unknown as ImageFeaturesBatch[];
    const [first] = batches;
    const shape = first === undefined ? undefined : featureShape(first.schema);
    if (shape === undefined)
      throw new RangeError('StoredFeatures: features of a shard have a schema that states sizes');
    const lists = batches.map((batch) => readLists(column(batch, 'features')) as unknown as Float32Array);
    const values = new Float32Array(lists.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const list of lists) {
      values.set(list, at);
      at += list.length;
    }
    return { shape, values, images: batches.flatMap((batch) => readStrings(column(batch, 'image'))) };
  }
}

function sizeOf(layers: readonly LayerFeatures[]): Pick<CellFeatures, 'height' | 'width' | 'units'> {
  return {
    height: Math.max(...layers.map(({ shape }) => shape.height)),
    width: Math.max(...layers.map(({ shape }) => shape.width)),
    units: layers.reduce((sum, { shape }) => sum + shape.units, 0),
  };
}

function joinLayers(
  layers: readonly LayerFeatures[],
  image: number,
  { height, width, units }: Pick<CellFeatures, 'height' | 'width' | 'units'>,
): Float32Array {
  const features = new Float32Array(height * width * units);
  let before = 0;
  for (const { shape, values } of layers) {
    const size = shape.height * shape.width * shape.units;
    for (let cell = 0; cell < height * width; cell++) {
      const row = Math.floor(((Math.floor(cell / width) + 0.5) * shape.height) / height);
      const across = Math.floor((((cell % width) + 0.5) * shape.width) / width);
      const from = image * size + (row * shape.width + across) * shape.units;
      features.set(values.subarray(from, from + shape.units), cell * units + before);
    }
    before += shape.units;
  }
  return features;
}
