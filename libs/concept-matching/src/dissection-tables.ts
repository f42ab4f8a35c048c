import type { OverlapCounts, SelectedThresholds } from '@intermodel/numerics';
import { unitConceptOverlapSchema, unitThresholdSchema, type ActivationShape, type UnitConceptOverlapBatch, type UnitThresholdBatch } from '@intermodel/schemas';
import { buildBatch, InputError } from '@intermodel/streams';
import type { ConceptIndex } from './concept-index.ts';
import type { DissectionPreset } from './dissection-presets.ts';

/**
 * Table of thresholds. `activeFraction` is the share of the counted pixels above the threshold; a unit with values
 * that are not finite has threshold NaN and is never active.
 */
export function thresholdTable({ model, layer, units }: ActivationShape, { thresholds }: Pick<SelectedThresholds, 'thresholds'>, { unitAreas, pixels }: Pick<OverlapCounts, 'unitAreas' | 'pixels'>): UnitThresholdBatch {
  return buildBatch(unitThresholdSchema, {
    ...{ model: new Array<string>(units).fill(model), layer: new Array<string>(units).fill(layer) },
    ...{ unit: Int32Array.from({ length: units }, (_, unit) => unit), threshold: thresholds },
    activeFraction: Float64Array.from(unitAreas, (area) => (pixels === 0 ? 0 : area / pixels)),
  });
}

/**
 * Table of overlaps by unit and number of the concept: pairs with an intersection, and for a unit without any its
 * first concept, so that every unit has a row. `unitArea` and `pixels` are counted within the scope of the preset.
 * Concepts that are rarer than the preset demands are left out.
 *
 * @throws InputError `CONCEPTS_TOO_RARE` if that leaves none
 */
export function overlapTable(shape: ActivationShape, preset: DissectionPreset, index: ConceptIndex, counts: OverlapCounts): UnitConceptOverlapBatch {
  const { concepts, categories, categoryNames } = index;
  const admitted = admittedConcepts(shape, preset, index, counts);
  const rows: { readonly unit: number; readonly concept: number }[] = [];
  for (let unit = 0; unit < shape.units; unit++) {
    const before = rows.length;
    for (const concept of admitted) if ((counts.intersections[unit * concepts.length + concept] as number) > 0) rows.push({ unit, concept });
    if (rows.length === before) rows.push({ unit, concept: admitted[0] as number });
  }
  const all = preset.areaScope === 'all';
  const categoryOf = (concept: number) => categories[concept] as number;
  return buildBatch(unitConceptOverlapSchema, {
    ...{ model: rows.map(() => shape.model), layer: rows.map(() => shape.layer), unit: Int32Array.from(rows, ({ unit }) => unit) },
    ...{ concept: rows.map(({ concept }) => concepts[concept]?.name ?? ''), category: rows.map(({ concept }) => concepts[concept]?.category ?? '') },
    intersection: Float64Array.from(rows, ({ unit, concept }) => counts.intersections[unit * concepts.length + concept] as number),
    unitArea: Float64Array.from(rows, ({ unit, concept }) => (all ? counts.unitAreas[unit] : counts.scopedAreas[unit * categoryNames.length + categoryOf(concept)]) as number),
    conceptArea: Float64Array.from(rows, ({ concept }) => counts.conceptAreas[concept] as number),
    pixels: Float64Array.from(rows, ({ concept }) => (all ? counts.pixels : (counts.categoryPixels[categoryOf(concept)] as number))),
  });
}

function admittedConcepts({ labelHeight, labelWidth }: ActivationShape, { minimumImages, minimumCoverage }: DissectionPreset, { concepts }: ConceptIndex, counts: OverlapCounts): number[] {
  const admitted = [...concepts.keys()].filter((concept) => (counts.conceptImages[concept] as number) >= minimumImages && (counts.conceptAreas[concept] as number) / (labelHeight * labelWidth) >= minimumCoverage);
  if (admitted.length > 0) return admitted;
  throw new InputError('CONCEPTS_TOO_RARE', 'no concept is as frequent as the preset demands', {
    expected: `a concept in at least ${String(minimumImages)} images that covers ${String(minimumCoverage)} whole images`,
    hint: 'Add labelled images, or set minimumImages and minimumCoverage of the preset to 0.',
  });
}
