import type { UnitCondition } from '@intermodel/numerics';
import {
  matchScoreOf,
  scoreColumn,
  unitThresholdSchema,
  type ActivationShape,
  type OverlapCountBatch,
  type SelectedThresholdBatch,
  type UnitConceptOverlapBatch,
  type UnitMatchBatch,
  type UnitThresholdBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, readNumbers } from '@intermodel/streams';
import { concatMap, map, of, type OperatorFunction } from 'rxjs';
import { listOverlaps } from '../overlaps/list-overlaps.ts';
import { readOverlapCounts } from '../overlaps/overlap-counts.ts';
import { indexConcepts, type Concept } from '../presets/concept-index.ts';
import { passesGate, type DissectionPreset } from '../presets/dissection-presets.ts';
import { readSelectedThresholds } from '../thresholds/selected-thresholds.ts';
import { matchConcepts } from './match-concepts.ts';

/** How many units of a layer are peculiar. */
export interface UnitSummary {
  /** All units. */
  readonly units: number;
  /** Units whose activations are all 0. */
  readonly dead: number;
  /** Units whose activations are all equal, but not 0. */
  readonly constant: number;
  /** Units with activations that are not finite; they have no threshold and are never active. */
  readonly invalid: number;
  /** Units without any active pixel, whatever the cause: the ones above, and those that saturate on too many pixels. */
  readonly neverActive: number;
  /** Units whose best concept passes the gate of the preset. */
  readonly detected: number;
}

/** What a dissection of one layer gives. */
export interface DissectionResult {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** One row a unit. */
  readonly thresholds: UnitThresholdBatch;
  /** Counts, from which any score can be computed again. */
  readonly overlaps: UnitConceptOverlapBatch;
  /** One row a unit. */
  readonly matches: UnitMatchBatch;
  /** What is peculiar about each unit. */
  readonly conditions: readonly UnitCondition[];
  /** How many units are peculiar. */
  readonly summary: UnitSummary;
  /** Images that were counted. */
  readonly images: number;
}

/** Options of {@link concludeDissection}. */
export interface ConcludeDissectionOptions {
  /** Thresholds that the overlaps were counted under. */
  readonly thresholds: SelectedThresholdBatch;
  /** Concepts that the labels can bear. */
  readonly vocabulary: readonly Concept[];
  /** All choices of method. */
  readonly preset: DissectionPreset;
  /** Finds the concept of every unit. @default matchConcepts */
  readonly match?: (options: {
    readonly preset: DissectionPreset;
    readonly categories: readonly string[];
  }) => OperatorFunction<UnitConceptOverlapBatch, UnitMatchBatch>;
}

/**
 * Goes from the overlaps of a layer, counted over all images, to its tables: lists the overlaps, matches concepts, adds
 * to the thresholds how many pixels exceed them, and sums up what is peculiar about the units.
 */
export function concludeDissection({
  thresholds,
  vocabulary,
  preset,
  match = matchConcepts,
}: ConcludeDissectionOptions): OperatorFunction<OverlapCountBatch, DissectionResult> {
  const categories = indexConcepts(vocabulary).categoryNames;
  return concatMap((counts) =>
    of(counts).pipe(
      listOverlaps({ vocabulary, preset }),
      concatMap((overlaps) =>
        of(overlaps).pipe(
          match({ preset, categories }),
          map((matches) => conclude(counts, thresholds, overlaps, checkMatchScore(matches, preset), preset)),
        ),
      ),
    ),
  );
}

/** Sees to it that matches bear the score that the gate of a preset is one of. @throws RangeError */
export function checkMatchScore(matches: UnitMatchBatch, preset: Pick<DissectionPreset, 'score'>): UnitMatchBatch {
  const [found, wanted] = [matchScoreOf(matches) ?? 'iou', preset.score];
  if (found !== wanted)
    throw new RangeError(
      `matches have the score ${found}, but their preset has a gate of ${wanted}: build them with matchSchema`,
    );
  return matches;
}

function conclude(
  counts: OverlapCountBatch,
  selected: SelectedThresholdBatch,
  overlaps: UnitConceptOverlapBatch,
  matches: UnitMatchBatch,
  preset: DissectionPreset,
): DissectionResult {
  const { shape, thresholds, conditions } = readSelectedThresholds('concludeDissection', selected);
  const { unitAreas, pixels, images } = readOverlapCounts('concludeDissection', counts).state;
  const { model, layer, units } = shape;
  if (matches.numRows !== units)
    throw new BatchSchemaError(
      'concludeDissection',
      'unit',
      `${String(units)} matches, one a unit`,
      `${String(matches.numRows)} rows`,
    );
  const count = (condition: UnitCondition) => conditions.filter((each) => each === condition).length;
  return {
    thresholds: buildBatch(unitThresholdSchema, {
      ...{ model: { value: model, rows: units }, layer: { value: layer, rows: units } },
      ...{ unit: Int32Array.from({ length: units }, (_, unit) => unit), threshold: thresholds },
      activeFraction: Float64Array.from(unitAreas, (area) => (pixels === 0 ? 0 : area / pixels)),
    }),
    ...{ shape, overlaps, matches, conditions, images },
    summary: {
      ...{ units, dead: count('dead'), constant: count('constant'), invalid: count('invalid') },
      neverActive: unitAreas.filter((area) => area === 0).length,
      detected: readNumbers(scoreColumn(matches)).filter((score) => passesGate(score, preset)).length,
    },
  };
}
