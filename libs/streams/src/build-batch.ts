import { Bool, DataType, makeData, RecordBatch, Struct, Utf8, type Data, type Field, type Schema, type TypeMap } from 'apache-arrow';

/** Planes of several images, one after the other: those of row `i` are the planes `offsets[i]` to `offsets[i + 1]`. */
export interface PlaneValues {
  /** Rows + 1 indices of planes. */
  readonly offsets: Int32Array;
  /** All planes, flat. */
  readonly values: Uint16Array;
}

/** Values of one column as {@link buildBatch} takes them; lists of fixed size come flat. */
export type ColumnValues = readonly string[] | readonly boolean[] | ArrayLike<number> | PlaneValues;

/** Values of a batch, by column. */
export type BatchValues<T extends TypeMap> = { readonly [K in keyof T]: ColumnValues };

/**
 * Builds a record batch of a wire table from plain arrays. Typed arrays of a column's own kind are viewed, not copied.
 * In a nullable float column NaN stands for null ("undefined statistic").
 *
 * @throws RangeError if a column has another length than the first.
 */
export function buildBatch<T extends TypeMap>(schema: Schema<T>, columns: BatchValues<T>): RecordBatch<T> {
  const children = schema.fields.map((field) => columnData(field as Field, columns[field.name as keyof T]));
  const length = children[0]?.length ?? 0;
  schema.fields.forEach((field, index) => {
    const rows = children[index]?.length ?? 0;
    if (rows !== length) {
      throw new RangeError(`buildBatch: column "${field.name}" has ${String(rows)} rows, but the first has ${String(length)}`);
    }
  });
  const data = makeData({ type: new Struct<T>(schema.fields), nullCount: 0, length, children: children as Data<T[keyof T]>[] });
  return new RecordBatch(schema, data);
}

/** A batch without rows, so that the schema of an empty stream is known all the same. */
export function emptyBatch<T extends TypeMap>(schema: Schema<T>): RecordBatch<T> {
  const columns = schema.fields.map((field) => [field.name, DataType.isList(field.type) ? { offsets: new Int32Array(1), values: new Uint16Array() } : []]);
  return buildBatch(schema, Object.fromEntries(columns) as BatchValues<T>);
}

function columnData({ type, nullable }: Field, values: ColumnValues): Data {
  if (DataType.isUtf8(type)) return utf8Data(values as readonly string[]);
  if (DataType.isBool(type)) return boolData(values as readonly boolean[]);
  if (DataType.isFixedSizeList(type)) {
    const child = columnData(type.children[0] as Field, values);
    return makeData({ type, nullCount: 0, length: child.length / type.listSize, child });
  }
  if (DataType.isList(type)) {
    const { offsets, values: planes } = values as PlaneValues;
    const child = columnData(type.children[0] as Field, planes);
    return makeData({ type, nullCount: 0, length: offsets.length - 1, valueOffsets: offsets, child });
  }
  if (DataType.isFloat(type) || DataType.isInt(type)) return numberData(type, nullable, values as ArrayLike<number>);
  throw new RangeError(`buildBatch: no column of type ${String(type)} in wire tables`);
}

function numberData(type: DataType, nullable: boolean, values: ArrayLike<number>): Data {
  const kind = (type as { ArrayType?: new (values: ArrayLike<number>) => Float64Array }).ArrayType;
  if (kind === undefined) throw new RangeError(`buildBatch: no numbers in a column of type ${String(type as { toString(): string })}`);
  const data = values instanceof kind ? values : new kind(values);
  if (!nullable || !DataType.isFloat(type)) return makeData({ type, length: data.length, nullCount: 0, data } as never);
  const nullBitmap = new Uint8Array(Math.ceil(data.length / 8));
  let nullCount = 0;
  for (let row = 0; row < data.length; row++) {
    if (Number.isNaN(data[row])) nullCount++;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] as number) | (1 << (row & 7));
  }
  if (nullCount === 0) return makeData({ type, length: data.length, nullCount, data } as never);
  // Computed NaN bear either sign, by whichever code the engine had compiled: the same values must give the same bytes.
  return makeData({ type, length: data.length, nullCount, nullBitmap, data: data.map((value) => (Number.isNaN(value) ? Number.NaN : value)) } as never);
}

function boolData(values: readonly boolean[]): Data {
  const data = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value) data[row >> 3] = (data[row >> 3] as number) | (1 << (row & 7));
  });
  return makeData({ type: wireBool, length: values.length, nullCount: 0, data });
}

function utf8Data(values: readonly string[]): Data {
  const encoded = new Map<string, Buffer>();
  const valueOffsets = new Int32Array(values.length + 1);
  values.forEach((value, row) => {
    let bytes = encoded.get(value);
    if (bytes === undefined) encoded.set(value, (bytes = Buffer.from(value, 'utf8')));
    valueOffsets[row + 1] = (valueOffsets[row] as number) + bytes.length;
  });
  const data = new Uint8Array(valueOffsets[values.length] as number);
  values.forEach((value, row) => {
    data.set(encoded.get(value) as Buffer, valueOffsets[row]);
  });
  return makeData({ type: wireUtf8, length: values.length, nullCount: 0, valueOffsets, data });
}

const wireUtf8 = new Utf8();
const wireBool = new Bool();
