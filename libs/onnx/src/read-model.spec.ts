import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@intermodel/errors';
import { buildOnnxModel, type OnnxModel } from '@intermodel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { externalLocations } from './external-data.ts';
import { readModel, readModelBytes } from './read-model.ts';

const small: OnnxModel = {
  nodes: [
    { op: 'Conv', name: 'first', inputs: ['x', 'w'], outputs: ['c'], attributes: { kernel_shape: [1, 1] } },
    { op: 'Twice', domain: 'own', name: 'second', inputs: ['c'], outputs: ['y'] },
  ],
  inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
  outputs: [{ name: 'y', dims: ['batch', 2, 8, 8] }],
  initializers: { w: { dims: [2, 3, 1, 1], data: [1, 2, 3, 4, 5, 6] } },
  valueInfo: [{ name: 'c', dims: ['batch', 2, 8, 8] }],
  domains: { own: 1 },
  functions: [
    {
      domain: 'own',
      name: 'Twice',
      inputs: ['a'],
      outputs: ['b'],
      nodes: [{ op: 'Add', inputs: ['a', 'a'], outputs: ['b'] }],
    },
  ],
  metadata: { author: 'nobody' },
  irVersion: 9,
};

const codeOf = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).code;
  }
  return 'read';
};

describe('readModel', () => {
  it('reads what the file says of its graph', () => {
    const model = readModelBytes(buildOnnxModel(small), 'small.onnx');
    expect(model.irVersion).toBe(9);
    expect(model.opsets).toEqual(
      new Map([
        ['', 17],
        ['own', 1],
      ]),
    );
    expect(model.metadata.get('author')).toBe('nobody');
    expect(
      model.graph.nodes.map(({ name, operator, domain, inputs, outputs }) => [name, operator, domain, inputs, outputs]),
    ).toEqual([
      ['first', 'Conv', '', ['x', 'w'], ['c']],
      ['second', 'Twice', 'own', ['c'], ['y']],
    ]);
    expect(model.graph.nodes[0]?.attributes.get('kernel_shape')?.integers).toEqual([1, 1]);
    expect(model.graph.inputs[0]?.type).toEqual({ elementType: 1, dims: ['batch', 3, 8, 8] });
    expect(model.graph.valueInfo.map(({ name }) => name)).toEqual(['c']);
    expect(model.graph.initializers[0]).toMatchObject({ name: 'w', dims: [2, 3, 1, 1], elementType: 1, sparse: false });
    expect(model.functions.map(({ name, nodes }) => [name, nodes[0]?.operator])).toEqual([['Twice', 'Add']]);
  });

  it('finds the bytes of weights without reading them', () => {
    const bytes = buildOnnxModel(small);
    const { raw } = readModelBytes(bytes, 'small.onnx').graph.initializers[0]!;
    expect(Array.from(new Float32Array(bytes.slice(raw!.start, raw!.end).buffer))).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('says that a file is cut off wherever it is cut inside a field or before its operator sets', () => {
    const bytes = buildOnnxModel(small);
    const outcomes = Array.from({ length: bytes.length }, (_, length) =>
      codeOf(() => readModelBytes(bytes.slice(0, length), 'cut.onnx')),
    );
    expect(outcomes[0]).toBe('MODEL_NOT_ONNX');
    const whole = outcomes.flatMap((outcome, length) => (outcome === 'read' ? [length] : []));
    // Between two of the fields behind the graph nothing shows that more should follow.
    expect(whole.length).toBeLessThanOrEqual(3);
    expect(whole.every((length) => readModelBytes(bytes.slice(0, length), 'cut.onnx').graph.nodes.length === 2)).toBe(
      true,
    );
    expect(new Set(outcomes.slice(2).filter((outcome) => outcome !== 'read'))).toEqual(new Set(['MODEL_TRUNCATED']));
  });

  it('fails with a typed error on any bytes', () => {
    const codes = ['MODEL_NOT_ONNX', 'MODEL_TRUNCATED', 'MODEL_CORRUPT', 'read'];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        codes.includes(codeOf(() => readModelBytes(bytes, 'any.onnx'))),
      ),
      { numRuns: 500 },
    );
    const good = buildOnnxModel(small);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (position, byte) => {
        const damaged = good.slice();
        damaged[position] = byte;
        return codes.includes(codeOf(() => readModelBytes(damaged, 'damaged.onnx')));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a PNG image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])],
    ['text', Buffer.from('hello, this is no model at all\n')],
    ['a PyTorch archive', Buffer.from('PK\u0003\u0004 archive/data.pkl')],
    ['a TensorFlow Lite model', Buffer.from([0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33, 0, 0, 0, 0])],
    ['nothing', Buffer.alloc(0)],
  ])('does not take %s for a model', (_what, bytes) => {
    expect(codeOf(() => readModelBytes(bytes, 'other'))).toBe('MODEL_NOT_ONNX');
  });

  it('knows a pointer of Git LFS', () => {
    expect(() =>
      readModelBytes(Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'), 'm.onnx'),
    ).toThrow(/git lfs pull/u);
  });

  it('names a missing file, and a folder', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-'));
    expect(codeOf(() => readModel(path.join(folder, 'none.onnx')))).toBe('MODEL_MISSING');
    expect(codeOf(() => readModel(folder))).toBe('MODEL_UNREADABLE');
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => readModel(pipe)).toThrow(
      expect.objectContaining({ code: 'MODEL_UNREADABLE', message: expect.stringContaining('is a pipe') as string }),
    );
    writeFileSync(path.join(folder, 'small.onnx'), buildOnnxModel(small));
    expect(readModel(path.join(folder, 'small.onnx')).graph.nodes).toHaveLength(2);
  });
});

describe(externalLocations, () => {
  it('names each file of weights once, sorted', () => {
    const at = (location: string, offset: number) => ({ dims: [1], external: { location, offset, length: 4 } });
    const initializers = { ...small.initializers, a: at('z.data', 0), b: at('b.data', 0), c: at('z.data', 4) };
    const { graph } = readModelBytes(buildOnnxModel({ ...small, initializers }), 'small.onnx');
    expect(externalLocations(graph.initializers)).toEqual(['b.data', 'z.data']);
    expect(externalLocations(readModelBytes(buildOnnxModel(small), 'small.onnx').graph.initializers)).toEqual([]);
  });
});
