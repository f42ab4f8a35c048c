import {
  Bool,
  CompressionType,
  compressionRegistry,
  DataType,
  type Data,
  DateDay,
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  LargeUtf8,
  List,
  makeData,
  makeVector,
  Null,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  Uint64,
  Uint8,
  Utf8,
  Utf8View,
  vectorFromArray,
  type TypeMap,
  type Vector,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { InputError } from '@intermodel/errors';
import { readArrowBytes } from '../index.ts';

/** Columns of many kinds, as other programs write them, with and without nulls, two batches of them. */
function foreignColumns(rows: number): Record<string, Vector> {
  const names = Array.from({ length: rows }, (_, row) =>
    row % 3 === 1 ? null : row % 2 === 0 ? 'sky' : 'a name of more than twelve bytes, é',
  );
  const numbers = Array.from({ length: rows }, (_, row) => (row % 4 === 2 ? null : row / 8));
  return {
    text: vectorFromArray(names, new Utf8()),
    large: vectorFromArray(names, new LargeUtf8()),
    view: vectorFromArray(names, new Utf8View()),
    coded: vectorFromArray(names, new Dictionary(new Utf8(), new Int8())),
    wide: vectorFromArray(names, new Dictionary(new LargeUtf8(), new Int32())),
    double: vectorFromArray(numbers, new Float64()),
    single: vectorFromArray(numbers, new Float32()),
    half: vectorFromArray(numbers, new Float16()),
    byte: vectorFromArray(
      names.map((_, row) => row),
      new Uint8(),
    ),
    long: vectorFromArray(
      names.map((_, row) => BigInt(row)),
      new Int64(),
    ),
    short: vectorFromArray(
      names.map((_, row) => -row),
      new Int16(),
    ),
    truth: vectorFromArray(
      names.map((name) => name === 'sky'),
      new Bool(),
    ),
    day: vectorFromArray(
      names.map((_, row) => new Date(row * 86_400_000)),
      new DateDay(),
    ),
    time: vectorFromArray(
      names.map((_, row) => row),
      new TimestampMillisecond(),
    ),
    none: makeVector(makeData({ type: new Null(), length: rows })),
    list: vectorFromArray(
      names.map((_, row) => Array.from({ length: row % 3 }, (__, value) => value)),
      new List(new Field('item', new Int32(), true)),
    ),
    pair: vectorFromArray(
      names.map((_, row) => [row, row + 1]),
      new FixedSizeList(2, new Field('item', new Float64(), false)),
    ),
    struct: vectorFromArray(
      names.map((name, row) => ({ name, row: BigInt(row) })),
      new Struct([new Field('name', new Utf8(), true), new Field('row', new Uint64(), false)]),
    ),
  };
}

function batchOf(columns: Readonly<Record<string, Vector>>): RecordBatch {
  const fields = Object.entries(columns).map(
    ([name, vector]) => new Field(name, vector.type as DataType, true, new Map([['kind', name]])),
  );
  const schema = new Schema<TypeMap>(fields, new Map([['written by', 'another program']]));
  const length = Object.values(columns)[0]?.length ?? 0;
  return new RecordBatch(
    schema,
    makeData({
      type: new Struct<TypeMap>(fields),
      nullCount: 0,
      length,
      children: Object.values(columns).map(({ data }) => data[0] as Data),
    }),
  );
}

function fileOf(batches: readonly RecordBatch[], kind: 'file' | 'stream'): Uint8Array {
  const writer = kind === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  for (const batch of batches) writer.write(batch);
  writer.finish();
  // A copy of its own, since the writer's bytes are a part of a larger buffer.
  return new Uint8Array(writer.toUint8Array(true));
}

/**
 * Reads every value of every column: what was let through must not lead out of its bytes. Times are left alone: Arrow
 * itself throws for those that a number does not hold, and no table of ours has any.
 */
function readAll(bytes: Uint8Array): unknown[] {
  return readArrowBytes(bytes, 'some.arrow').batches.flatMap((batch) =>
    batch.schema.fields.map(({ type }, index) =>
      DataType.isTimestamp(type)
        ? []
        : Array.from({ length: batch.numRows }, (_, row) => plain(batch.getChildAt(index)?.get(row))),
    ),
  );
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part)),
  ) as unknown;
}

