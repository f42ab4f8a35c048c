import {
  checkOverlapState,
  type OverlapState,
  type SelectedThresholds,
  type UnitCondition,
} from '@intermodel/numerics';
import type { ActivationShape, UnitConceptOverlapBatch, UnitMatchBatch, UnitThresholdBatch } from '@intermodel/schemas';
import { column, readNumbers } from '@intermodel/streams';
import type { ConceptIndex } from './concept-index.ts';
import { overlapRows, overlapTable, thresholdTable } from './dissection-tables.ts';
import { passesGate, type DissectionPreset } from './dissection-presets.ts';
import { matchLayer } from './match-concepts.ts';

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

/** Makes the tables of a dissection from its thresholds and overlaps. */
export function dissectionResult(
  shape: ActivationShape,
  preset: DissectionPreset,
  index: ConceptIndex,
  selected: Pick<SelectedThresholds, 'thresholds' | 'conditions'>,
  overlaps: OverlapState,
): DissectionResult {
  checkOverlapState(overlaps);
  // Matches are found from the same rows as the table holds: reading them back from it would cost more than finding
  // them.
  const rows = overlapRows(shape, preset, index, overlaps);
  const matches = matchLayer(rows, preset, {
    model: shape.model,
    layer: shape.layer,
    concepts: index.concepts.map(({ name }) => name),
    categories: index.categoryNames,
  });
  const { conditions } = selected;
  const count = (condition: UnitCondition) => conditions.filter((each) => each === condition).length;
  const detected = readNumbers(column(matches, 'iou')).filter((iou) => passesGate(iou, preset)).length;
  return {
    ...{
      thresholds: thresholdTable(shape, selected, overlaps),
      overlaps: overlapTable(shape, index, rows),
      matches,
      conditions,
      images: overlaps.images,
    },
    summary: {
      units: shape.units,
      dead: count('dead'),
      constant: count('constant'),
      invalid: count('invalid'),
      neverActive: overlaps.unitAreas.filter((area) => area === 0).length,
      detected,
    },
  };
}
