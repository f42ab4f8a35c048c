import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildOnnxModel, type OnnxModel, type OnnxNode } from '@intermodel/testing';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { cutGraph } from './cut-graph.ts';
import { listLayers } from './list-layers.ts';
import { readModel, readModelBytes } from './read-model.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-hostile-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What ends a wait that hangs, in ms: a busy machine is no fault. */
const longest = 300_000;

const base: OnnxModel = {
  inputs: [{ name: 'x', dims: ['batch', 3, 8, 8] }],
  outputs: [{ name: 'maps' }],
  nodes: [
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
    { op: 'Relu', inputs: ['c'], outputs: ['maps'] },
  ],
  initializers: { w: { dims: [4, 3, 1, 1], data: Array.from({ length: 12 }, (_, place) => place) } },
};
let files = 0;
const write = (more: Partial<OnnxModel>): string => {
  const file = path.join(folder, `${String(files++)}.onnx`);
  writeFileSync(
    file,
    buildOnnxModel({ ...base, ...more, initializers: { ...base.initializers, ...more.initializers } }),
  );
  return file;
};
const yes = { dims: [], type: 'bool', data: Uint8Array.of(1) } as const;
const loop = (rounds: bigint): Partial<OnnxModel> => {
  const body = {
    inputs: [{ name: 'count', dims: [], type: 'int64' }, { name: 'go', dims: [], type: 'bool' }, { name: 'state' }],
    nodes: [
      { op: 'Identity', inputs: ['go'], outputs: ['goes'] },
      { op: 'Identity', inputs: ['state'], outputs: ['next'] },
    ],
    outputs: [{ name: 'goes', dims: [], type: 'bool' }, { name: 'next' }],
  } as const;
  return {
    nodes: [
      ...base.nodes,
      { op: 'Loop', inputs: ['rounds', 'yes', 'maps'], outputs: ['last'], attributes: { body: { graph: body } } },
    ],
    outputs: [{ name: 'last' }],
    initializers: { rounds: { dims: [], type: 'int64', data: BigInt64Array.of(rounds) }, yes },
  };
};
const sized = (op: string, inputs: readonly string[], sizes: readonly number[]): Partial<OnnxModel> => ({
  nodes: [...base.nodes, { op, inputs, outputs: ['huge'] }, { op: 'Relu', inputs: ['huge'], outputs: ['end'] }],
  outputs: [{ name: 'end' }],
  initializers: { sizes: { dims: [sizes.length], type: 'int64', data: BigInt64Array.from(sizes, BigInt) } },
});

/** Bytes of a field of counted bytes around others. */
const counted = (field: number, bytes: Uint8Array) => {
  const varint: number[] = [];
  for (let rest = bytes.length; varint.length === 0 || rest > 0; rest = Math.floor(rest / 128))
    varint.push((rest % 128) + (rest >= 128 ? 128 : 0));
  return Buffer.concat([Uint8Array.of(field * 8 + 2), Uint8Array.from(varint), bytes]);
};

