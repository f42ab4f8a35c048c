import {
  Dictionary,
  Int32,
  Int8,
  Table,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
  type RecordBatch,
} from 'apache-arrow';
import {
  embeddingPointSchema,
  labelledImageSchema,
  profileSummarySchema,
  taskScoreSchema,
  unitMatchSchema,
} from '@intermodel/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildBatch, checkBatch, column, emptyBatch, Interner, readLists, readNumbers, readStrings } from './index.ts';

const matches = () =>
  buildBatch(unitMatchSchema, {
    model: ['a', 'a', 'bé'],
    layer: ['', '', ''],
    unit: [0, 1, 2],
    concept: ['sky', 'x,"y"', '-'],
    category: ['object', 'object', ''],
    iou: [0.5, Number.NaN, 0.1],
  });

describe(buildBatch, () => {
  it('reads back through Arrow IPC what was put in', () => {
    const batch = matches();
    const again = tableFromIPC(tableToIPC(tableFromBatch(batch)))
      .toArray()
      .map((row) => ({ ...(row as object) }));
    expect(again).toEqual([
      { model: 'a', layer: '', unit: 0, concept: 'sky', category: 'object', iou: 0.5 },
      { model: 'a', layer: '', unit: 1, concept: 'x,"y"', category: 'object', iou: null },
      { model: 'bé', layer: '', unit: 2, concept: '-', category: '', iou: 0.1 },
    ]);
  });

  it('builds lists of fixed size, lists of planes and booleans', () => {
    const points = buildBatch(embeddingPointSchema(2), {
      model: ['a', 'b'],
      components: new Float64Array([1, 2, 3, 4]),
      cluster: [0, 1],
    });
    expect(points.get(1)?.toJSON()).toMatchObject({ model: 'b', cluster: 1 });
    expect([...(points.get(1)?.components ?? [])]).toEqual([3, 4]);
    const images = buildBatch(labelledImageSchema({ height: 1, width: 1, labelHeight: 1, labelWidth: 2 }), {
      image: ['i', 'j'],
      pixels: new Uint8Array([1, 2, 3, 4, 5, 6]),
      labels: { offsets: new Int32Array([0, 2, 2]), values: new Uint16Array([1, 2, 3, 4]) },
    });
    expect(images.get(0)?.labels.length).toBe(2);
    expect([...(images.get(0)?.labels.get(1) ?? [])]).toEqual([3, 4]);
    expect(images.get(1)?.labels.length).toBe(0);
    const flags = Array.from({ length: 11 }, (_, row) => row % 3 === 0);
    const text = flags.map(() => 'x');
    const scores = buildBatch(taskScoreSchema, {
      model: text,
      task: text,
      dataset: text,
      metric: text,
      column: text,
      score: flags.map(Number),
      higherIsBetter: flags,
    });
    expect([...column(scores, 'higherIsBetter')]).toEqual(flags);
  });

  it('makes the same bytes of text as strings, as codes, and as one value for all rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat({ max: 4 }), { maxLength: 40 }),
        (values, picks) => {
          const codes = Int32Array.from(picks, (pick) => pick % values.length);
          const [value] = values as [string];
          const numbers = { matches: picks, unique: picks, redundancy: picks };
          const plain = buildBatch(profileSummarySchema, {
            model: picks.map(() => value),
            category: Array.from(codes, (code) => values[code] as string),
            ...numbers,
          });
          const coded = buildBatch(profileSummarySchema, {
            model: { value, rows: picks.length },
            category: { codes, values },
            ...numbers,
          });
          expect(Buffer.compare(tableToIPC(tableFromBatch(coded)), tableToIPC(tableFromBatch(plain)))).toBe(0);
        },
      ),
    );
  });

  it.each([-1, 2])('refuses code %i in a text column of two values', (code) => {
    expect(() =>
      buildBatch(profileSummarySchema, {
        model: { codes: Int32Array.of(0, code), values: ['a', 'b'] },
        category: ['', ''],
        matches: [1, 2],
        unique: [1, 2],
        redundancy: [1, 2],
      }),
    ).toThrow(`code ${String(code)} in a text column of 2 values`);
  });

  it('refuses columns of different length', () => {
    expect(() =>
      buildBatch(profileSummarySchema, {
        model: ['a'],
        category: ['b'],
        matches: [1, 2],
        unique: [1],
        redundancy: [1],
      }),
    ).toThrow(/"matches" has 2 rows, but the first has 1/u);
  });

  it('makes empty batches that carry their schema', () => {
    expect(emptyBatch(labelledImageSchema({ height: 1, width: 1, labelHeight: 1, labelWidth: 1 })).numRows).toBe(0);
    expect(emptyBatch(unitMatchSchema).schema.metadata).toEqual(unitMatchSchema.metadata);
  });
});

