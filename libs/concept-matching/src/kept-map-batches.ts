import type { KeptImage } from '@intermodel/numerics';
import { Field, FixedSizeList, Float32, Int32, List, makeData, RecordBatch, Schema, Struct, Uint16, Uint32, type Data, type DataType } from 'apache-arrow';

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

/** Kept images as one batch; their arrays are copied. */
export function toKeptBatch(schema: Schema<KeptMapColumns>, images: readonly KeptImage[]): RecordBatch<KeptMapColumns> {
  const length = images.length;
  const typeOf = (name: keyof KeptMapColumns) => (schema.fields.find((field) => field.name === name) as Field).type as List<DataType>;
  const flatData = (type: DataType, arrays: readonly (Uint16Array | Uint32Array | Float32Array)[], into: Uint16Array | Uint32Array | Float32Array): Data => {
    let at = 0;
    for (const array of arrays) {
      into.set(array, at);
      at += array.length;
    }
    return makeData({ type, nullCount: 0, length: at, data: into } as never);
  };
  const listData = (type: List<DataType>, sizes: readonly number[], child: Data): Data => {
    const valueOffsets = new Int32Array(length + 1);
    sizes.forEach((size, row) => {
      valueOffsets[row + 1] = (valueOffsets[row] as number) + size;
    });
    return makeData({ type, nullCount: 0, length, valueOffsets, child });
  };
  const total = (name: 'labels' | 'units' | 'maps') => images.reduce((sum, image) => sum + image[name].length, 0);
  const unitSizes = images.map(({ units }) => units.length);
  const mapType = (typeOf('maps').children[0] as Field<DataType>).type;
  const maps = flatData(new Float32(), images.map((image) => image.maps), new Float32Array(total('maps')));
  const children = [
    makeData({ type: new Int32(), nullCount: 0, length, data: Int32Array.from(images, ({ image }) => image) }),
    listData(typeOf('labels'), images.map(({ labels }) => labels.length), flatData(new Uint16(), images.map(({ labels }) => labels), new Uint16Array(total('labels')))),
    listData(typeOf('units'), unitSizes, flatData(new Uint32(), images.map(({ units }) => units), new Uint32Array(total('units')))),
    listData(typeOf('maxima'), unitSizes, flatData(new Float32(), images.map(({ maxima }) => maxima), new Float32Array(total('units')))),
    listData(typeOf('maps'), unitSizes, makeData({ type: mapType, nullCount: 0, length: total('units'), child: maps } as never)),
  ];
  return new RecordBatch(schema, makeData({ type: new Struct<KeptMapColumns>(schema.fields), nullCount: 0, length, children: children as never[] }));
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
  const [labelValues, unitValues, maximumValues, mapValues] = [childOf<Uint16>(labels).values, childOf<Uint32>(units).values, childOf<Float32>(maxima).values, childOf<Float32>(mapList).values];
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
