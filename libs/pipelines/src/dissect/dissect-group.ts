import { dissectionResult, type DissectionPreset, type DissectionResult } from '@intermodel/concept-matching';
import { noLabelsError, turnedWarnings } from '@intermodel/data-loading';
import type { OverlapState } from '@intermodel/numerics';
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
import type { DissectedLayer, DissectedModel, LayerMatches } from './dissect-events.ts';
import type { LayerPlace } from './dissection-steps.ts';
import type { PassTask } from './forward-pass.ts';
import type { GroupContext } from './group-context.ts';
import type { ImageShard } from '../images/image-shards.ts';
import { LayerMaps } from './layer-maps.ts';
import { countOverlaps, streamOverlaps } from './layer-overlaps.ts';
import { readThresholds, selectThresholds, streamThresholds, type LayerThresholds } from './layer-thresholds.ts';
import { ShardLabels, type ShardImages } from './shard-labels.ts';

/** A layer under one preset. */
interface Job {
  readonly maps: LayerMaps;
  readonly preset: DissectionPreset;
  readonly labels: ShardLabels;
  thresholds: LayerThresholds | undefined;
  matches: StoredMatches | undefined;
}

/** Matches of a layer with what else is needed to tell of it. */
interface StoredMatches extends LayerMatches {
  readonly shape: ActivationShape;
  /** Counts of a layer that was just dissected. */
  overlaps: DissectionResult['overlaps'] | undefined;
}

/** A layer with the presets it is dissected under. */
interface Layer {
  readonly place: LayerPlace;
  readonly maps: LayerMaps;
  readonly main: Job;
  readonly diff: Job | undefined;
  readonly wantsTop: boolean;
}

/** Dissects models that share decoded images: runs what is not stored, and tells of each model when it is done. */
export async function dissectGroup(
  context: GroupContext,
  models: readonly { readonly model: StudyModel; readonly places: readonly LayerPlace[] }[],
  onModel: (model: DissectedModel) => Promise<void>,
): Promise<void> {
  const [first] = models;
  if (first === undefined) return;
  const labels = new LabelKinds(context, first.model);
  const layers: (Layer & { readonly model: StudyModel })[] = [];
  for (const { model, places } of models)
    for (const place of places) layers.push({ model, ...(await openLayer(context, place, labels)) });
  try {
    await dissectLayers(
      context,
      models.map(({ model }) => model),
      layers,
      labels,
      onModel,
    );
  } catch (error) {
    // What is written beside the work must not go on once the store is given free.
    await Promise.allSettled([
      context.shards.settled(),
      context.steps.settled(),
      ...layers.map(({ maps }) => maps.settled()),
    ]);
    throw error;
  }
}

