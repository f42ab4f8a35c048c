import type { KeptImage } from '@intermodel/numerics';
import {
  Field,
  FixedSizeList,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Uint16,
  Uint32,
  type Data,
  type DataType,
} from 'apache-arrow';

/** Types of the columns of kept maps, one row an image. */
export type KeptMapColumns = {
  readonly image: Int32;
  readonly labels: List<Uint16>;
  readonly units: List<Uint32>;
  readonly maxima: List<Float32>;
  readonly maps: List<FixedSizeList<Float32>>;
};

/** Schema of kept maps of a size, in values. */
export function keptMapSchema(mapSize: number): Schema<KeptMapColumns> {
  const list = <T extends DataType>(name: string, type: T) => new List<T>(new Field(name, type, false));
  return new Schema<KeptMapColumns>([
    new Field('image', new Int32(), false),
    new Field('labels', list('label', new Uint16()), false),
    new Field('units', list('unit', new Uint32()), false),
    new Field('maxima', list('maximum', new Float32()), false),
    new Field('maps', list('map', new FixedSizeList(mapSize, new Field('activation', new Float32(), false))), false),
  ]);
}

/** Kept images as one batch; their arrays are copied unless they follow each other in memory. */
export function toKeptBatch(schema: Schema<KeptMapColumns>, images: readonly KeptImage[]): RecordBatch<KeptMapColumns> {
  const length = images.length;
  const typeOf = (name: keyof KeptMapColumns) =>
    (schema.fields.find((field) => field.name === name) as Field).type as List<DataType>;
  const flatData = (type: DataType, arrays: readonly Values[], make: (length: number) => Values): Data => {
    const data = joined(arrays) ?? copied(arrays, make);
    return makeData({ type, nullCount: 0, length: data.length, data } as never);
  };
  const listData = (type: List<DataType>, sizes: readonly number[], child: Data): Data => {
    const valueOffsets = new Int32Array(length + 1);
    sizes.forEach((size, row) => {
      valueOffsets[row + 1] = (valueOffsets[row] as number) + size;
    });
    return makeData({ type, nullCount: 0, length, valueOffsets, child });
  };
  const unitSizes = images.map(({ units }) => units.length);
  const mapType = (typeOf('maps').children[0] as Field<DataType>).type;
  const maps = flatData(
    new Float32(),
    images.map((image) => image.maps),
    (size) => new Float32Array(size),
  );
  const children = [
    makeData({ type: new Int32(), nullCount: 0, length, data: Int32Array.from(images, ({ image }) => image) }),
    listData(
      typeOf('labels'),
      images.map(({ labels }) => labels.length),
      flatData(
        new Uint16(),
        images.map(({ labels }) => labels),
        (size) => new Uint16Array(size),
      ),
    ),
    listData(
      typeOf('units'),
      unitSizes,
      flatData(
        new Uint32(),
        images.map(({ units }) => units),
        (size) => new Uint32Array(size),
      ),
    ),
    listData(
      typeOf('maxima'),
      unitSizes,
      flatData(
        new Float32(),
        images.map(({ maxima }) => maxima),
        (size) => new Float32Array(size),
      ),
    ),
    listData(
      typeOf('maps'),
      unitSizes,
      makeData({
        type: mapType,
        nullCount: 0,
        length: unitSizes.reduce((sum, size) => sum + size, 0),
        child: maps,
      } as never),
    ),
  ];
  return new RecordBatch(
    schema,
    makeData({ type: new Struct<KeptMapColumns>(schema.fields), nullCount: 0, length, children: children as never[] }),
  );
}

type Values = Uint16Array | Uint32Array | Float32Array;

/** Arrays that follow each other in memory as one. */
function joined(arrays: readonly Values[]): Values | undefined {
  const [first] = arrays;
  let end = first?.byteOffset;
  for (const array of arrays) {
    if (array.buffer !== first?.buffer || array.byteOffset !== end) return undefined;
    end += array.byteLength;
  }
  if (first === undefined || end === undefined) return undefined;
  const Kind = first.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => Values;
  return new Kind(first.buffer, first.byteOffset, (end - first.byteOffset) / first.BYTES_PER_ELEMENT);
}

function copied(arrays: readonly Values[], make: (length: number) => Values): Values {
  const all = make(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** The one child of a list's data. */
function childOf<T extends DataType = DataType>(data: Data): Data<T> {
  return data.children[0] as unknown as Data<T>;
}

/** Images of a batch: views into it. */
export function* fromKeptBatch(batch: RecordBatch<KeptMapColumns>): Generator<KeptImage> {
  const columns = batch.data.children as readonly Data[];
  const [images, labels, units, maxima, maps] = columns as [Data, Data, Data, Data, Data];
  const mapList = childOf<FixedSizeList<Float32>>(maps);
  const [labelValues, unitValues, maximumValues, mapValues] = [
    childOf<Uint16>(labels).values,
    childOf<Uint32>(units).values,
    childOf<Float32>(maxima).values,
    childOf<Float32>(mapList).values,
  ];
  const size = mapList.type.listSize;
  const [labelOffsets, unitOffsets] = [labels.valueOffsets as Int32Array, units.valueOffsets as Int32Array];
  for (let row = 0; row < batch.numRows; row++) {
    const [first, end] = [unitOffsets[row] as number, unitOffsets[row + 1] as number];
    yield {
      image: (images.values as Int32Array)[row] as number,
      labels: labelValues.subarray(labelOffsets[row], labelOffsets[row + 1]),
      units: unitValues.subarray(first, end),
      maxima: maximumValues.subarray(first, end),
      maps: mapValues.subarray(first * size, end * size),
    };
  }
}
