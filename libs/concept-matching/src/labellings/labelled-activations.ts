import { activationSchema, type ActivationBatch, type ActivationShape } from '@intermodel/schemas';
import { buildBatch } from '@intermodel/streams';
import { readActivations, readShape } from '../count/read-activations.ts';
import { labelMoves, type LabelMove } from './label-moves.ts';

/**
 * Activations of one layer in memory whose labels can be moved, or exchanged among the images, to see what units match
 * then: each labelling shares the activations, and is a batch as it streams by in a dissection.
 */
export class LabelledActivations {
  /** Sizes of the layer. */
  readonly shape: ActivationShape;
  readonly #activations: Float32Array;
  /** Label planes of each image, one after the other. */
  readonly #planes: readonly Uint16Array[];

  /**
   * @param batches activations of some images, at least one batch
   * @throws BatchSchemaError for batches of other tables, layers or sizes
   */
  constructor(batches: readonly ActivationBatch[]) {
    const [first] = batches;
    if (first === undefined) throw new RangeError('LabelledActivations: there are no activations');
    const shape = readShape('LabelledActivations', first);
    const images = batches.flatMap((batch) => {
      readShape('LabelledActivations', batch, shape);
      return [...readActivations(batch, shape)];
    });
    const size = shape.units * shape.mapHeight * shape.mapWidth;
    this.shape = shape;
    this.#activations = new Float32Array(images.length * size);
    images.forEach(({ activations }, image) => {
      this.#activations.set(activations, image * size);
    });
    this.#planes = images.map(({ planes }) => planes);
  }

  /** How many images there are. */
  get images(): number {
    return this.#planes.length;
  }

  /** Moves that labels of this size can make. */
  get moves(): readonly LabelMove[] {
    const { labelHeight, labelWidth } = this.shape;
    return labelMoves.filter(({ isOfSquares }) => !isOfSquares || labelHeight === labelWidth);
  }

  /** With the labels as they are. */
  asTheyAre(): ActivationBatch {
    return this.#labelled(this.#planes);
  }

  /** With the labels of each image moved. */
  moved({ source }: LabelMove): ActivationBatch {
    const { labelHeight: height, labelWidth: width } = this.shape;
    const from = Int32Array.from({ length: height * width }, (_, pixel) => {
      const [row, column] = source(Math.floor(pixel / width), pixel % width, { height, width });
      return row * width + column;
    });
    return this.#labelled(
      this.#planes.map((planes) =>
        planes.map((_, at) => planes[at - (at % from.length) + (from[at % from.length] as number)] as number),
      ),
    );
  }

  /** With each image bearing the labels of the one that is some places behind it. */
  exchanged(places: number): ActivationBatch {
    const { length } = this.#planes;
    return this.#labelled(this.#planes.map((_, image) => this.#planes[(image + places) % length] as Uint16Array));
  }

  #labelled(planes: readonly Uint16Array[]): ActivationBatch {
    const size = this.shape.labelHeight * this.shape.labelWidth;
    const offsets = new Int32Array(planes.length + 1);
    planes.forEach((own, image) => {
      offsets[image + 1] = (offsets[image] as number) + own.length / size;
    });
    const values = new Uint16Array((offsets.at(-1) as number) * size);
    planes.forEach((own, image) => {
      values.set(own, (offsets[image] as number) * size);
    });
    return buildBatch(activationSchema(this.shape), {
      image: planes.map((_, image) => String(image)),
      activations: this.#activations,
      labels: { offsets, values },
    });
  }
}
