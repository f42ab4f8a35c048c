import {
  dissectionPresets,
  packKeptShard,
  packSelection,
  recountShard,
  selectionOptions,
  ShardCounter,
  shrinkShard,
  unpackKeptShard,
  unpackSelection,
  type DissectionPreset,
  type KeptShard,
} from '@intermodel/concept-matching';
import {
  packState,
  ShardJoin,
  TopActivations,
  unpackState,
  type SelectionState,
  type TopActivationsState,
} from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import { stepKey } from '@intermodel/steps';
import type { LayerPlace } from './dissection-steps.ts';
import type { GroupContext } from './group-context.ts';
import type { ImageShard } from '../images/image-shards.ts';

/** Share of images by which a study may grow before maps are missing that were dropped under the bounds of today. */
const headroom = 0.1;

/** Share of a shard's maps that must become free for it to be written anew. */
const worthwhile = 0.25;

/**
 * Of the named presets the one with the lowest thresholds: maps that may reach these are kept too, so that a study can
 * change its preset without running its models again.
 */
const lowestPreset = dissectionPresets['dissect-2020'];

/** What a pass counts of a layer, shard by shard, and what is stored of it. */
export class LayerMaps {
  readonly place: LayerPlace;
  readonly #context: GroupContext;
  /** Presets whose counts are stored. */
  readonly #presets: readonly DissectionPreset[];
  /** These, and the one that maps are kept for besides. */
  readonly #counted: readonly DissectionPreset[];
  #counter: ShardCounter | undefined;
  #seeds: readonly (SelectionState | undefined)[] = [];
  #top: TopActivations | undefined;
  #images = 0;
  #topMilliseconds = 0;
  #writing: Promise<void> | undefined;
  /** Shards whose maps were looked through under the bounds of the last pass. */
  readonly #fresh = new Set<string>();

  /**
   * @param context store and passes of the group
   * @param place model and tensor
   * @param presets whose thresholds are wanted; those that select the same share their counts
   */
  constructor(context: GroupContext, place: LayerPlace, presets: readonly DissectionPreset[]) {
    this.#context = context;
    this.place = place;
    this.#presets = this.#distinct(presets);
    this.#counted = this.keeps ? this.#distinct([...this.#presets, lowestPreset]) : this.#presets;
  }

  /** Whether maps are kept at all. */
  get keeps(): boolean {
    const { secondPass, sketch } = this.#context.study.runtime;
    return !secondPass && sketch === undefined;
  }