describe('a model that means harm', () => {
  it('is refused where graphs lie deep within each other', () => {
    // A graph in an attribute of a node, again and again.
    let graph: Uint8Array = new Uint8Array();
    for (let level = 0; level < 3000; level++) graph = counted(1, counted(5, counted(6, graph)));
    const whole = Buffer.concat([Uint8Array.of(8, 8), counted(7, graph), counted(8, Uint8Array.of(16, 17))]);
    expect(() => readModelBytes(whole, 'deep.onnx')).toThrow(
      expect.objectContaining({
        code: 'MODEL_CORRUPT',
        message: expect.stringContaining('deep within each other') as string,
      }),
    );
  });

  it('is read where lists of numbers are long', () => {
    const numbers = Array.from({ length: 500_000 }, () => 1);
    const file = write({
      nodes: [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'], attributes: { pads: numbers } },
        { op: 'Relu', inputs: ['c'], outputs: ['maps'] },
      ],
      inputs: [{ name: 'x', dims: numbers }],
    });
    const { graph } = readModel(file);
    expect([graph.nodes[0]?.attributes.get('pads')?.integers.length, graph.inputs[0]?.type?.dims?.length]).toEqual([
      500_000, 500_000,
    ]);
  });

  it('is listed, cut and chosen from where it is 20,000 nodes long', async () => {
    const nodes: OnnxNode[] = Array.from({ length: 20_000 }, (_, index) => ({
      op: 'Identity',
      inputs: [index === 0 ? 'maps' : `i${String(index - 1)}`],
      outputs: [`i${String(index)}`],
    }));
    const file = write({
      nodes: [...base.nodes, ...nodes, { op: 'GlobalAveragePool', inputs: ['i19999'], outputs: ['pooled'] }],
      outputs: [{ name: 'pooled' }],
    });
    expect(cutGraph(readModel(file), ['i19999']).nodes).toHaveLength(20_002);
    const { layers, choice } = await listLayers(file, { probeSeconds: 500 });
    expect([layers.length, choice.tensor]).toEqual([20_002, 'maps']);
  });

  it('is cut where functions call each other in a long row', () => {
    const call = (index: number) => ({ op: `F${String(index)}`, domain: 'own', inputs: ['a'], outputs: ['b'] });
    const functions = Array.from({ length: 5000 }, (_, index) => ({
      domain: 'own',
      name: `F${String(index)}`,
      inputs: ['a'],
      outputs: ['b'],
      nodes: [index === 4999 ? { op: 'Relu', inputs: ['a'], outputs: ['b'] } : call(index + 1)],
    }));
    const file = write({
      nodes: [...base.nodes, { ...call(0), inputs: ['maps'], outputs: ['end'] }],
      outputs: [{ name: 'end' }],
      functions,
      domains: { own: 1 },
    });
    expect(cutGraph(readModel(file), ['end']).nodes).toHaveLength(3);
  });

  it.each([
    ['Expand', ['c', 'sizes'], [8_000_000, 1, 1, 1, 1]],
    ['Tile', ['c', 'sizes'], [1, 1, 8000, 8000]],
    ['Resize', ['c', '', '', 'sizes'], [1, 4, 40_000, 40_000]],
  ])('is refused where %s would make more than there is memory for', async (op, inputs, sizes) => {
    await expect(
      listLayers(write(sized(op, inputs, sizes)), { inputSize: { height: 8, width: 8 } }),
    ).rejects.toMatchObject({ code: 'TENSOR_TOO_LARGE', details: { column: 'huge' } });
  });

  it('is stopped at a limit of time, of memory, and at a signal', async () => {
    const endless = write(loop(2n ** 62n));
    await expect(listLayers(endless, { probeSeconds: 1 })).rejects.toMatchObject({
      name: 'InputError',
      code: 'MODEL_PROBE_LIMIT',
      message: expect.stringContaining('1 s') as string,
    });
    const stop = new AbortController();
    const listed = listLayers(endless, { signal: stop.signal });
    setTimeout(() => {
      stop.abort(new Error('as asked'));
    }, 300);
    await expect(listed).rejects.toThrow('as asked');
    // Constants are made in the run: nothing tells of their size before.
    const constants = {
      nodes: [
        ...base.nodes,
        { op: 'ConstantOfShape', inputs: ['sizes'], outputs: ['zeros'] },
        { op: 'ReduceMean', inputs: ['zeros'], outputs: ['mean'] },
        { op: 'Add', inputs: ['maps', 'mean'], outputs: ['sum'] },
        { op: 'NonZero', inputs: ['sum'], outputs: ['places'] },
        { op: 'Cast', inputs: ['places'], outputs: ['end'], attributes: { to: 1 } },
      ],
      outputs: [{ name: 'end' }],
      initializers: { sizes: { dims: [2], type: 'int64', data: BigInt64Array.of(40_000n, 40_000n) } },
    } satisfies Partial<OnnxModel>;
    await expect(listLayers(write(constants), { probeMegabytes: 500, probeSeconds: 500 })).rejects.toMatchObject({
      code: 'MODEL_PROBE_LIMIT',
      message: expect.stringContaining('MiB of memory') as string,
    });
  });

  it.skipIf(process.platform !== 'linux')('is let go of when the process that looks at it is killed', async () => {
    const list = `import(${JSON.stringify(new URL('./list-layers.ts', import.meta.url).href)}).then(({ listLayers }) => listLayers(${JSON.stringify(write(loop(2n ** 62n)))}, { probeSeconds: 500 }))`;
    const looking = spawn(process.execPath, ['--conditions=@intermodel/source', '--import', 'tsx', '--eval', list], {
      cwd: import.meta.dirname,
      stdio: 'ignore',
    });
    const isRunning = (pid: number) =>
      existsSync(`/proc/${String(pid)}/stat`) && !/\) [ZX] /u.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
    const seconds = (pid: number) =>
      Number(
        readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
          .split(') ')[1]
          ?.split(' ')[11],
      ) / 100;
    const { pid = 0 } = looking;
    const children = () => readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').match(/\d+/gu);
    const probe = await vi.waitUntil(
      () =>
        children()
          ?.map(Number)
          .find((child) => seconds(child) > 1.5),
      { timeout: longest },
    );
    looking.kill('SIGKILL');
    await vi.waitUntil(() => !isRunning(probe), { timeout: longest });
  });

  it('is run where it has loops, though it states all shapes', async () => {
    const stated = {
      ...loop(2n ** 62n),
      valueInfo: ['c', 'maps'].map((name) => ({ name, dims: ['batch', 4, 8, 8] })),
      outputs: [{ name: 'last', dims: ['batch', 4, 8, 8] }],
    };
    await expect(
      listLayers(write(stated), { probeSeconds: 1, inputSize: { height: 8, width: 8 } }),
    ).rejects.toMatchObject({ code: 'MODEL_PROBE_LIMIT' });
  });

  it('is run where a loop ends', async () => {
    expect((await listLayers(write(loop(3n)), { probeSeconds: 500 })).choice.reason).not.toBe('');
  });
});
