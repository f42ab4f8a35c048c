import {
  blankNumber,
  labelPlanesBatch,
  packTable,
  unpackTable,
  type DissectionPreset,
} from '@intermodel/concept-matching';
import { combinePlanes, labelledImageRows, type LoadedImages, type ImageShard } from '@intermodel/data-loading';
import type { CombinedLabels } from '@intermodel/numerics';
import type { LabelPlanesBatch } from '@intermodel/schemas';
import { jsonPart, readJsonPart, type StepFamily } from '@intermodel/steps';
import { MachineError } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';
import { concatMap, map, reduce } from 'rxjs';
import type { GroupContext } from './group-context.ts';
import type { PassConsumer, StoreShard } from './pass-consumer.ts';

/** Images of a shard that were counted, and those that were passed over. */
export interface ShardImages {
  /** Names of the images that were counted, in order. */
  readonly images: readonly string[];
  /** Images that did not decode, and why. */
  readonly skipped: readonly { readonly image: string; readonly message: string }[];
  /** Names of the counted images that EXIF calls to turn. */
  readonly turned: readonly string[];
  /** Label planes of all images; 0: nothing is labelled. */
  readonly planes: number;
}

/** Labels of the shards of one geometry, under one way to treat pixels that nobody judged. */
export class ShardLabels {
  /** Pixels of a label plane. */
  readonly pixels: number;
  readonly #context: GroupContext;
  readonly #model: StudyModel;
  readonly #preset: DissectionPreset;

  /**
   * @param context store and passes of the group
   * @param model any one of the geometry
   * @param preset says what becomes of pixels that nobody judged
   */
  constructor(context: GroupContext, model: StudyModel, preset: DissectionPreset) {
    this.#context = context;
    this.#model = model;
    this.#preset = preset;
    this.pixels = model.geometry.labelHeight * model.geometry.labelWidth;
  }

  /** Their steps. */
  get family(): StepFamily {
    return this.#context.describe.labels(this.#model, this.#preset);
  }

  /** Takes the labels of shards from a pass, and stores them. */
  consumer(shards: ReadonlySet<ImageShard>): PassConsumer {
    return {
      name: 'labels',
      place: undefined,
      wants: ({ shard }) => shards.has(shard),
      stage: concatMap(({ task: { shard }, batches }) => {
        this.#context.steps.begin(this.#step(shard));
        return batches.pipe(
          reduce(
            (labels, { loaded }) => labels.add(loaded),
            new LabelsUnderWay(this.pixels, blankNumber(this.#preset, this.#context.ignore)),
          ),
          map(
            (labels): StoreShard =>
              (milliseconds) =>
                this.#store(shard, labels, milliseconds),
          ),
        );
      }),
    };
  }

  /** Labels of a shard. */
  async read(shard: ImageShard): Promise<LabelPlanesBatch> {
    return unpackTable<LabelPlanesBatch>(await this.#readPart(shard, 'labels'));
  }

  /** Images of a shard. */
  async readImages(shard: ImageShard): Promise<ShardImages> {
    return readJsonPart(await this.#readPart(shard, 'images')) as ShardImages;
  }

  async #store(shard: ImageShard, labels: LabelsUnderWay, milliseconds: number): Promise<void> {
    const { images, skipped, turned, planes } = labels;
    const table = labelPlanesBatch(this.#model.geometry, images, labels.labels);
    const record: ShardImages = { images, skipped, turned, planes };
    await this.#context.steps.write(
      this.#step(shard),
      { labels: packTable(table), images: jsonPart(record) },
      milliseconds,
    );
  }

  /** Reads a part; labels that are not stored any more are made again. */
  async #readPart(shard: ImageShard, part: 'labels' | 'images'): Promise<Uint8Array> {
    const { steps, pass } = this.#context;
    const stored = await steps.read(this.#step(shard), part);
    if (stored !== undefined) return stored;
    await pass.run([{ shard, places: [] }], [this.consumer(new Set([shard]))]);
    const again = await steps.read(this.#step(shard), part);
    if (again !== undefined) return again;
    throw new MachineError('STORE_BROKEN', 'labels cannot be read back after they were written', {
      column: shard.name,
      hint: 'Check the disk of the store, or give another folder.',
    });
  }

  #step(shard: ImageShard) {
    return this.#context.describe.of(shard, this.family);
  }
}

/** Labels of a shard as its images come. */
class LabelsUnderWay implements ShardImages {
  readonly images: string[] = [];
  readonly labels: CombinedLabels[] = [];
  readonly skipped: { readonly image: string; readonly message: string }[] = [];
  readonly turned: string[] = [];
  planes = 0;
  readonly #pixels: number;
  readonly #blank: number;

  constructor(pixels: number, blank: number) {
    this.#pixels = pixels;
    this.#blank = blank;
  }

  add({ batch, skipped, turned }: LoadedImages): this {
    this.turned.push(...turned);
    for (const { image, error } of skipped) this.skipped.push({ image, message: error.message });
    for (const { image, planes } of labelledImageRows(batch)) {
      const whole = new Uint16Array(planes.length * this.#pixels);
      planes.forEach((plane, index) => {
        whole.set(plane, index * this.#pixels);
      });
      this.images.push(image);
      this.labels.push(combinePlanes(whole, this.#pixels, this.#blank));
      this.planes += planes.length;
    }
    return this;
  }
}
