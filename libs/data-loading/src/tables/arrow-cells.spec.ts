import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@intermodel/streams';
import {
  Bool,
  type DataType,
  DateDay,
  Dictionary,
  Field,
  FixedSizeBinary,
  Float16,
  Float32,
  Float64,
  Int32,
  Int64,
  Int8,
  LargeUtf8,
  List,
  makeData,
  makeVector,
  Null,
  Struct,
  Table,
  tableToIPC,
  TimestampMillisecond,
  Uint16,
  Utf8,
  Utf8View,
  vectorFromArray,
  type Vector,
} from 'apache-arrow';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScoreTables, readUnitTables } from '../index.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'arrow-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function arrow(columns: Readonly<Record<string, Vector>>): string {
  const file = path.join(folder, 't.arrow');
  writeFileSync(file, tableToIPC(new Table(columns), 'file'));
  return file;
}
const read = (columns: Readonly<Record<string, Vector>>) =>
  lastValueFrom(readUnitTables([arrow(columns)]).pipe(toArray()));
const rows = async (columns: Readonly<Record<string, Vector>>) =>
  (await read(columns)).flatMap((batch) => batch.toArray().map((row) => ({ ...(row as object) })));

const text = ['m', 'm', 'm'];
const plain = {
  model: vectorFromArray(text, new Utf8()),
  unit: vectorFromArray([0, 1, 2], new Int32()),
  iou: vectorFromArray([0.5, null, 0.25], new Float64()),
  concept: vectorFromArray(['sky', 'a concept of more than twelve bytes', null], new Utf8()),
  category: vectorFromArray(['object', 'object', ''], new Utf8()),
};
const expected = [
  { model: 'm', layer: '', unit: 0, concept: 'sky', category: 'object', iou: 0.5 },
  { model: 'm', layer: '', unit: 1, concept: 'a concept of more than twelve bytes', category: 'object', iou: null },
  { model: 'm', layer: '', unit: 2, concept: '-', category: '', iou: 0.25 },
];
const again = (values: Vector, type: DataType): Vector => vectorFromArray([...values], type);

describe('unit tables as other programs write them in Arrow', () => {
  it.each([
    ['large text', () => new LargeUtf8()],
    ['views of text', () => new Utf8View()],
    ['dictionaries', () => new Dictionary(new Utf8(), new Int8())],
    ['dictionaries of large text', () => new Dictionary(new LargeUtf8(), new Uint16())],
    ['dictionaries of views', () => new Dictionary(new Utf8View(), new Int32())],
  ])('are read with %s', async (_case, type) => {
    expect(
      await rows({
        ...plain,
        model: again(plain.model, type()),
        concept: again(plain.concept, type()),
        category: again(plain.category, type()),
      }),
    ).toEqual(expected);
  });

  it.each([
    ['single precision', { iou: new Float32() }],
    ['half precision', { iou: new Float16() }],
    ['long integers', { unit: new Int64() }],
    ['short integers', { unit: new Uint16() }],
    ['floats for units', { unit: new Float64() }],
  ])('are read with %s', async (_case, types) => {
    const [[name, type]] = Object.entries(types) as [[keyof typeof plain, Float32]];
    const values = [...plain[name]].map((value) => (type instanceof Int64 ? BigInt(value as number) : value));
    expect(await rows({ ...plain, [name]: vectorFromArray(values, type) })).toEqual(expected);
  });

  it('are read with numbers as text, names that are numbers, and columns of nulls', async () => {
    const none = makeVector(makeData({ type: new Null(), length: 3 }));
    expect(
      await rows({
        ...plain,
        unit: vectorFromArray(['0', '1', '2'], new Utf8()),
        iou: vectorFromArray(['0.5', '', '0.25'], new Utf8View()),
        model: vectorFromArray([7n, 7n, 7n], new Int64()),
        layer: none,
      }),
    ).toEqual(expected.map((row) => ({ ...row, model: '7' })));
    expect((await rows({ ...plain, iou: none })).map((row) => (row as { readonly iou: number | null }).iou)).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('are read whatever columns stand beside those that are needed', async () => {
    const beside = {
      times: vectorFromArray([1, 2, 3], new TimestampMillisecond()),
      days: vectorFromArray([new Date(0), new Date(0), new Date(0)], new DateDay()),
      lists: vectorFromArray([[1], [], [2, 3]], new List(new Field('item', new Int32(), true))),
      structs: vectorFromArray([{ a: 1 }, { a: 2 }, { a: 3 }], new Struct([new Field('a', new Int32(), true)])),
    };
    expect(await rows({ ...beside, ...plain })).toEqual(expected);
  });

  it.each([
    ['a list', 'concept', vectorFromArray([['a'], [], ['b']], new List(new Field('item', new Utf8(), true)))],
    [
      'a struct',
      'model',
      vectorFromArray([{ a: 1 }, { a: 2 }, { a: 3 }], new Struct([new Field('a', new Int32(), true)])),
    ],
    ['a timestamp', 'unit', vectorFromArray([1, 2, 3], new TimestampMillisecond())],
    ['a date', 'iou', vectorFromArray([new Date(0), new Date(0), new Date(0)], new DateDay())],
    [
      'bytes',
      'category',
      vectorFromArray([new Uint8Array(2), new Uint8Array(2), new Uint8Array(2)], new FixedSizeBinary(2)),
    ],
  ])('are refused with %s where text or numbers are needed, naming file and column', async (_case, column, vector) => {
    const error: unknown = await read({ ...plain, [column]: vector }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'COLUMN_TYPE', details: { file: path.join(folder, 't.arrow'), column } });
  });
});

describe('score tables as other programs write them in Arrow', () => {
  it('are read in both layouts', async () => {
    const scores = async (columns: Readonly<Record<string, Vector>>) =>
      (await lastValueFrom(readScoreTables([arrow(columns)]).pipe(toArray()))).flatMap((batch) =>
        batch.toArray().map(({ model, column, score, higherIsBetter }) => [model, column, score, higherIsBetter]),
      );
    const model = vectorFromArray(['a', 'b'], new Utf8View());
    const lists = vectorFromArray([[1], [2]], new List(new Field('item', new Int32(), true)));
    expect(
      await scores({
        lists,
        model,
        dt_Cars: vectorFromArray([1.5, null], new Float32()),
        dt_Pets: vectorFromArray([1n, 2n], new Int64()),
      }),
    ).toEqual([
      ['a', 'dt_Cars', 1.5, true],
      ['a', 'dt_Pets', 1, true],
      ['b', 'dt_Pets', 2, true],
    ]);
    const same = (value: string) => vectorFromArray([value, value], new Dictionary(new Utf8(), new Int8()));
    expect(
      await scores({
        model,
        task: same('t'),
        dataset: same('d'),
        metric: same('m'),
        score: vectorFromArray([1, 2], new Float64()),
        higherIsBetter: vectorFromArray([true, false], new Bool()),
        lists,
      }),
    ).toEqual([
      ['a', 't/d/m', 1, true],
      ['b', 't/d/m', 2, false],
    ]);
    await expect(lastValueFrom(readScoreTables([arrow({ model, dt_Cars: lists })]))).rejects.toMatchObject({
      code: 'COLUMN_TYPE',
      details: { column: 'dt_Cars' },
    });
  });
});