  /** Whether all that a pass counts of a shard is stored. */
  async has(shard: ImageShard): Promise<boolean> {
    const { steps, describe } = this.#context;
    if (this.keeps) return steps.has(describe.maps(shard, this.place));
    for (const preset of this.#presets)
      if (!(await steps.has(describe.histogram(shard, this.place, preset)))) return false;
    return true;
  }

  /** Whether the images of a shard that drive the units most are stored. */
  async hasTop(shard: ImageShard): Promise<boolean> {
    const { steps, describe } = this.#context;
    const step = describe.top(shard, this.place);
    // It is read when the models are closed already, so that damage has to be met now.
    return (await steps.has(step)) && (await steps.read(step, 'state')) !== undefined;
  }

  /** Begins a pass: what is known of other shards bounds the thresholds from the start. */
  async begin(others: readonly ImageShard[]): Promise<void> {
    this.#counter = undefined;
    this.#fresh.clear();
    this.#seeds = [];
    for (const preset of this.#counted) {
      const join = new ShardJoin();
      for (const shard of others) {
        const state = await this.#storedHistogram(shard, preset);
        if (state !== undefined) join.add(state);
      }
      this.#seeds = [...this.#seeds, join.shards === 0 ? undefined : join.seed(this.#maximumImages())];
    }
  }

  /** Begins a shard: tells of what is counted of it. */
  beginShard(shard: ImageShard): void {
    const { steps, describe } = this.#context;
    if (this.keeps) steps.begin(describe.maps(shard, this.place));
    for (const preset of this.#presets) steps.begin(describe.histogram(shard, this.place, preset));
  }

  /** Takes the activations of the next images of the shard under way, which stay as they are until it ends. */
  add(shape: ActivationShape, images: readonly Float32Array[]): void {
    this.#counter ??= new ShardCounter({
      shape,
      selections: this.#counted.map((preset) => selectionOptions(shape, preset, this.#maximumImages())),
      seeds: this.#seeds,
    });
    const greatest = this.#counter.add(images);
    const { gallery } = this.#context.study;
    if (gallery.units === 0) return;
    this.#top ??= new TopActivations({
      units: shape.units,
      mapSize: shape.mapHeight * shape.mapWidth,
      images: gallery.images,
      pool: gallery.pool,
    });
    const begun = performance.now();
    for (const [index, activations] of images.entries()) this.#top.add(this.#images++, activations, greatest[index]);
    this.#topMilliseconds += performance.now() - begun;
  }

  /** Ends a shard, and stores what was counted of it, which took so many milliseconds of the pass. */
  async end(shard: ImageShard, milliseconds: number): Promise<void> {
    const { steps, describe, kept } = this.#context;
    const [counted, top] = [this.#counter?.takeShard((bytes) => kept.allocate(bytes)), this.#top?.toState()];
    const topMilliseconds = Math.min(this.#topMilliseconds, milliseconds);
    [this.#top, this.#images, this.#topMilliseconds] = [undefined, 0, 0];
    // Maps and histograms are counted in one go: the time counts for the maps, where these are kept.
    const counting = milliseconds - topMilliseconds;
    if (counted === undefined) return;
    // All are under way at once, so that they can be read from now on.
    const writing = this.#presets.map((preset, index) =>
      steps.write(
        describe.histogram(shard, this.place, preset),
        { state: packSelection(counted.histograms[index] as SelectionState) },
        this.keeps ? 0 : counting / this.#presets.length,
      ),
    );
    if (top !== undefined)
      writing.push(steps.write(describe.top(shard, this.place), { state: packState(top) }, topMilliseconds));
    if (this.keeps) {
      const step = describe.maps(shard, this.place);
      kept.set(stepKey(step), counted.kept);
      // The maps are written while the work goes on, but no more than those of one shard before are waited for.
      if (this.#writing !== undefined) writing.push(this.#writing);
      this.#writing = steps.write(step, packKeptShard(counted.kept), counting);
      this.#writing.catch(() => undefined);
    }
    await Promise.all(writing);
  }

  /** Waits until all maps are written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Kept maps of a shard; undefined where they are not stored any more. */
  async kept(shard: ImageShard): Promise<KeptShard | undefined> {
    const { steps, describe, kept } = this.#context;
    const step = describe.maps(shard, this.place);
    const held = kept.get(stepKey(step));
    // Maps may have been made under another name of the model, and for other label grids.
    if (held !== undefined) return this.#shrunk(shard, { ...held, shape: this.shapeHere(held.shape) });
    await this.settled();
    const [units, maps] = [await steps.read(step, 'units'), await steps.read(step, 'maps')];
    if (units === undefined || maps === undefined) return undefined;
    const stored = unpackKeptShard({ units, maps });
    return this.#shrunk(shard, { ...stored, shape: this.shapeHere(stored.shape) });
  }

  /** Lets go of what is held in memory. */
  release(): void {
    this.#counter = undefined;
    for (const shard of this.#context.describe.shards)
      this.#context.kept.delete(stepKey(this.#context.describe.maps(shard, this.place)));
  }

  /**
   * Early shards were counted under low bounds: once those of all images are known, most of their maps can go, also on
   * the disk.
   */
  #shrunk(shard: ImageShard, whole: KeptShard): KeptShard {
    if (this.#counter === undefined || this.#fresh.has(shard.name)) return whole;
    this.#fresh.add(shard.name);
    const { steps, describe, kept } = this.#context;
    const shrunk = shrinkShard(whole, this.#counter.bounds(), {
      worthwhile,
      allocate: (bytes) => kept.allocate(bytes),
    });
    if (shrunk === whole) return whole;
    const step = describe.maps(shard, this.place);
    kept.set(stepKey(step), shrunk);
    const before = this.#writing;
    this.#writing = (async () => {
      await before;
      await steps.rewrite(step, packKeptShard(shrunk));
    })();
    this.#writing.catch(() => undefined);
    return shrunk;
  }

  /** Counts of a shard under a preset, from the maps if need be; undefined where neither is stored any more. */
  async histogram(shard: ImageShard, preset: DissectionPreset): Promise<SelectionState | undefined> {
    const stored = await this.#storedHistogram(shard, preset);
    if (stored !== undefined) return stored;
    const kept = this.keeps ? await this.kept(shard) : undefined;
    if (kept === undefined) return undefined;
    const begun = performance.now();
    const state = recountShard(kept, selectionOptions(kept.shape, preset, Infinity));
    await this.#context.steps.write(
      this.#context.describe.histogram(shard, this.place, preset),
      { state: packSelection(state) },
      performance.now() - begun,
    );
    return state;
  }

  /**
   * Images that drive each unit most, over all shards, numbered over the counted images; undefined where a shard lacks
   * them.
   */
  async top(countOf: (shard: ImageShard) => number): Promise<TopActivations | undefined> {
    const { steps, describe } = this.#context;
    let [whole, first]: [TopActivations | undefined, number] = [undefined, 0];
    for (const shard of describe.shards) {
      if (countOf(shard) === 0) continue;
      const bytes = await steps.read(describe.top(shard, this.place), 'state');
      if (bytes === undefined) return undefined;
      const state = unpackState(bytes) as TopActivationsState;
      whole ??= new TopActivations(state.options);
      whole.merge(TopActivations.fromState(state), first);
      first += countOf(shard);
    }
    return whole;
  }

  /**
   * Sizes of stored results as they are here: they may have been made under another name of the model, and for other
   * label grids.
   */
  shapeHere(shape: ActivationShape): ActivationShape {
    const { labelHeight, labelWidth } = this.place.model.geometry;
    return { ...shape, model: this.place.model.name, labelHeight, labelWidth };
  }

  async #storedHistogram(shard: ImageShard, preset: DissectionPreset): Promise<SelectionState | undefined> {
    const bytes = await this.#context.steps.read(this.#context.describe.histogram(shard, this.place, preset), 'state');
    return bytes === undefined ? undefined : unpackSelection(bytes);
  }

  /** Presets that select differently. */
  #distinct(presets: readonly DissectionPreset[]): readonly DissectionPreset[] {
    const [shard] = this.#context.describe.shards;
    const keys = presets.map((preset) =>
      shard === undefined ? '' : stepKey(this.#context.describe.histogram(shard, this.place, preset)),
    );
    return presets.filter((_, index) => keys.indexOf(keys[index] as string) === index);
  }

  /** Most images that the bounds allow for: with room to grow, where maps are kept for later runs. */
  #maximumImages(): number {
    const images = this.#context.describe.shards.reduce((sum, { entries }) => sum + entries.length, 0);
    return this.keeps ? Math.ceil(images * (1 + headroom)) : images;
  }
}
