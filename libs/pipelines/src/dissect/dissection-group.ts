import type { LayerPlace, PlacedModel } from '@intermodel/inputs';
import { sumPlaces, type DissectionPreset, type PlacedUnit, type UnitPlaces } from '@intermodel/concept-matching';
import type { ImageShard, LabelledImageEntry } from '@intermodel/data-loading';
import type { GraphStep } from '@intermodel/steps';
import type { StudyModel } from '@intermodel/studies';
import { concatMap, from, lastValueFrom, map } from 'rxjs';
import { countMissing } from './count-missing.ts';
import { countOverlaps, coveringMaps } from './count-overlaps.ts';
import type { DissectedLayer, DissectedModel } from './dissect-events.ts';
import { drawNulls } from './draw-nulls.ts';
import { findThresholds } from './find-thresholds.ts';
import { finishLayer, recountOverlaps } from './finish-layer.ts';
import type { GroupContext } from './group-context.ts';
import { countOf, readImages, type GroupImages } from './group-images.ts';
import {
  jobsOf,
  openLayer,
  readMatches,
  readTested,
  storeMatches,
  type GroupLayer,
  type Job,
  type StoredMatches,
} from './group-layer.ts';
import { LabelKinds } from './label-kinds.ts';
import { resampleLayer } from './resample-layer.ts';

/** Models that share decoded images, with what is stored of their layers. */
export class DissectionGroup {
  readonly #context: GroupContext;
  readonly #labels: LabelKinds;
  readonly #layers: readonly GroupLayer[];
  readonly #keepsModels: boolean;
  #images: Promise<GroupImages> | undefined;

  /**
   * @param context store and passes of the group
   * @param models its models, at least one
   * @param keepsModels whether they stay open behind a pass
   */
  constructor(context: GroupContext, models: readonly PlacedModel[], keepsModels: boolean) {
    const [first] = models;
    if (first === undefined) throw new RangeError('DissectionGroup: a group has at least one model');
    this.#context = context;
    this.#keepsModels = keepsModels;
    this.#labels = new LabelKinds(context, first.model);
    this.#layers = models.flatMap(({ places }) => places.map((place) => openLayer(context, place, this.#labels)));
  }