async function dissectLayers(
  context: GroupContext,
  models: readonly StudyModel[],
  layers: readonly (Layer & { readonly model: StudyModel })[],
  labels: LabelKinds,
  onModel: (model: DissectedModel) => Promise<void>,
): Promise<void> {
  const { study, describe } = context;
  const jobs = layers.flatMap(jobsOf);
  await countMissing(context, layers, jobs, labels);
  // The models are not needed any more, unless maps turn out not to suffice: their memory is.
  if (!streams(context)) context.pass.closeBeside();
  const images = await readImages(context, labels.of(study.matching));
  await context.onLabels?.(labels.of(study.matching));
  const shards = describe.shards.filter((shard) => countOf(images, shard) > 0);
  const open = jobs.filter(({ matches }) => matches === undefined);
  for (const job of open) job.thresholds = await readThresholds(context, job);
  if (!streams(context)) {
    for (const model of models) {
      for (const layer of layers.filter((each) => each.model === model))
        for (const job of jobsOf(layer)) job.matches ??= await finishJob(context, job, shards);
      await tell(
        context,
        model,
        layers.filter((each) => each.model === model),
        images,
        onModel,
      );
    }
    return;
  }
  const unsettled = open.filter(({ thresholds }) => thresholds === undefined);
  if (unsettled.length > 0) await streamThresholds(context, unsettled, shards);
  for (const job of unsettled) job.thresholds = await readThresholds(context, job);
  if (open.length > 0)
    await streamOverlaps(
      context,
      open.map((job) => ({ ...job, thresholds: job.thresholds as LayerThresholds })),
      shards,
    );
  for (const job of open) job.matches = await finishJob(context, job, shards);
  for (const model of models)
    await tell(
      context,
      model,
      layers.filter((each) => each.model === model),
      images,
      onModel,
    );
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

/** Whether maps are not kept, so that each step needs a pass of its own. */
function streams({ study }: GroupContext): boolean {
  return study.runtime.secondPass || study.runtime.sketch !== undefined;
}

async function openLayer(context: GroupContext, place: LayerPlace, labels: LabelKinds): Promise<Layer> {
  const { study, steps, describe } = context;
  const presets = [study.matching, ...(study.diff === undefined ? [] : [study.diff.matching])];
  const maps = new LayerMaps(context, place, presets);
  const open = async (preset: DissectionPreset): Promise<Job> => ({
    maps,
    preset,
    labels: labels.of(preset),
    thresholds: undefined,
    matches: await readMatches(context, maps, preset),
  });
  const wantsTop =
    study.gallery.units > 0 && (await steps.read(describe.gallery(place, study.matching), 'gallery')) === undefined;
  return {
    place,
    maps,
    main: await open(study.matching),
    diff: study.diff === undefined ? undefined : await open(study.diff.matching),
    wantsTop,
  };
}

function jobsOf({ main, diff }: Layer): Job[] {
  return diff === undefined ? [main] : [main, diff];
}

/** Runs the shards of which counts, top images or labels are missing, in one pass over their images. */
async function countMissing(
  context: GroupContext,
  layers: readonly Layer[],
  jobs: readonly Job[],
  labels: LabelKinds,
): Promise<void> {
  const { describe, steps, study, pass } = context;
  const tasks: (PassTask & { readonly labels: readonly ShardLabels[] })[] = [];
  const settled = new Map<Job, boolean>();
  for (const job of jobs)
    settled.set(job, job.matches !== undefined || (await steps.has(describe.thresholds(job.maps.place, job.preset))));
  for (const shard of describe.shards) {
    const wantedLabels: ShardLabels[] = [];
    for (const kind of labels.all) if (!(await kind.has(shard))) wantedLabels.push(kind);
    // Where all images of a shard are bad, there is nothing to count.
    const empty = wantedLabels.length === 0 && (await labels.of(study.matching).readImages(shard)).images.length === 0;
    const places: LayerPlace[] = [];
    for (const layer of empty ? [] : layers) {
      const wantsCounts = await needsCounts(context, jobsOf(layer), settled, shard);
      if ((wantsCounts && !(await layer.maps.has(shard))) || (layer.wantsTop && !(await layer.maps.hasTop(shard))))
        places.push(layer.place);
    }
    if (places.length > 0 || wantedLabels.length > 0)
      tasks.push({ shard, places, labels: wantedLabels, wantsLabels: wantedLabels.length > 0 });
  }
  if (tasks.length === 0) return;
  // Threads that are needed after the pass start beside it.
  if (!streams(context) && tasks.some(({ places }) => places.length > 0)) context.threads();
  const byPlace = new Map(layers.map((layer) => [layer.place, layer.maps]));
  for (const [place, maps] of byPlace)
    if (tasks.some(({ places }) => places.includes(place)))
      await maps.begin(
        describe.shards.filter((shard) => !tasks.some((task) => task.shard === shard && task.places.includes(place))),
      );
  const labelsOf = (task: PassTask) => tasks.find(({ shard }) => shard === task.shard)?.labels ?? [];
  const tellOf = context.shards.begin(tasks.length);
  let ending: Promise<void> | undefined;
  await pass.run(tasks, {
    beginShard: (task) => {
      for (const kind of labelsOf(task)) kind.begin(task.shard);
      for (const place of task.places) byPlace.get(place)?.beginShard(task.shard);
    },
    labels: (task, image, planes, isTurned) => {
      for (const kind of labelsOf(task)) kind.add(image, planes, isTurned);
    },
    activations: (_, place, shape, images) => {
      byPlace.get(place)?.add(shape, images);
    },
    endShard: (task, skipped, times) => {
      // What was counted is taken before the next image comes; what is taken is then stored one by one.
      const counted = task.places.flatMap((place) => byPlace.get(place) ?? []);
      const kinds = labelsOf(task);
      const ended = Promise.all([
        ...kinds.map((kind) => kind.end(task.shard, skipped, times.labels / kinds.length)),
        ...counted.map((maps) => maps.end(task.shard, times.places.get(maps.place) ?? 0)),
      ]).then(() => undefined);
      tellOf(task, skipped.length, [ended, ...counted.map((maps) => maps.settled())]);
      ended.catch(() => undefined);
      // The pass waits for the shard before: the last one is stored while the work goes on.
      const before = ending;
      ending = ended;
      return before;
    },
  });
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
    if (settled.get(job) !== true || !(await steps.has(describe.overlaps(shard, job.maps.place, job.preset))))
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

/** Goes from the counts of a layer to its matches, and stores them. */
async function finishJob(context: GroupContext, job: Job, shards: readonly ImageShard[]): Promise<StoredMatches> {
  const { maps, preset, labels } = job;
  const thresholds =
    job.thresholds ?? (await readThresholds(context, job)) ?? (await selectThresholds(context, job, shards));
  job.thresholds = thresholds;
  const overlaps = await countOverlaps(context, { maps, preset, labels, thresholds }, shards);
  return storeMatches(context, job, thresholds, overlaps);
}

async function storeMatches(
  { steps, describe, concepts }: GroupContext,
  { maps, preset }: Job,
  thresholds: LayerThresholds,
  overlaps: OverlapState,
): Promise<StoredMatches> {
  const begun = performance.now();
  const { shape } = thresholds;
  const step = describe.matches(maps.place, preset);
  const result = dissectionResult(shape, preset, concepts, thresholds, overlaps);
  const { summary, images } = result;
  await steps.writeBeside(
    step,
    {
      matches: arrowFileBytes(unitMatchSchema, [result.matches]),
      thresholds: arrowFileBytes(unitThresholdSchema, [result.thresholds]),
      summary: jsonPart({ summary, images, shape }),
    },
    performance.now() - begun,
  );
  return {
    matches: result.matches,
    thresholds: result.thresholds,
    overlaps: result.overlaps,
    summary,
    images,
    shape,
    key: stepKey(step),
  };
}

async function readMatches(
  { steps, describe }: GroupContext,
  maps: LayerMaps,
  preset: DissectionPreset,
): Promise<StoredMatches | undefined> {
  const step = describe.matches(maps.place, preset);
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
    shape: maps.shapeHere(record.shape),
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
  for (const { maps } of layers) await maps.settled();
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
    layer.maps.release();
    for (const job of jobsOf(layer)) if (job.matches !== undefined) job.matches.overlaps = undefined;
  }
}

function dissectedLayer(
  context: GroupContext,
  { place, maps, main, diff }: Layer,
  images: ReadonlyMap<ImageShard, ShardImages>,
): DissectedLayer {
  const { shape, ...matches } = main.matches as StoredMatches;
  const shards = context.describe.shards.filter((shard) => countOf(images, shard) > 0);
  const again = async () => {
    const thresholds =
      main.thresholds ?? (await readThresholds(context, main)) ?? (await selectThresholds(context, main, shards));
    const state = await countOverlaps(context, { ...main, thresholds }, shards);
    await context.pass.close();
    return dissectionResult(shape, main.preset, context.concepts, thresholds, state).overlaps;
  };
  return {
    ...matches,
    layer: shape.layer,
    mapHeight: shape.mapHeight,
    mapWidth: shape.mapWidth,
    place,
    overlaps: () => (main.matches?.overlaps === undefined ? again() : Promise.resolve(main.matches.overlaps)),
    top: () => maps.top((shard) => countOf(images, shard)),
    diff: diff?.matches,
  };
}
