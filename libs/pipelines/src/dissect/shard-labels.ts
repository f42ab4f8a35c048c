import { packLabels, unpackLabels, type DissectionPreset, type LabelledShard } from '@intermodel/concept-matching';
import { combinePlanes, type LoadedImages } from '@intermodel/data-loading';
import type { CombinedLabels } from '@intermodel/numerics';
import { jsonPart, readJsonPart, stepKey } from '@intermodel/steps';
import { MachineError } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';
import type { GroupContext } from './group-context.ts';
import type { ImageShard } from '../images/image-shards.ts';

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
  #names: string[] = [];
  #labels: CombinedLabels[] = [];
  #turned: string[] = [];
  #planes = 0;

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

  /** Whether the labels of a shard are stored. */
  has(shard: ImageShard): Promise<boolean> {
    return this.#context.steps.has(this.#step(shard));
  }

  /** Begins a shard: tells that its labels are made. */
  begin(shard: ImageShard): void {
    this.#context.steps.begin(this.#step(shard));
  }

  /** Takes the label planes of the next image of the shard under way, and whether EXIF calls to turn it. */
  add(image: string, planes: Uint16Array, isTurned: boolean): void {
    if (isTurned) this.#turned.push(image);
    this.#names.push(image);
    this.#labels.push(
      combinePlanes(planes, this.pixels, this.#preset.ignoredPixels === 'unlabelled' ? this.#context.ignore : 0),
    );
    this.#planes += planes.length / this.pixels;
  }

  /** Ends a shard, and stores its labels, which took so many milliseconds of the pass. */
  async end(shard: ImageShard, skipped: LoadedImages['skipped'], milliseconds: number): Promise<void> {
    const [images, labels, turned, planes] = [this.#names, this.#labels, this.#turned, this.#planes];
    [this.#names, this.#labels, this.#turned, this.#planes] = [[], [], [], 0];
    const record: ShardImages = {
      images,
      skipped: skipped.map(({ image, error }) => ({ image, message: error.message })),
      turned,
      planes,
    };
    await this.#context.steps.write(
      this.#step(shard),
      { labels: packLabels({ images, labels }), images: jsonPart(record) },
      milliseconds,
    );
  }

  /** Key under which the labels of a shard are stored. */
  key(shard: ImageShard): string {
    return stepKey(this.#step(shard));
  }

  /** Labels of a shard. */
  async read(shard: ImageShard): Promise<LabelledShard> {
    return unpackLabels(await this.#readPart(shard, 'labels'));
  }

  /** Images of a shard. */
  async readImages(shard: ImageShard): Promise<ShardImages> {
    return readJsonPart(await this.#readPart(shard, 'images')) as ShardImages;
  }

  /** Reads a part; labels that are not stored any more are made again. */
  async #readPart(shard: ImageShard, part: 'labels' | 'images'): Promise<Uint8Array> {
    const { steps, pass } = this.#context;
    const stored = await steps.read(this.#step(shard), part);
    if (stored !== undefined) return stored;
    await pass.run([{ shard, places: [], wantsLabels: true }], {
      labels: (_, image, planes, isTurned) => {
        this.add(image, planes, isTurned);
      },
      endShard: (_, skipped, times) => this.end(shard, skipped, times.labels),
    });
    const again = await steps.read(this.#step(shard), part);
    if (again !== undefined) return again;
    throw new MachineError('STORE_BROKEN', 'labels cannot be read back after they were written', {
      column: shard.name,
      hint: 'Check the disk of the store, or give another folder.',
    });
  }

  #step(shard: ImageShard) {
    return this.#context.describe.labels(shard, this.#model, this.#preset);
  }
}