  /** Makes what comes out of a pass over the images. */
  async makePass(steps: readonly GraphStep[]): Promise<void> {
    const { keeps, pass } = this.#context;
    await countMissing(this.#context, this.#layers, this.#labels, steps);
    // The models are not needed any more, unless maps turn out not to suffice: their memory is.
    if (keeps && !this.#keepsModels) pass.models.closeBeside();
  }

  /** Makes thresholds, overlaps, matches, null replicates and those over images of a layer under one preset. */
  async makeLayer(place: LayerPlace, preset: DissectionPreset, steps: readonly GraphStep[]): Promise<void> {
    const context = this.#context;
    const { describe } = context;
    const job = this.#job(place, preset);
    const shards = await this.#shards();
    const drawn = steps.filter(({ family }) => family.kind === 'nulls');
    const resampled = steps.filter(({ family }) => family.kind === 'replicates');
    const asksMatches = steps.some(({ family }) => family === describe.matches(place, preset));
    if (asksMatches) await this.#makeMatches(job, shards);
    if (drawn.length > 0) await drawNulls(context, job, shards, drawn, (await this.#matchesOf(job, shards)).matches);
    if (resampled.length > 0)
      await resampleLayer(
        context,
        this.#layerAt(place),
        shards,
        resampled,
        (await this.#matchesOf(job, shards)).matches,
      );
    if (asksMatches || drawn.length + resampled.length === steps.length) return;
    const thresholds = await lastValueFrom(findThresholds(context, job, shards));
    const asked = steps
      .filter(({ family }) => family === describe.overlaps(place, preset))
      .map(({ index }) => describe.shards[index] as ImageShard)
      .filter((shard) => shards.includes(shard));
    if (asked.length > 0) await lastValueFrom(countOverlaps(context, job, asked, thresholds));
  }

  /** Images of all shards, counted and passed over; warns of the latter. */
  images(): Promise<GroupImages> {
    return (this.#images ??= readImages(this.#context, this.#labels.of(this.#context.study.matching)));
  }

  /** Images that were counted, by their numbers. */
  async countedImages(): Promise<readonly LabelledImageEntry[]> {
    const images = await this.images();
    return this.#context.describe.shards.flatMap((shard) => {
      const counted = new Set(images.get(shard)?.images);
      return shard.entries.filter(({ image }) => counted.has(image));
    });
  }

  /** What came of a layer whose matches are stored. */
  async layer(place: LayerPlace): Promise<DissectedLayer> {
    const context = this.#context;
    const { layer, main, diff } = this.#layerAt(place);
    const images = await this.images();
    const shards = await this.#shards();
    const { shape, ...matches } = await this.#matchesOf(main, shards);
    const tested = context.describe.concluded(place, main.preset);
    const again = async () => {
      const overlaps = await lastValueFrom(recountOverlaps(context, main, shards));
      await context.pass.models.close();
      return overlaps;
    };
    return {
      ...matches,
      survival: undefined,
      ...(tested === context.describe.matches(place, main.preset) ? {} : await readTested(context, tested.only)),
      layer: shape.layer,
      mapHeight: shape.mapHeight,
      mapWidth: shape.mapWidth,
      place,
      overlaps: () => (main.matches?.overlaps === undefined ? again() : Promise.resolve(main.matches.overlaps)),
      top: () => layer.strongest((shard) => countOf(images, shard)),
      diff: diff === undefined ? undefined : await this.#matchesOf(diff, shards),
    };
  }

  /**
   * Where units of a layer fire, and where their concepts lie, over all images; undefined for no units. Where no maps are
   * kept the model is run again.
   */
  async places(place: LayerPlace, units: readonly PlacedUnit[]): Promise<readonly UnitPlaces[] | undefined> {
    const context = this.#context;
    if (units.length === 0) return undefined;
    const { main } = this.#layerAt(place);
    const shards = await this.#shards();
    const thresholds = await lastValueFrom(findThresholds(context, main, shards));
    return lastValueFrom(
      from(shards).pipe(
        map((shard) => ({
          kept: () => coveringMaps(context, main, shard, thresholds),
          labels: () => main.labels.read(shard),
        })),
        sumPlaces({
          ...{ thresholds, units, vocabulary: context.concepts.concepts },
          ...{ ignore: context.ignore, preset: main.preset },
        }),
      ),
    );
  }

  /** What came of a model whose matches are stored: consumers of the caller's own conclude. */
  async dissected(model: StudyModel): Promise<DissectedModel> {
    await this.settled();
    const own = this.#layersOf(model);
    const shards = await this.#shards();
    for (const { own: consumers } of own) for (const consumer of consumers) await consumer.conclude(shards);
    const layers: DissectedLayer[] = [];
    for (const { place } of own) layers.push(await this.layer(place));
    return { kind: 'model', model, layers, images: await this.countedImages() };
  }

  /** Lets go of the counts of a model. */
  release(model: StudyModel): void {
    for (const layer of this.#layersOf(model)) {
      layer.layer.release();
      for (const job of jobsOf(layer)) if (job.matches !== undefined) job.matches.overlaps = undefined;
    }
  }

  /** Waits until all is stored and told; only then is it known what went wrong. */
  async settled(): Promise<void> {
    for (const { layer } of this.#layers) await layer.settled();
    await this.#context.shards.settled();
    await this.#context.steps.settled();
  }

  /** Closes the models. */
  async close(): Promise<void> {
    await this.#context.pass.models.close();
  }

  /** Ends all work: what is written beside it must not go on once the store is given free. */
  async stop(): Promise<void> {
    await Promise.allSettled([
      this.#context.shards.settled(),
      this.#context.steps.settled(),
      ...this.#layers.map(({ layer }) => layer.settled()),
    ]);
    await this.#context.pass.models.stop();
  }

  async #matchesOf(job: Job, shards: readonly ImageShard[]): Promise<StoredMatches> {
    return (job.matches ??= (await readMatches(this.#context, job)) ?? (await this.#makeMatches(job, shards)));
  }

  async #makeMatches(job: Job, shards: readonly ImageShard[]): Promise<StoredMatches> {
    const context = this.#context;
    return (job.matches = await lastValueFrom(
      finishLayer(context, job, shards).pipe(concatMap((result) => storeMatches(context, job, result))),
    ));
  }

  /** Shards that have images which can be used. */
  async #shards(): Promise<readonly ImageShard[]> {
    const images = await this.images();
    return this.#context.describe.shards.filter((shard) => countOf(images, shard) > 0);
  }

  #layersOf(model: StudyModel): readonly GroupLayer[] {
    return this.#layers.filter(({ place }) => place.model === model);
  }

  #layerAt(place: LayerPlace): GroupLayer {
    const layer = this.#layers.find((each) => each.place === place);
    if (layer === undefined) throw new RangeError(`${place.model.name} ${place.layer} is no layer of this group`);
    return layer;
  }

  #job(place: LayerPlace, preset: DissectionPreset): Job {
    const job = jobsOf(this.#layerAt(place)).find((each) => each.preset === preset);
    if (job === undefined) throw new RangeError(`${place.model.name} ${place.layer} has no such preset`);
    return job;
  }
}
