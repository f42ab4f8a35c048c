import type { LayerPlace } from '@intermodel/inputs';
import type { DissectionPreset, DissectionResult } from '@intermodel/concept-matching';
import {
  matchSchemaOf,
  unitThresholdSchema,
  type ActivationShape,
  type UnitMatchBatch,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import { jsonPart, readJsonPart, stepKey } from '@intermodel/steps';
import { arrowFileBytes, readArrowBytes } from '@intermodel/streams';
import { matchingsOf, type StudyModel } from '@intermodel/studies';
import { lastValueFrom } from 'rxjs';
import type { DissectedLayer, LayerMatches } from './dissect-events.ts';
import { recountOverlaps } from './finish-layer.ts';
import type { GroupContext } from './group-context.ts';
import { countOf, type GroupImages } from './group-images.ts';
import type { LabelKinds } from './label-kinds.ts';
import type { LayerJob } from './layer-job.ts';
import { OwnConsumer } from './own-consumer.ts';
import { StoredLayer } from './stored-layer.ts';

/** Matches of a layer with what else is needed to tell of it. */
export interface StoredMatches extends LayerMatches {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** Counts of a layer that was just dissected. */
  overlaps: DissectionResult['overlaps'] | undefined;
}

/** A layer under one preset, and what came of it. */
export interface Job extends LayerJob {
  /** Matches; undefined: not found yet. */
  matches: StoredMatches | undefined;
}

/** A layer with the presets it is dissected under. */
export interface GroupLayer {
  /** Its model. */
  readonly model: StudyModel;
  /** What is stored of it. */
  readonly layer: StoredLayer;
  /** Under the preset of the study. */
  readonly main: Job;
  /** Under the preset that it is compared with. */
  readonly diff: Job | undefined;
  /** Consumers of the caller's own. */
  readonly own: readonly OwnConsumer[];
  /** Whether the images that drive its units most are wanted, since no gallery is stored. */
  readonly wantsStrongest: boolean;
}

/** Opens a layer: reads what is stored of it. */
export async function openLayer(
  context: GroupContext,
  model: StudyModel,
  place: LayerPlace,
  labels: LabelKinds,
): Promise<GroupLayer> {
  const { study, steps, describe } = context;
  const presets = matchingsOf(study);
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
    diff: study.diffMatching === undefined ? undefined : await open(study.diffMatching),
    wantsStrongest,
    own: context.consumers.map((consumer) => new OwnConsumer(context, place, consumer)),
  };
}

/** The presets that a layer is dissected under. */
export function jobsOf({ main, diff }: GroupLayer): Job[] {
  return diff === undefined ? [main] : [main, diff];
}

/** Stores the matches of a layer. */
export async function storeMatches(
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
      matches: arrowFileBytes(matchSchemaOf(matches), [matches]),
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
  const matches = await steps.read(step, 'matches');
  const thresholds = await steps.read(step, 'thresholds');
  const summary = await steps.read(step, 'summary');
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

/** What is told of a layer that is done. */
export function dissectedLayer(
  context: GroupContext,
  { layer, main, diff }: GroupLayer,
  images: GroupImages,
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