describe.each(['file', 'stream'] as const)('an Arrow %s', (kind) => {
  const whole = fileOf([batchOf(foreignColumns(9)), batchOf(foreignColumns(4))], kind);

  it('is read whatever its columns are', () => {
    const columns = foreignColumns(9);
    expect(readAll(whole).slice(0, Object.keys(columns).length)).toEqual(
      Object.values(columns).map((vector) => (DataType.isTimestamp(vector.type) ? [] : [...vector].map(plain))),
    );
  });

  it('is refused as broken where it was cut, wherever', () => {
    for (let length = 0; length < whole.length; length++) {
      try {
        const read = readAll(whole.slice(0, length));
        // A stream may end after any of its batches; a file not before its end.
        expect([kind, read.length % Object.keys(foreignColumns(1)).length]).toEqual(['stream', 0]);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ARROW_BROKEN', details: { file: 'some.arrow' } });
      }
    }
  });

  // One bit of every byte; which one changes from byte to byte.
  it('is read or refused with a typed error where a bit was flipped, wherever', () => {
    let refused = 0;
    for (let at = 0; at < whole.length; at++) {
      const flipped = whole.slice();
      flipped[at]! ^= 1 << ((at * 5) % 8);
      try {
        readAll(flipped);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(whole.length / 20);
  });

  it('is read or refused where four bytes became the largest or smallest number', () => {
    for (const value of [0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0]) {
      for (let at = 0; at + 4 <= whole.length; at += 4) {
        const changed = whole.slice();
        new DataView(changed.buffer).setUint32(at, value, true);
        try {
          readAll(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }
    }
  });
});

describe(readArrowBytes, () => {
  const whole = fileOf([batchOf(foreignColumns(5))], 'file');
  const problem = (bytes: Uint8Array) => {
    try {
      readArrowBytes(bytes, 'some.arrow');
      return 'read';
    } catch (error) {
      return error;
    }
  };

  it('names the column of a kind that cannot be read', () => {
    // The kind of a column is a byte: somewhere that of the list becomes another one.
    const [list, listView] = [12, 25];
    const problems = [...whole.keys()]
      .filter((at) => whole[at] === list)
      .map((at) => problem(whole.map((byte, index) => (index === at ? listView : byte))));
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'COLUMN_TYPE',
        details: expect.objectContaining({ file: 'some.arrow', column: 'list' }) as unknown,
      }),
    );
  });

  it('says that a file is compressed', () => {
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 0];
    compressionRegistry.set(CompressionType.ZSTD, {
      encode: (bytes) => Uint8Array.from([...frame, ...bytes]),
      decode: (bytes) => bytes.slice(frame.length),
    });
    const writer = new RecordBatchFileWriter({ compressionType: CompressionType.ZSTD });
    writer.write(batchOf({ byte: vectorFromArray([1, 2, 3], new Uint8()) }));
    writer.finish();
    expect(problem(writer.toUint8Array(true))).toMatchObject({
      code: 'ARROW_COMPRESSED',
      details: { file: 'some.arrow' },
    });
  });

  it('reads files without batches, and says of what is no Arrow file that it is none', () => {
    expect(readAll(fileOf([batchOf(foreignColumns(0))], 'file')).flat()).toEqual([]);
    for (const text of ['', 'A', 'ARROW1', 'ARROW1\0\0', 'model,unit\n', 'ARROW1\0\0\0\0\0\0ARROW1'])
      expect(problem(Buffer.from(text))).toMatchObject({ code: 'ARROW_BROKEN' });
  });
});
