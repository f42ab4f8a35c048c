import { OverlapTally, type OverlapState, type ResolvedOverlapOptions } from '@intermodel/numerics';
import {
  overlapCountFacts,
  overlapCountSchema,
  type ActivationShape,
  type OverlapCountBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, checkBatch, column, readNumbers } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** Counts of some images of a layer, as the kernels have them. */
export interface LayerOverlaps {
  /** Model, layer and sizes. */
  readonly shape: ActivationShape;
  /** The counts. */
  readonly state: OverlapState;
}

/** Rows of a table under way: what is counted of the units is put in place once it is known how much there is. */
interface CountRow {
  readonly category: number;
  readonly concept: number;
  readonly images: number;
  readonly area: number;
}

/** Options of the counts as the schema of a table states them. */
type Counted = Omit<ResolvedOverlapOptions, 'areaScope' | 'compare'> & {
  readonly scope: ResolvedOverlapOptions['areaScope'];
  readonly equalIsActive: boolean;
};

/** Table of counts; of the units only those that share pixels with a row. */
export function overlapCounts({ shape, state }: LayerOverlaps): OverlapCountBatch {
  const {
    options,
    intersections,
    unitAreas,
    scopedAreas,
    conceptAreas,
    conceptImages,
    categoryPixels,
    images,
    pixels,
  } = state;
  const { concepts, categories, units, areaScope, compare, ignore, ...others } = options;
  const ofAll: CountRow = { category: -1, concept: 0, images, area: pixels };
  const ofCategories = Array.from(categoryPixels, (area, category): CountRow => ({
    category,
    concept: 0,
    images: 0,
    area,
  }));
  const ofConcepts = Array.from(concepts, (concept, index): CountRow => ({
    category: categories[index] as number,
    concept,
    images: conceptImages[index] as number,
    area: conceptAreas[index] as number,
  }));
  const rows = [ofAll, ...ofCategories, ...ofConcepts];
  const areas = { values: unitAreas, width: 1, row: 0 };
  const scoped = { values: scopedAreas, width: ofCategories.length, row: 1 };
  const blocks = [
    areas,
    ...(scopedAreas.length === 0 ? [] : [scoped]),
    { values: intersections, width: concepts.length, row: 1 + ofCategories.length },
  ];
  const offsets = new Int32Array(rows.length + 1);
  for (const { values, width, row } of blocks)
    for (let place = 0, column = 0; place < values.length; place++) {
      if (values[place] !== 0) offsets[row + column + 1] = (offsets[row + column + 1] as number) + 1;
      if (++column === width) column = 0;
    }
  for (let row = 0; row < rows.length; row++)
    offsets[row + 1] = (offsets[row + 1] as number) + (offsets[row] as number);
  const next = offsets.slice(0, rows.length);
  const unit = new Uint32Array(offsets[rows.length] as number);
  const count = new Float64Array(unit.length);
  for (const { values, width, row } of blocks)
    for (let each = 0, place = 0; each < units; each++)
      for (let column = 0; column < width; column++, place++) {
        const value = values[place] as number;
        if (value === 0) continue;
        const entry = next[row + column] as number;
        next[row + column] = entry + 1;
        unit[entry] = each;
        count[entry] = value;
      }
  // Schemas state these options by the names that they had when the first tables were stored.
  const counted = {
    ...others,
    units,
    concepts: [...concepts],
    categories: [...categories],
    scope: areaScope,
    equalIsActive: compare === '>=',
    ignore,
  };
  return buildBatch(overlapCountSchema({ shape, counted }), {
    ...{ category: rows.map(({ category }) => category), concept: rows.map(({ concept }) => concept) },
    ...{ images: rows.map((row) => row.images), area: rows.map(({ area }) => area) },
    ...{ units: { offsets, values: unit }, counts: { offsets: offsets.slice(), values: count } },
  });
}

/** Counts of a table as the kernels have them. @throws BatchSchemaError for another table */
export function readOverlapCounts(stage: string, batch: OverlapCountBatch): LayerOverlaps {
  const facts = overlapCountFacts(batch.schema);
  if (facts === undefined) throw new BatchSchemaError(stage, 'counts', 'a schema that states the layer', 'one without');
  checkBatch(stage, overlapCountSchema(facts), batch);
  const { shape } = facts;
  const {
    concepts: numbers,
    categories,
    scope,
    equalIsActive,
    ignore,
    ...others
  } = facts.counted as unknown as Counted;
  const options: ResolvedOverlapOptions = {
    ...others,
    concepts: Uint16Array.from(numbers),
    categories: Uint32Array.from(categories),
    areaScope: scope,
    compare: equalIsActive ? '>=' : '>',
    ignore,
  };
  const { units, concepts, areaScope } = options;
  const categoryCount = batch.numRows - 1 - concepts.length;
  const images = readNumbers(column(batch, 'images'));
  const areas = readNumbers(column(batch, 'area'));
  const [unitList, countList] = [batch.data.children[4], batch.data.children[5]] as [Data, Data];
  const offsets = unitList.valueOffsets as Int32Array;
  const unit = unitList.children[0]?.values as Uint32Array;
  const count = countList.children[0]?.values as Float64Array;
  const spread = (first: number, width: number): Float64Array => {
    const values = new Float64Array(units * width);
    for (let place = 0; place < width; place++) {
      const end = offsets[first + place + 1] as number;
      for (let entry = offsets[first + place] as number; entry < end; entry++)
        values[(unit[entry] as number) * width + place] = count[entry] as number;
    }
    return values;
  };
  const state: OverlapState = {
    ...{ kind: 'OverlapTally/1', options, images: images[0] as number, pixels: areas[0] as number },
    ...{ unitAreas: spread(0, 1), scopedAreas: areaScope === 'all' ? new Float64Array() : spread(1, categoryCount) },
    ...{ intersections: spread(1 + categoryCount, concepts.length), categoryPixels: areas.slice(1, 1 + categoryCount) },
    ...{ conceptAreas: areas.slice(1 + categoryCount), conceptImages: images.slice(1 + categoryCount) },
  };
  return { shape, state };
}

/** Adds up counts of the same layer and preset over different images; any order gives the same. */
export class OverlapSum {
  #shape: ActivationShape | undefined;
  #tally: OverlapTally | undefined;

  /** Adds a table. @throws BatchSchemaError for another table, RangeError where something else was counted */
  add(stage: string, batch: OverlapCountBatch): this {
    const { shape, state } = readOverlapCounts(stage, batch);
    this.#shape ??= shape;
    if (this.#tally === undefined) this.#tally = OverlapTally.fromState(state);
    else this.#tally.merge(state);
    return this;
  }

  /** Table of the sum; undefined where nothing was added. */
  toCounts(): OverlapCountBatch | undefined {
    if (this.#shape === undefined || this.#tally === undefined) return undefined;
    return overlapCounts({ shape: this.#shape, state: this.#tally.toState() });
  }
}