describe(checkBatch, () => {
  it('passes a batch of the expected columns, also when its schema was read from a file', () => {
    const read = tableFromIPC(tableToIPC(tableFromBatch(matches()))).batches[0] as RecordBatch;
    expect(checkBatch('stage', unitMatchSchema, read)).toBe(read);
  });

  it('names stage, column, expected and found type', () => {
    const other = tableFromArrays({
      model: ['a'],
      layer: ['l'],
      unit: new Float64Array([1]),
      concept: ['c'],
      category: ['d'],
      iou: new Float64Array([1]),
    }).batches[0] as RecordBatch;
    expect(() => checkBatch('profileModels', unitMatchSchema, other)).toThrow(
      /profileModels: column "model" is Dictionary/u,
    );
    expect(() => checkBatch('profileModels', unitMatchSchema, emptyBatch(profileSummarySchema))).toThrow(
      /named "category"[\s\S]*expected: column 1 named "layer"/u,
    );
  });
});

describe(Interner, () => {
  it('gives equal strings equal codes over batches, plain or dictionary-encoded', () => {
    const interner = new Interner();
    const plain = interner.column(column(matches(), 'model')).codes;
    const dictionary = interner.column(
      vectorFromArray(['bé', 'a', 'new', null], new Dictionary(new Utf8(), new Int8())),
    ).codes;
    expect([...plain]).toEqual([0, 0, 1]);
    expect([...dictionary].slice(0, 3)).toEqual([1, 0, 2]);
    expect(interner.values[dictionary[3] as number]).toBe('');
  });

  it('tells texts of equal hash and length apart', () => {
    // FNV-1a of 32 bits is the same for both.
    const [one, other] = ['10214246', '11155780'];
    const values = [one, other, one, one, other];
    const batch = buildBatch(profileSummarySchema, {
      model: values,
      category: values,
      matches: values.map(() => 1),
      unique: values.map(() => 1),
      redundancy: values.map(() => 1),
    });
    expect(readStrings(column(batch, 'model'))).toEqual(values);
  });

  it('reads any text column as its strings', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 6 })), (values) => {
        const batch = buildBatch(profileSummarySchema, {
          model: values,
          category: values,
          matches: values.map(() => 1),
          unique: values.map(() => 1),
          redundancy: values.map(() => 1),
        });
        expect(readStrings(column(batch, 'model'))).toEqual(values);
      }),
    );
  });
});

describe(readLists, () => {
  it.each([1, 2, 3])('views the values of whole and sliced columns of lists of %i', (size) => {
    const batch = buildBatch(embeddingPointSchema(size), {
      model: ['a', 'b', 'c'],
      components: Float64Array.from({ length: 3 * size }, (_, index) => index),
      cluster: [0, 0, 0],
    });
    expect([...readLists(column(batch, 'components'))]).toEqual([...Array(3 * size).keys()]);
    expect([...readLists(column(batch.slice(1, 3), 'components'))]).toEqual(
      Array.from({ length: 2 * size }, (_, index) => size + index),
    );
  });
});

describe(readNumbers, () => {
  it('gives the same bytes whatever the sign of a NaN', () => {
    const negative = new Float64Array(new BigUint64Array([0xfff8000000000000n]).buffer);
    const [data] =
      buildBatch(unitMatchSchema, {
        model: ['a'],
        layer: [''],
        unit: [0],
        concept: [''],
        category: [''],
        iou: negative,
      }).getChild('iou')?.data ?? [];
    expect(new BigUint64Array((data?.values as Float64Array).slice().buffer)).toEqual(
      new BigUint64Array([0x7ff8000000000000n]),
    );
    expect(new BigUint64Array(negative.buffer)[0]).toBe(0xfff8000000000000n);
  });

  it('turns nulls into NaN and views float64 columns without nulls', () => {
    expect([...readNumbers(column(matches(), 'iou'))]).toEqual([0.5, Number.NaN, 0.1]);
    expect([...readNumbers(column(matches(), 'unit'))]).toEqual([0, 1, 2]);
    expect([...readNumbers(column(matches().slice(1, 3), 'iou'))]).toEqual([Number.NaN, 0.1]);
    expect([...readNumbers(vectorFromArray([1, null, 3], new Int32()))]).toEqual([1, Number.NaN, 3]);
  });
});

function tableFromBatch(batch: RecordBatch): Table {
  return new Table([batch]);
}
