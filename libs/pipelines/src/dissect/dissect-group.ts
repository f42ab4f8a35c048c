import type { DissectionPreset, DissectionResult } from '@intermodel/concept-matching';
import { noLabelsError, turnedWarnings, type ImageShard } from '@intermodel/data-loading';
import {
  unitMatchSchema,
  unitThresholdSchema,
  type ActivationShape,
  type UnitMatchBatch,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import { jsonPart, readJsonPart, stepKey } from '@intermodel/steps';
import { arrowFileBytes, InputError, readArrowBytes } from '@intermodel/streams';
import type { StudyModel } from '@intermodel/studies';
import { concatMap, lastValueFrom } from 'rxjs';
import { countLayer } from './count-pass.ts';
import type { DissectedLayer, DissectedModel, LayerMatches } from './dissect-events.ts';
import type { LayerPlace } from './dissection-steps.ts';
import { finishLayer, recountOverlaps } from './finish-layer.ts';
import type { GroupContext } from './group-context.ts';
import type { LayerJob } from './layer-job.ts';
import type { PlacedModel } from './model-facts.ts';
import type { PassConsumer, PassTask } from './run-pass.ts';
import { ShardLabels, type ShardImages } from './shard-labels.ts';
import { StoredLayer } from './stored-layer.ts';

/** Matches of a layer with what else is needed to tell of it. */
interface StoredMatches extends LayerMatches {
  readonly shape: ActivationShape;
  /** Counts of a layer that was just dissected. */
  overlaps: DissectionResult['overlaps'] | undefined;
}

/** A layer under one preset, and what came of it. */
interface Job extends LayerJob {
  matches: StoredMatches | undefined;
}

/** A layer with the presets it is dissected under. */
interface Layer {
  readonly model: StudyModel;
  readonly layer: StoredLayer;
  readonly main: Job;
  readonly diff: Job | undefined;
  readonly wantsStrongest: boolean;
}

/** What a dissection of models tells. */
export interface GroupListener {
  /** Is told once the labels are stored, under the study's preset, and waited for. @default nobody is told */
  readonly onLabels?: ((labels: ShardLabels) => Promise<void>) | undefined;
  /** Is told of each model that is done, and waited for. */
  readonly onModel: (model: DissectedModel) => Promise<void>;
}

/** Dissects models that share decoded images: runs what is not stored, and tells of each model when it is done. */
export async function dissectGroup(
  context: GroupContext,
  models: readonly PlacedModel[],
  { onLabels, onModel }: GroupListener,
): Promise<void> {
  const [first] = models;
  if (first === undefined) return;
  const { study, describe, keeps, pass } = context;
  const labels = new LabelKinds(context, first.model);
  const layers: Layer[] = [];
  for (const { model, places } of models)
    for (const place of places) layers.push(await openLayer(context, model, place, labels));
  try {
    await countMissing(context, layers, labels);
    // The models are not needed any more, unless maps turn out not to suffice: their memory is.
    if (keeps) pass.models.closeBeside();
    const images = await readImages(context, labels.of(study.matching));
    await onLabels?.(labels.of(study.matching));
    const shards = describe.shards.filter((shard) => countOf(images, shard) > 0);
    for (const { model } of models) {
      const own = layers.filter((each) => each.model === model);
      for (const job of own.flatMap(jobsOf))
        job.matches ??= await lastValueFrom(
          finishLayer(context, job, shards).pipe(concatMap((result) => storeMatches(context, job, result))),
        );
      await tell(context, model, own, images, onModel);
    }
  } catch (error) {
    // What is written beside the work must not go on once the store is given free.
    await Promise.allSettled([
      context.shards.settled(),
      context.steps.settled(),
      ...layers.map(({ layer }) => layer.settled()),
    ]);
    throw error;
  }
}

/** Labels under each way to treat pixels that nobody judged: one way for most studies. */
class LabelKinds {
  readonly #kinds = new Map<string, ShardLabels>();
  readonly #open: (preset: DissectionPreset) => ShardLabels;

  constructor(context: GroupContext, model: StudyModel) {
    this.#open = (preset) => new ShardLabels(context, model, preset);
    this.of(context.study.matching);
    if (context.study.diff !== undefined) this.of(context.study.diff.matching);
  }

  get all(): readonly ShardLabels[] {
    return [...this.#kinds.values()];
  }

  of(preset: DissectionPreset): ShardLabels {
    const known = this.#kinds.get(preset.ignoredPixels);
    if (known !== undefined) return known;
    const labels = this.#open(preset);
    this.#kinds.set(preset.ignoredPixels, labels);
    return labels;
  }
}

async function openLayer(
  context: GroupContext,
  model: StudyModel,
  place: LayerPlace,
  labels: LabelKinds,
): Promise<Layer> {
  const { study, steps, describe } = context;
  const presets = [study.matching, ...(study.diff === undefined ? [] : [study.diff.matching])];
  const layer = new StoredLayer(context, place, presets);
  const open = async (preset: DissectionPreset): Promise<Job> => ({
    layer,
    preset,
    labels: labels.of(preset),
    matches: await readMatches(context, layer, preset),
  });
  const wantsStrongest =
    study.gallery.units > 0 && (await steps.read(describe.gallery(place, study.matching), 'gallery')) === undefined;
  return {
    model,
    layer,
    main: await open(study.matching),
    diff: study.diff === undefined ? undefined : await open(study.diff.matching),
    wantsStrongest,
  };
}

function jobsOf({ main, diff }: Layer): Job[] {
  return diff === undefined ? [main] : [main, diff];
}

/** Runs the shards of which counts, strongest images or labels are missing, in one pass over their images. */
async function countMissing(context: GroupContext, layers: readonly Layer[], labels: LabelKinds): Promise<void> {
  const { pass, shards, keeps, threads } = context;
  const { tasks, wantedLabels } = await planPass(context, layers, labels);
  if (tasks.length === 0) return;
  // Threads that are needed after the pass start beside it.
  if (keeps && tasks.some(({ places }) => places.length > 0)) threads();
  const consumers: PassConsumer[] = labels.all.map((kind) => kind.consumer(wantedLabels.get(kind) ?? new Set()));
  const counted: StoredLayer[] = [];
  for (const { layer } of layers) {
    const own = tasks.filter(({ places }) => places.includes(layer.place)).map(({ shard }) => shard);
    if (own.length === 0) continue;
    consumers.push(await countLayer(layer, own));
    counted.push(layer);
  }
  const tellOf = shards.begin(tasks.length);
  await pass.run(tasks, consumers, (task, skipped, stored) => {
    const maps = counted
      .filter(({ place }) => task.places.includes(place))
      .map((layer) => stored.then(() => layer.settled()));
    tellOf(task, skipped, [stored, ...maps]);
  });
}

/** Finds the shards that have to be run, the layers that are wanted of each, and the labels. */
async function planPass(
  context: GroupContext,
  layers: readonly Layer[],
  labels: LabelKinds,
): Promise<{
  readonly tasks: readonly PassTask[];
  readonly wantedLabels: ReadonlyMap<ShardLabels, ReadonlySet<ImageShard>>;
}> {
  const { describe, steps, study } = context;
  const tasks: PassTask[] = [];
  const wantedLabels = new Map(labels.all.map((kind) => [kind, new Set<ImageShard>()]));
  const settled = new Map<Job, boolean>();
  for (const job of layers.flatMap(jobsOf))
    settled.set(job, job.matches !== undefined || (await steps.has(describe.thresholds(job.layer.place, job.preset))));
  for (const shard of describe.shards) {
    let isLabelled = true;
    for (const kind of labels.all) {
      if (await kind.has(shard)) continue;
      wantedLabels.get(kind)?.add(shard);
      isLabelled = false;
    }
    // Where all images of a shard are bad, there is nothing to count.
    const isEmpty = isLabelled && (await labels.of(study.matching).readImages(shard)).images.length === 0;
    const places: LayerPlace[] = [];
    for (const each of isEmpty ? [] : layers) {
      const wantsCounts = await needsCounts(context, jobsOf(each), settled, shard);
      if (
        (wantsCounts && !(await each.layer.has(shard))) ||
        (each.wantsStrongest && !(await each.layer.hasStrongest(shard)))
      )
        places.push(each.layer.place);
    }
    if (places.length > 0 || !isLabelled) tasks.push({ shard, places });
  }
  return { tasks, wantedLabels };
}

/** Whether the maps or counts of a shard are needed by any of a layer's jobs. */
async function needsCounts(
  { steps, describe, study }: GroupContext,
  jobs: readonly Job[],
  settled: ReadonlyMap<Job, boolean>,
  shard: ImageShard,
): Promise<boolean> {
  if (study.runtime.sketch !== undefined) return false;
  for (const job of jobs) {
    if (job.matches !== undefined) continue;
    if (settled.get(job) !== true || !(await steps.has(describe.overlaps(shard, job.layer.place, job.preset))))
      return true;
  }
  return false;
}

/** Images of all shards by shard; warns of those that were passed over, and of those that EXIF calls to turn. */
async function readImages(
  { study, describe, onEvent }: GroupContext,
  labels: ShardLabels,
): Promise<ReadonlyMap<ImageShard, ShardImages>> {
  const images = new Map<ImageShard, ShardImages>();
  for (const shard of describe.shards) {
    const own = await labels.readImages(shard);
    for (const { image, message } of own.skipped)
      onEvent({ kind: 'warning', subject: image, text: `passed over: ${problemOf(message)}` });
    images.set(shard, own);
  }
  const all = [...images.values()];
  const { data } = study;
  const [firstBad, ...otherBad] = all.flatMap(({ skipped }) => skipped);
  const counted = all.reduce((sum, { images: own }) => sum + own.length, 0);
  for (const { message } of turnedWarnings(
    all.flatMap(({ turned }) => turned),
    counted,
    data.exif,
  ))
    onEvent({ kind: 'warning', subject: data.root ?? data.images ?? '', text: message });
  if (counted === 0 && firstBad !== undefined) {
    throw new InputError(
      'IMAGES_ALL_BAD',
      `all ${String(1 + otherBad.length)} images were passed over, since they or their labels cannot be used; the first, ${firstBad.image}: ${problemOf(firstBad.message)}`,
      {
        file: data.root ?? data.images ?? '',
        expected: 'at least one image that can be used',
        hint: 'Mend the files; without --skip-bad (data.skipBad of a study file) a run ends with the first that cannot be used.',
      },
    );
  }
  if (all.every(({ planes }) => planes === 0)) throw noLabelsError(counted, data.root ?? data.labels ?? data.images);
  return images;
}

/** Of an error's message only what is wrong: what to do about a file that ends a run is not what to do here. */
function problemOf(message: string): string {
  return message.split('\n', 1).join('');
}

function countOf(images: ReadonlyMap<ImageShard, ShardImages>, shard: ImageShard): number {
  return images.get(shard)?.images.length ?? 0;
}

/** Stores the matches of a layer. */
async function storeMatches(
  { steps, describe }: GroupContext,
  { layer, preset }: Job,
  result: DissectionResult,
): Promise<StoredMatches> {
  const begun = performance.now();
  const step = describe.matches(layer.place, preset);
  const { summary, images, matches, thresholds, overlaps, shape } = result;
  await steps.writeBeside(
    step,
    {
      matches: arrowFileBytes(unitMatchSchema, [matches]),
      thresholds: arrowFileBytes(unitThresholdSchema, [thresholds]),
      summary: jsonPart({ summary, images, shape }),
    },
    performance.now() - begun,
  );
  return { matches, thresholds, overlaps, summary, images, shape, key: stepKey(step) };
}

async function readMatches(
  { steps, describe }: GroupContext,
  layer: StoredLayer,
  preset: DissectionPreset,
): Promise<StoredMatches | undefined> {
  const step = describe.matches(layer.place, preset);
  if (!(await steps.has(step))) return undefined;
  const [matches, thresholds, summary] = [
    await steps.read(step, 'matches'),
    await steps.read(step, 'thresholds'),
    await steps.read(step, 'summary'),
  ];
  if (matches === undefined || thresholds === undefined || summary === undefined) return undefined;
  const record = readJsonPart(summary) as Pick<StoredMatches, 'summary' | 'images' | 'shape'>;
  return {
    ...record,
    shape: layer.shapeHere(record.shape),
    matches: readArrowBytes(matches, 'matches of a stored step').batches[0] as unknown as UnitMatchBatch,
    thresholds: readArrowBytes(thresholds, 'thresholds of a stored step').batches[0] as unknown as UnitThresholdBatch,
    overlaps: undefined,
    key: stepKey(step),
  };
}

/** Tells of a model that is done and stored; its counts are let go afterwards. */
async function tell(
  context: GroupContext,
  model: StudyModel,
  layers: readonly Layer[],
  images: ReadonlyMap<ImageShard, ShardImages>,
  onModel: (model: DissectedModel) => Promise<void>,
): Promise<void> {
  for (const { layer } of layers) await layer.settled();
  await context.shards.settled();
  // Only then all is stored, or it is known what went wrong.
  await context.steps.settled();
  const entries = context.describe.shards.flatMap((shard) => {
    const counted = new Set(images.get(shard)?.images);
    return shard.entries.filter(({ image }) => counted.has(image));
  });
  await onModel({
    kind: 'model',
    model,
    layers: layers.map((layer) => dissectedLayer(context, layer, images)),
    images: entries,
  });
  for (const layer of layers) {
    layer.layer.release();
    for (const job of jobsOf(layer)) if (job.matches !== undefined) job.matches.overlaps = undefined;
  }
}

function dissectedLayer(
  context: GroupContext,
  { layer, main, diff }: Layer,
  images: ReadonlyMap<ImageShard, ShardImages>,
): DissectedLayer {
  const { shape, ...matches } = main.matches as StoredMatches;
  const shards = context.describe.shards.filter((shard) => countOf(images, shard) > 0);
  const again = async () => {
    const overlaps = await lastValueFrom(recountOverlaps(context, main, shards));
    await context.pass.models.close();
    return overlaps;
  };
  return {
    ...matches,
    layer: shape.layer,
    mapHeight: shape.mapHeight,
    mapWidth: shape.mapWidth,
    place: layer.place,
    overlaps: () => (main.matches?.overlaps === undefined ? again() : Promise.resolve(main.matches.overlaps)),
    top: () => layer.strongest((shard) => countOf(images, shard)),
    diff: diff?.matches,
  };
}
