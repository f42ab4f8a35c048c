import type { LayerPlace } from '@intermodel/inputs';
import {
  countShards,
  dissectionPresets,
  JoinedStrongest,
  KnownCounts,
  packTable,
  packKeptMaps,
  recountShard,
  restateShape,
  shrinkKeptMaps,
  statedShape,
  unpackTable,
  unpackKeptMaps,
  type CountedShard,
  type DissectionPreset,
  type KeptMaps,
  type MapBounds,
} from '@intermodel/concept-matching';
import type { TopActivations } from '@intermodel/numerics';
import type { ActivationShape, UnitHistogramBatch, StrongestImageBatch } from '@intermodel/schemas';
import type { GraphStep } from '@intermodel/steps';
import type { ImageShard } from '@intermodel/data-loading';
import type { GroupContext } from './group-context.ts';

/** Share of images by which a study may grow before maps are missing that were dropped under the bounds of today. */
const headroom = 0.1;

/** Share of a shard's maps that must become free for it to be written anew. */
const worthwhile = 0.25;

/**
 * Of the named presets the one with the lowest thresholds: maps that may reach these are kept too, so that a study can
 * change its preset without running its models again.
 */
const lowestPreset = dissectionPresets['dissect-2020'];

/** What is stored of a layer, shard by shard, and held of it in memory. */
export class StoredLayer {
  readonly place: LayerPlace;
  readonly #context: GroupContext;
  /** Presets whose counts are stored. */
  readonly #presets: readonly DissectionPreset[];
  /** These, and the one that maps are kept for besides. */
  readonly #counted: readonly DissectionPreset[];
  /** Counts of the shards that were read for passes, by preset. */
  readonly #known = new Map<DissectionPreset, { readonly counts: KnownCounts; readonly shards: Set<ImageShard> }>();
  #bounds: (() => MapBounds) | undefined;
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
    this.#counted = this.#keeps ? this.#distinct([...this.#presets, lowestPreset]) : this.#presets;
  }

  /** Whether the maps of a shard are stored. */
  async hasMaps(shard: ImageShard): Promise<boolean> {
    return this.#keeps && (await this.#context.steps.isStored(this.#maps(shard)));
  }

  /**
   * Begins a pass over shards, and tells how they are counted: what is known of the others bounds the thresholds from
   * the start.
   */
  async countPass(shards: readonly ImageShard[]): Promise<ReturnType<typeof countShards>> {
    const { study, kept } = this.#context;
    this.#bounds = undefined;
    this.#fresh.clear();
    const others: KnownCounts[] = [];
    for (const preset of this.#counted) others.push(await this.#knownOf(preset, new Set(shards)));
    const { images, pool, units } = study.gallery;
    return countShards({
      ...{ presets: this.#counted, maximumImages: this.#maximumImages(), others },
      strongest: units === 0 ? undefined : { images, pool },
      allocate: (bytes) => kept.allocate(bytes),
      onBounds: (bounds) => {
        this.#bounds = bounds;
      },
    });
  }

  /** What is stored of all shards but some: what was read for an earlier pass is not read again. */
  async #knownOf(preset: DissectionPreset, but: ReadonlySet<ImageShard>): Promise<KnownCounts> {
    let known = this.#known.get(preset);
    if (known === undefined || [...but].some((shard) => known?.shards.has(shard)))
      this.#known.set(preset, (known = { counts: new KnownCounts(), shards: new Set() }));
    for (const shard of this.#context.describe.shards) {
      if (but.has(shard) || known.shards.has(shard)) continue;
      const histogram = await this.#storedHistogram(shard, preset);
      if (histogram === undefined) continue;
      known.counts.add(histogram);
      known.shards.add(shard);
    }
    return known.counts;
  }

  /** Tells that a shard is being counted. */
  begin(shard: ImageShard): void {
    const { steps } = this.#context;
    if (this.#keeps) steps.begin(this.#maps(shard));
    for (const preset of this.#presets) steps.begin(this.#histogram(shard, preset));
  }

  /** Stores what was counted of a shard, which took so many milliseconds of the pass. */
  async store(shard: ImageShard, counted: CountedShard, milliseconds: number): Promise<void> {
    const { steps, kept } = this.#context;
    const strongestMilliseconds = Math.min(counted.strongestMilliseconds, milliseconds);
    // Maps and histograms are counted in one go: the time counts for the maps, where these are kept.
    const counting = milliseconds - strongestMilliseconds;
    // All are under way at once, so that they can be read from now on.
    const writing = this.#presets.map((preset, index) => {
      const bytes = packTable(counted.histograms[index] as UnitHistogramBatch);
      return steps.write(
        this.#histogram(shard, preset),
        { counts: bytes },
        this.#keeps ? 0 : counting / this.#presets.length,
      );
    });
    if (counted.strongest !== undefined)
      writing.push(this.#storeStrongest(shard, counted.strongest, strongestMilliseconds));
    if (this.#keeps) {
      const step = this.#maps(shard);
      kept.set(step.key, counted.kept);
      // The maps are written while the work goes on, but no more than those of one shard before are waited for.
      if (this.#writing !== undefined) writing.push(this.#writing);
      this.#writing = steps.write(step, packKeptMaps(counted.kept), counting);
      this.#writing.catch(() => undefined);
    }
    await Promise.all(writing);
  }

  /** Stores the images that drive units most, unless they are stored: a shard may be run again for its maps alone. */
  async #storeStrongest(shard: ImageShard, strongest: StrongestImageBatch, milliseconds: number): Promise<void> {
    const { steps, describe } = this.#context;
    const step = describe.of(shard, describe.top(this.place));
    if (!(await steps.isStored(step))) await steps.write(step, { strongest: packTable(strongest) }, milliseconds);
  }

  /** Waits until all maps are written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  /** Kept maps of a shard; undefined where they are not stored any more. */
  async kept(shard: ImageShard): Promise<KeptMaps | undefined> {
    const { steps, kept } = this.#context;
    const step = this.#maps(shard);
    const held = kept.get(step.key);
    if (held !== undefined) return this.#shrunk(shard, this.#restate(held));
    await this.settled();
    const units = await steps.read(step, 'units');
    const maps = await steps.read(step, 'maps');
    if (units === undefined || maps === undefined) return undefined;
    return this.#shrunk(shard, this.#restate(unpackKeptMaps({ units, maps })));
  }

  /** Counts of a shard under a preset, from the maps if need be; undefined where neither is stored any more. */
  async histogram(shard: ImageShard, preset: DissectionPreset): Promise<UnitHistogramBatch | undefined> {
    const stored = await this.#storedHistogram(shard, preset);
    if (stored !== undefined) return stored;
    const kept = this.#keeps ? await this.kept(shard) : undefined;
    if (kept === undefined) return undefined;
    const begun = performance.now();
    const counts = recountShard(kept, preset);
    await this.#context.steps.write(
      this.#histogram(shard, preset),
      { counts: packTable(counts) },
      performance.now() - begun,
    );
    return counts;
  }

  /** Images that drive each unit most, over all shards, numbered over the counted images; undefined where a shard lacks them. */
  async strongest(countOf: (shard: ImageShard) => number): Promise<TopActivations | undefined> {
    const { steps, describe } = this.#context;
    const joined = new JoinedStrongest();
    for (const shard of describe.shards) {
      if (countOf(shard) === 0) continue;
      const bytes = await steps.read(describe.of(shard, describe.top(this.place)), 'strongest');
      if (bytes === undefined) return undefined;
      joined.add(unpackTable<StrongestImageBatch>(bytes), countOf(shard));
    }
    return joined.top;
  }

  /** Lets go of what is held in memory. */
  release(): void {
    this.#bounds = undefined;
    this.#known.clear();
    for (const shard of this.#context.describe.shards) this.#context.kept.delete(this.#maps(shard).key);
  }

  /** Sizes of stored results as they are here: they may have been made under another name of the model, and for other label grids. */
  shapeHere(shape: ActivationShape): ActivationShape {
    const { labelHeight, labelWidth } = this.place.model.geometry;
    return { ...shape, model: this.place.model.name, labelHeight, labelWidth };
  }

  #maps(shard: ImageShard): GraphStep {
    const { describe } = this.#context;
    return describe.of(shard, describe.maps(this.place));
  }

  #histogram(shard: ImageShard, preset: DissectionPreset): GraphStep {
    const { describe } = this.#context;
    return describe.of(shard, describe.histogram(this.place, preset));
  }

  get #keeps(): boolean {
    return this.#context.keeps;
  }

  #restate(kept: KeptMaps): KeptMaps {
    return { ...kept, units: this.#here(kept.units) };
  }

  #here(table: UnitHistogramBatch): UnitHistogramBatch {
    const shape = statedShape(table.schema);
    return shape === undefined ? table : restateShape(table, this.shapeHere(shape));
  }

  /** Early shards were counted under low bounds: once those of all images are known, most of their maps can go, also on the disk. */
  #shrunk(shard: ImageShard, whole: KeptMaps): KeptMaps {
    if (this.#bounds === undefined || this.#fresh.has(shard.name)) return whole;
    this.#fresh.add(shard.name);
    const { steps, kept } = this.#context;
    const shrunk = shrinkKeptMaps(whole, this.#bounds(), { worthwhile, allocate: (bytes) => kept.allocate(bytes) });
    if (shrunk === whole) return whole;
    const step = this.#maps(shard);
    kept.set(step.key, shrunk);
    const before = this.#writing;
    this.#writing = (async () => {
      await before;
      await steps.rewrite(step, packKeptMaps(shrunk));
    })();
    this.#writing.catch(() => undefined);
    return shrunk;
  }

  async #storedHistogram(shard: ImageShard, preset: DissectionPreset): Promise<UnitHistogramBatch | undefined> {
    const bytes = await this.#context.steps.read(this.#histogram(shard, preset), 'counts');
    return bytes === undefined ? undefined : this.#here(unpackTable<UnitHistogramBatch>(bytes));
  }

  /** Presets that select differently. */
  #distinct(presets: readonly DissectionPreset[]): readonly DissectionPreset[] {
    const [shard] = this.#context.describe.shards;
    const keys = presets.map((preset) => (shard === undefined ? '' : this.#histogram(shard, preset).key));
    return presets.filter((_, index) => keys.indexOf(keys[index] as string) === index);
  }

  /** Most images that the bounds allow for: with room to grow, where maps are kept for later runs. */
  #maximumImages(): number {
    const images = this.#context.describe.shards.reduce((sum, { entries }) => sum + entries.length, 0);
    return this.#keeps ? Math.ceil(images * (1 + headroom)) : images;
  }
}
