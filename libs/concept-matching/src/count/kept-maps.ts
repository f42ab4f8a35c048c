import type { CombinedLabels, KeptImage, MapAllocator } from '@intermodel/numerics';
import { compactImages, countStaying } from '@intermodel/numerics';
import {
  keptMapSchema,
  unitHistogramFacts,
  type ActivationShape,
  type KeptMapBatch,
  type KeptMapColumns,
  type UnitHistogramBatch,
} from '@intermodel/schemas';
import { arrowFileBytes, BatchSchemaError, checkBatch, readArrowBytes } from '@intermodel/streams';
import {
  Float32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Struct,
  type Data,
  type FixedSizeList,
} from 'apache-arrow';
import { boundsBatch, readBounds } from './unit-histograms.ts';

/** Maps of one shard of images that may still matter, and what is known of those that were dropped. */
export interface KeptMaps {
  /** One row a unit, without bins: maps under its `bound` were dropped. */
  readonly units: UnitHistogramBatch;
  /** The maps, whole images in each batch. */
  readonly maps: readonly KeptMapBatch[];
}

/** Bounds under which maps need not be kept. */
export interface MapBounds {
  /** Lower bound of the threshold of each unit. */
  readonly bounds: Float32Array;
  /** Whether maps that just reach it stay. */
  readonly keepEqual: boolean;
}

/** Images of one batch. */
const imagesAtOnce = 16;

/** Kept images as batches; arrays that follow each other in memory are viewed, not copied. */
export function keptMapBatches(shape: ActivationShape, images: readonly KeptImage[]): KeptMapBatch[] {
  const schema = keptMapSchema(shape);
  const struct = new Struct<KeptMapColumns>(schema.fields);
  const mapType = (schema.fields[3] as { type: FixedSizeList<Float32> }).type;
  const batches: KeptMapBatch[] = [];
  for (let first = 0; first < images.length; first += imagesAtOnce) {
    const own = images.slice(first, first + imagesAtOnce);
    const length = own.reduce((sum, { units }) => sum + units.length, 0);
    const numbers = new Int32Array(length);
    let row = 0;
    for (const { image, units } of own) numbers.fill(image, row, (row += units.length));
    const units = joined(
      own.map((image) => image.units),
      Uint32Array,
    );
    const maps = makeData({
      type: new Float32(),
      nullCount: 0,
      data: joined(
        own.map((image) => image.maps),
        Float32Array,
      ),
    });
    const children = [
      makeData({ type: schema.fields[0]?.type as never, length, nullCount: 0, data: numbers as never }),
      makeData({
        type: schema.fields[1]?.type as never,
        length,
        nullCount: 0,
        data: new Int32Array(units.buffer, units.byteOffset, length) as never,
      }),
      makeData({
        type: new Float32(),
        length,
        nullCount: 0,
        data: joined(
          own.map((image) => image.maxima),
          Float32Array,
        ),
      }),
      makeData({ type: mapType, length, nullCount: 0, child: maps }),
    ];
    batches.push(
      new RecordBatch(schema, makeData({ type: struct, nullCount: 0, length, children: children as never[] })),
    );
  }
  return batches;
}

/** Images of kept maps: views into the batches. Images of which no map was kept are not among them. */
export function keptImages(batches: readonly KeptMapBatch[]): KeptImage[] {
  const images: KeptImage[] = [];
  for (const batch of batches) {
    const [image, unit, maximum, map] = batch.data.children as unknown as [
      Data,
      Data,
      Data,
      Data<FixedSizeList<Float32>>,
    ];
    const numbers = image.values as Int32Array;
    const unitValues = unit.values as Int32Array;
    const units = new Uint32Array(unitValues.buffer, unitValues.byteOffset, unitValues.length);
    const maxima = maximum.values as Float32Array;
    const maps = map.children[0]?.values as Float32Array;
    const size = map.type.listSize;
    for (let first = 0; first < batch.numRows;) {
      let end = first + 1;
      while (end < batch.numRows && numbers[end] === numbers[first]) end++;
      images.push({
        image: numbers[first] as number,
        labels: noLabels,
        units: units.subarray(first, end),
        maxima: maxima.subarray(first, end),
        maps: maps.subarray(first * size, end * size),
      });
      first = end;
    }
  }
  return images;
}

