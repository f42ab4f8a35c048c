import type { OverlapCounts } from '@intermodel/numerics';
import {
  unitConceptOverlapSchema,
  type ActivationShape,
  type OverlapCountBatch,
  type UnitConceptOverlapBatch,
} from '@intermodel/schemas';
import { buildBatch, InputError } from '@intermodel/streams';
import { map, type OperatorFunction } from 'rxjs';
import type { OverlapRows } from '../matches/overlap-numbers.ts';
import { indexConcepts, type Concept, type ConceptIndex } from '../presets/concept-index.ts';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { readOverlapCounts } from './overlap-counts.ts';

/** Options of {@link listOverlaps}. */
export interface ListOverlapsOptions {
  /** Concepts that the labels can bear. */
  readonly vocabulary: readonly Concept[];
  /** Scope of areas, and how frequent a concept must be. */
  readonly preset: Pick<DissectionPreset, 'areaScope' | 'minimumImages' | 'minimumCoverage'>;
}

/**
 * Lists the overlaps of a layer from what was counted over all its images, by unit and number of the concept: pairs
 * with an intersection, and for a unit without any its first concept, so that every unit has a row. `unitArea` and
 * `pixels` are those within the scope of the preset. Concepts that are rarer than the preset demands are left out.
 *
 * @throws BatchSchemaError for another table; InputError `CONCEPTS_TOO_RARE` if that leaves no concept
 */
export function listOverlaps({
  vocabulary,
  preset,
}: ListOverlapsOptions): OperatorFunction<OverlapCountBatch, UnitConceptOverlapBatch> {
  const index = indexConcepts(vocabulary);
  return map((counts) => {
    const { shape, state } = readOverlapCounts('listOverlaps', counts);
    const { unit, concept, category, intersection, unitArea, conceptArea, pixels } = overlapRows(
      shape,
      preset,
      index,
      state,
    );
    return buildBatch(unitConceptOverlapSchema, {
      ...{ model: { value: shape.model, rows: unit.length }, layer: { value: shape.layer, rows: unit.length }, unit },
      concept: { codes: concept, values: index.concepts.map(({ name }) => name) },
      ...{ category: { codes: category, values: index.categoryNames }, intersection, unitArea, conceptArea, pixels },
    });
  });
}

/** Rows of the table; concepts and categories are coded by their place in the index. */
function overlapRows(
  shape: ActivationShape,
  preset: ListOverlapsOptions['preset'],
  index: ConceptIndex,
  counts: OverlapCounts,
): OverlapRows {
  const pairs = new PairList(
    shape.units,
    index.concepts.length,
    admittedConcepts(shape, preset, index, counts),
    counts.intersections,
  );
  const { unit, concept, intersection, starts } = pairs;
  const category = gather(index.categories, concept, new Int32Array(pairs.rows));
  const conceptArea = gather(counts.conceptAreas, concept, new Float64Array(pairs.rows));
  const [unitArea, pixels] = [new Float64Array(pairs.rows), new Float64Array(pairs.rows)];
  if (preset.areaScope === 'all') {
    for (let each = 0; each < shape.units; each++)
      unitArea.fill(counts.unitAreas[each] as number, starts[each], starts[each + 1]);
    pixels.fill(counts.pixels);
  } else {
    const categories = index.categoryNames.length;
    for (let row = 0; row < pairs.rows; row++)
      unitArea[row] = counts.scopedAreas[(unit[row] as number) * categories + (category[row] as number)] as number;
    gather(counts.categoryPixels, category, pixels);
  }
  return { unit, concept, category, intersection, unitArea, conceptArea, pixels };
}

/** Pairs of unit and concept with an intersection, row by row; a unit without any has the first concept. */
class PairList {
  readonly rows: number;
  readonly unit: Int32Array;
  readonly concept: Int32Array;
  readonly intersection: Float64Array;
  /** First row of each unit, and the end of the last. */
  readonly starts: Int32Array;

  constructor(units: number, concepts: number, admitted: readonly number[], intersections: Float64Array) {
    const most = units * admitted.length;
    const unit = new Int32Array(most);
    const concept = new Int32Array(most);
    const intersection = new Float64Array(most);
    const starts = (this.starts = new Int32Array(units + 1));
    const order = Int32Array.from(admitted);
    for (let each = 0, row = 0; each < units; each++) {
      starts[each + 1] = listPairs(intersections, each * concepts, order, concept, intersection, row);
      unit.fill(each, row, (row = starts[each + 1] as number));
    }
    const rows = (this.rows = starts[units] as number);
    // Cut to the rows, so that the table holds no memory beyond them.
    [this.unit, this.concept, this.intersection] = [
      unit.slice(0, rows),
      concept.slice(0, rows),
      intersection.slice(0, rows),
    ];
  }
}

/**
 * Lists the pairs of one unit from `row` on; gives the row after them. Small, so that it is compiled after a few units.
 */
function listPairs(
  intersections: Float64Array,
  start: number,
  admitted: Int32Array,
  concept: Int32Array,
  intersection: Float64Array,
  row: number,
): number {
  let next = row;
  for (let index = 0; index < admitted.length; index++) {
    const one = admitted[index] as number;
    const count = intersections[start + one] as number;
    if (!(count > 0)) continue;
    concept[next] = one;
    intersection[next++] = count;
  }
  if (next > row) return next;
  concept[row] = admitted[0] as number;
  intersection[row] = intersections[start + (admitted[0] as number)] as number;
  return row + 1;
}

/** For each row what its code stands for. */
function gather<Values extends Int32Array | Float64Array>(
  table: ArrayLike<number>,
  codes: Int32Array,
  values: Values,
): Values {
  for (let row = 0; row < codes.length; row++) values[row] = table[codes[row] as number] as number;
  return values;
}

/** Concepts that are as frequent as the preset demands, by their places. @throws InputError `CONCEPTS_TOO_RARE` */
export function admittedConcepts(
  shape: Pick<ActivationShape, 'labelHeight' | 'labelWidth'>,
  preset: ListOverlapsOptions['preset'],
  { concepts }: Pick<ConceptIndex, 'concepts'>,
  { conceptImages, conceptAreas }: Pick<OverlapCounts, 'conceptImages' | 'conceptAreas'>,
): number[] {
  const admitted = [...concepts.keys()].filter((concept) =>
    isAdmitted(shape, preset, conceptImages[concept] as number, conceptAreas[concept] as number),
  );
  if (admitted.length > 0) return admitted;
  const { minimumImages, minimumCoverage } = preset;
  throw new InputError('CONCEPTS_TOO_RARE', 'no concept is as frequent as the preset demands', {
    expected: `a concept in at least ${String(minimumImages)} images that covers ${String(minimumCoverage)} whole images`,
    hint: 'Add labelled images, or set minimumImages and minimumCoverage of the preset to 0.',
  });
}

/** Whether a concept that is in so many images, on so many pixels, is as frequent as the preset demands. */
export function isAdmitted(
  { labelHeight, labelWidth }: Pick<ActivationShape, 'labelHeight' | 'labelWidth'>,
  { minimumImages, minimumCoverage }: ListOverlapsOptions['preset'],
  images: number,
  area: number,
): boolean {
  return images >= minimumImages && area / (labelHeight * labelWidth) >= minimumCoverage;
}
