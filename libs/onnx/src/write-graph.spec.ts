import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession } from './open-session.ts';
import { readModelBytes } from './read-model.ts';
import { writeGraph, type WrittenConstant, type WrittenGraph } from './write-graph.ts';

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const integers = (...values: number[]) => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);

/** A softmax over the channels, scaled by channel: negative and other attributes, weights inside or elsewhere. */
const scaled = (scale: WrittenConstant['values']): WrittenGraph => ({
  name: 'scaled',
  opsets: new Map([
    ['', 20],
    ['com.microsoft', 1],
  ]),
  nodes: [
    { operator: 'Softmax', name: 'softmax', inputs: ['image'], outputs: ['softmax'], attributes: { axis: -3 } },
    { operator: 'Mul', name: 'scaled', inputs: ['softmax', 'scale'], outputs: ['scaled'], attributes: {} },
    {
      operator: 'LeakyRelu',
      name: 'leaky',
      inputs: ['scaled'],
      outputs: ['leaky'],
      attributes: { alpha: { float: 0.5 } },
    },
    {
      operator: 'Transpose',
      name: 'turned',
      inputs: ['leaky'],
      outputs: ['turned'],
      attributes: { perm: [0, 1, 3, 2] },
    },
    { operator: 'Pad', name: 'padded', inputs: ['turned', 'pads'], outputs: ['padded'], attributes: { mode: 'edge' } },
    {
      operator: 'QuickGelu',
      domain: 'com.microsoft',
      name: 'bent',
      inputs: ['padded'],
      outputs: ['bent'],
      attributes: {},
    },
  ],
  constants: [
    { name: 'scale', type: 'float32', dims: [2, 1, 1], values: scale },
    { name: 'pads', type: 'int64', dims: [8], values: () => integers(0, 0, 0, 1, 0, 0, 0, -1) },
  ],
  inputs: [{ name: 'image', type: 'float32', dims: ['batch', 2, 'height', undefined] }],
  outputs: [{ name: 'bent', type: 'float32', dims: ['batch', 2, undefined, undefined] }],
  valueInfo: [{ name: 'scaled', type: 'float32', dims: ['batch', 2, 'height', undefined] }],
  metadata: new Map([['source', 'ä file']]),
});

describe('writeGraph', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'intermodel-write-graph-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const run = async (name: string, bytes: Uint8Array) => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    const session = await openSession({ file, tensors: ['padded'], threads: 1, inputSize: { height: 2, width: 1 } });
    const values = (await session.run(Float32Array.of(0, Math.log(3), 0, 0), 1)).get('padded');
    await session.release();
    return values;
  };
  // By hand: the softmax of (0, 0) is (1/2, 1/2), that of (log 3, 0) is (3/4, 1/4); scaled by 8 and -8, halved where
  // negative; then turned into one row of two, whose first stands twice and whose last is cut off.
  const expected = { dims: [1, 2, 1, 2], data: Float32Array.of(4, 4, -2, -2) };

  it('writes attributes and constants as the runtime reads them', async () => {
    const model = writeGraph(scaled(() => floats(8, -8)));
    const values = await run('inside.onnx', model.toBytes());
    expect(values?.dims).toEqual(expected.dims);
    expect([...(values?.data ?? [])].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([...expected.data]);
  });

  it.each([0, 1, 3, 4, 64, 4095])('refers to values at byte %i of another file', async (offset) => {
    writeFileSync(
      path.join(folder, 'weights.bin'),
      Buffer.concat([Buffer.alloc(offset, 7), floats(8, -8), Buffer.alloc(3)]),
    );
    const inside = await run('inside.onnx', writeGraph(scaled(() => floats(8, -8))).toBytes());
    const referred = writeGraph(scaled({ location: 'weights.bin', offset, length: 8 })).toBytes();
    expect(await run('referred.onnx', referred)).toEqual(inside);
  });

  it('states what it was given, as it is read back', () => {
    const graph = scaled({ location: 'weights.bin', offset: 5, length: undefined });
    const model = readModelBytes(writeGraph(graph).toBytes(), 'written.onnx');
    expect([...model.opsets]).toEqual([...graph.opsets]);
    expect([...model.metadata]).toEqual([['source', 'ä file']]);
    const types = [...model.graph.inputs, ...model.graph.valueInfo].map(({ name, type }) => [name, type]);
    const type = { elementType: 1, dims: ['batch', 2, 'height', undefined] };
    expect(types).toEqual([
      ['image', type],
      ['scaled', type],
    ]);
    expect(
      model.graph.nodes.map(({ operator, domain, inputs, outputs }) => [operator, domain, inputs, outputs]),
    ).toEqual(graph.nodes.map(({ operator, domain = '', inputs, outputs }) => [operator, domain, inputs, outputs]));
    expect(model.graph.initializers.map(({ name, dims, external }) => [name, dims, external])).toEqual([
      ['scale', [2, 1, 1], { location: 'weights.bin', offset: 5, length: 8 }],
      ['pads', [8], undefined],
    ]);
  });

  it('gives the same bytes part by part, and holds one constant at a time', () => {
    let [held, read] = [0, 0];
    const large = 3 * 2 ** 20;
    const graph = scaled(() => floats(8, -8));
    const constants = Array.from({ length: 4 }, (_, index) => ({
      name: `large${String(index)}`,
      type: 'float16' as const,
      dims: [large / 2],
      values: () => {
        held++;
        read++;
        return new Uint8Array(large).fill(index);
      },
    }));
    const model = writeGraph({ ...graph, constants: [...graph.constants, ...constants] });
    expect(read).toBe(0);
    const chunks: Uint8Array[] = [];
    for (const chunk of model.chunks()) {
      expect(held).toBeLessThanOrEqual(1);
      held = 0;
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).equals(model.toBytes())).toBe(true);
    expect(model.byteLength).toBe(Buffer.concat(chunks).length);
    expect(model.byteLength).toBeGreaterThan(4 * large);
  });

  it('refuses values of another size than was said', () => {
    expect(() => writeGraph(scaled(() => floats(8))).toBytes()).toThrow(
      /"scale" reads 4 bytes where its sizes make 8/u,
    );
  });
});
