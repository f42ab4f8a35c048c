import { OverlapTally, type OverlapState, type SelectedThresholds, type UnitCondition } from '@intermodel/numerics';
import type { ActivationShape, UnitConceptOverlapBatch, UnitMatchBatch, UnitThresholdBatch } from '@intermodel/schemas';
import { from } from 'rxjs';
import type { ConceptIndex } from './concept-index.ts';
import { overlapTable, thresholdTable } from './dissection-tables.ts';
import { passesGate, type DissectionPreset } from './dissection-presets.ts';
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
export function dissectionResult(shape: ActivationShape, preset: DissectionPreset, index: ConceptIndex, selected: Pick<SelectedThresholds, 'thresholds' | 'conditions'>, overlaps: OverlapState): DissectionResult {
  const counts = OverlapTally.fromState(overlaps).read();
  const overlapBatch = overlapTable(shape, preset, index, counts);
  const matches = matchAll(overlapBatch, preset, index);
  const { conditions } = selected;
  const count = (condition: UnitCondition) => conditions.filter((each) => each === condition).length;
  const ious = matches.getChild('iou');
  const detected = Array.from({ length: matches.numRows }, (_, row) => ious?.get(row) ?? null).filter((iou) => passesGate(iou, preset)).length;
  return {
    ...{ thresholds: thresholdTable(shape, selected, counts), overlaps: overlapBatch, matches, conditions, images: counts.images },
    summary: { units: shape.units, dead: count('dead'), constant: count('constant'), invalid: count('invalid'), neverActive: counts.unitAreas.filter((area) => area === 0).length, detected },
  };
}

function matchAll(overlaps: UnitConceptOverlapBatch, preset: DissectionPreset, { categoryNames }: ConceptIndex): UnitMatchBatch {
  let matches: UnitMatchBatch | undefined;
  from([overlaps])
    .pipe(matchConcepts({ preset, categories: categoryNames }))
    .subscribe((batch) => (matches = batch));
  if (matches === undefined) throw new RangeError('matching concepts of one batch did not end at once');
  return matches;
}
