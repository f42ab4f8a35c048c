import type { LayerPlace } from '@intermodel/inputs';
import { bothNearby, type DissectionPreset, type DissectionResult, type Nearby } from '@intermodel/concept-matching';
import {
  isTested,
  matchSchemaOf,
  unitThresholdSchema,
  type ActivationShape,
  type UnitMatchBatch,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import { jsonPart, readJsonPart, type GraphStep } from '@intermodel/steps';
import { countSurvivors } from '@intermodel/significance';
import { arrowFileBytes, column, readArrowBytes, readNumbers } from '@intermodel/streams';
import { gateOf, matchingsOf } from '@intermodel/studies';
import { lastValueFrom, of } from 'rxjs';
import type { LayerMatches, LayerSurvival } from './dissect-events.ts';
import type { GroupContext } from './group-context.ts';
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
  /** Model and tensor. */
  readonly place: LayerPlace;
  /** What is stored of it. */
  readonly layer: StoredLayer;
  /** Under the preset of the study. */
  readonly main: Job;
  /** Under the preset that it is compared with. */
  readonly diff: Job | undefined;
  /** Under those of which it needs the thresholds alone. */
  readonly nearby: Nearby<Job> | undefined;
  /** Consumers of the caller's own. */
  readonly own: readonly OwnConsumer[];
}

/** Opens a layer; nothing is read yet. */
export function openLayer(context: GroupContext, place: LayerPlace, labels: LabelKinds): GroupLayer {
  const { study } = context;
  const { nearby } = context.describe;
  const presets = [...matchingsOf(study), ...bothNearby(nearby)];
  const layer = new StoredLayer(context, place, presets);
  const open = (preset: DissectionPreset): Job => ({ layer, preset, labels: labels.of(preset), matches: undefined });
  return {
    place,
    layer,
    main: open(study.matching),
    diff: study.diffMatching === undefined ? undefined : open(study.diffMatching),
    nearby: nearby === undefined ? undefined : { lower: open(nearby.lower), upper: open(nearby.upper) },
    own: context.consumers.map((consumer) => new OwnConsumer(context, place, consumer)),
  };
}

/** The presets that something of a layer is made under. */
export function jobsOf({ main, diff, nearby }: GroupLayer): Job[] {
  return [main, ...(diff === undefined ? [] : [diff]), ...bothNearby(nearby)];
}

/** Stores the matches of a layer. */
export async function storeMatches(
  { steps, describe }: GroupContext,
  { layer, preset }: Job,
  result: DissectionResult,
): Promise<StoredMatches> {
  const begun = performance.now();
  const step = describe.matches(layer.place, preset).only;
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
  return { matches, thresholds, overlaps, summary, images, shape, key: step.key };
}

/** Matches of a layer with their tests against chance and intervals, which are stored, and the key of these. */
export async function readTested(
  { steps, study }: GroupContext,
  step: GraphStep,
): Promise<Pick<StoredMatches, 'matches' | 'key'> & { readonly survival: LayerSurvival | undefined }> {
  const bytes = await steps.read(step, 'matches');
  if (bytes === undefined) throw new RangeError('readTested: the matches of this layer were not tested yet');
  const matches = readArrowBytes(bytes, 'tested matches of a stored step').batches[0] as unknown as UnitMatchBatch;
  if (!isTested(matches)) return { matches, key: step.key, survival: undefined };
  const survival = await lastValueFrom(of(matches).pipe(countSurvivors({ gate: gateOf(study) })));
  const total = (name: keyof LayerSurvival) => readNumbers(column(survival, name)).reduce((sum, each) => sum + each, 0);
  return {
    matches,
    key: step.key,
    survival: { significant: total('significant'), surviving: total('surviving') },
  };
}

/** Matches of a layer that are stored; undefined where they are not (any more). */
export async function readMatches(
  { steps, describe }: GroupContext,
  { layer, preset }: Job,
): Promise<StoredMatches | undefined> {
  const step = describe.matches(layer.place, preset).only;
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
    key: step.key,
  };
}