/** Checks that batches are kept maps of a layer; gives them. @throws BatchSchemaError */
export function checkKeptMaps(stage: string, { units, maps }: KeptMaps): ActivationShape {
  const facts = unitHistogramFacts(units.schema);
  if (facts === undefined) throw new BatchSchemaError(stage, 'units', 'a schema that states the layer', 'one without');
  const schema = keptMapSchema(facts.shape);
  for (const batch of maps) checkBatch(stage, schema, batch);
  return facts.shape;
}

const noLabels: CombinedLabels = new Uint16Array();

type Values = Uint32Array | Float32Array;

/** Arrays as one: a view where they follow each other in memory, else a copy. */
function joined<Array extends Values>(
  arrays: readonly Array[],
  Kind: { new (buffer: ArrayBufferLike, offset: number, length: number): Array; new (length: number): Array },
): Array {
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const [first] = arrays;
  let end = first?.byteOffset ?? 0;
  const follow = arrays.every((array) => {
    if (array.buffer !== first?.buffer || array.byteOffset !== end) return false;
    end += array.byteLength;
    return true;
  });
  if (follow && first !== undefined) return new Kind(first.buffer, first.byteOffset, length);
  const all = new Kind(length);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** Bytes of the maps of a shard. */
export function keptBytes({ maps }: KeptMaps): number {
  return maps.reduce(
    (sum, { numRows, schema }) => sum + numRows * 4 * (3 + (schema.fields[3]?.type as FixedSizeList).listSize),
    0,
  );
}

/** Packs kept maps for a file: a table of what is known of the units, and the maps piece by piece. */
export function packKeptMaps(kept: KeptMaps): { readonly units: Uint8Array; readonly maps: AsyncIterable<Uint8Array> } {
  const { units, maps } = kept;
  const writer = new RecordBatchStreamWriter<KeptMapColumns>();
  writer.reset(undefined, keptMapSchema(checkKeptMaps('packKeptMaps', kept)));
  for (const batch of maps) writer.write(batch);
  writer.finish();
  return { units: arrowFileBytes(units.schema, [units]), maps: writer };
}

/** Kept maps of their bytes; the maps are views into them. @throws InputError `ARROW_BROKEN` */
export function unpackKeptMaps({ units, maps }: { readonly units: Uint8Array; readonly maps: Uint8Array }): KeptMaps {
  const [known] = readArrowBytes(units, 'units of a stored step').batches;
  return {
    units: known as unknown as UnitHistogramBatch,
    maps: readArrowBytes(maps, 'maps of a stored step').batches as KeptMapBatch[],
  };
}

/** Options of {@link shrinkKeptMaps}. */
export interface ShrinkOptions {
  /** Share of the maps that must go for it to be worth the copy, 0 to 1; else the shard is given as it is. @default 0 */
  readonly worthwhile?: number;
  /** Gives the memory for the maps that stay. @default memory that threads can share */
  readonly allocate?: MapAllocator;
}

/** A shard without the maps that lie under bounds which were proven since it was counted. */
export function shrinkKeptMaps(
  kept: KeptMaps,
  { bounds, keepEqual }: MapBounds,
  { worthwhile = 0, allocate }: ShrinkOptions = {},
): KeptMaps {
  const { shape, ...known } = readBounds(kept.units);
  const raised = known.bounds.map((bound, unit) => Math.max(bound, bounds[unit] as number));
  const images = keptImages(kept.maps);
  const maps = images.reduce((sum, { units }) => sum + units.length, 0);
  if (countStaying(images, raised, keepEqual) > maps * (1 - worthwhile)) return kept;
  const staying = compactImages(images, shape.mapHeight * shape.mapWidth, raised, keepEqual, allocate);
  return {
    units: boundsBatch({ ...known, shape, bounds: raised, keepEqual: known.keepEqual && keepEqual }),
    maps: keptMapBatches(shape, staying),
  };
}
