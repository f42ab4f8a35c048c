import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '@intermodel/numerics';
import { buildOnnxModel, type OnnxModel, type OnnxNode } from '@intermodel/testing';
import { bendBytes } from '../bend-bytes.ts';
import type { FuzzCase, FuzzKind } from '../fuzz-kind.ts';
import { smallNetwork } from '../make-base.ts';
import { bendFile } from './tables.ts';

const layers = (more: readonly string[] = []) => ['layers', 'model.onnx', ...more];

/** A number of every size that a shape or an attribute may hold. */
function oddSize(random: Random): number {
  const sizes = [-1, 0, 1, 2, 3, 7, 64, 1000, 65_536, 1e6, 2 ** 31 - 1, 2 ** 31, 1e9, 2 ** 40];
  return sizes[random.below(sizes.length)] ?? 1;
}

/** Hostile graphs: deep, long, wide, endless, or of sizes that nobody has memory for. */
const hostile: readonly (readonly [how: string, make: (random: Random) => Partial<OnnxModel>])[] = [
  [
    'a chain',
    (random) => {
      const count = 2000 + random.below(6000);
      const nodes: OnnxNode[] = Array.from({ length: count }, (_, index) => ({
        op: ['Relu', 'Identity', 'Dropout', 'Neg'][random.below(4)] ?? 'Relu',
        inputs: [index === 0 ? 'maps' : `chain${String(index - 1)}`],
        outputs: [`chain${String(index)}`],
      }));
      return { nodes: [...smallNetwork.nodes, ...nodes], outputs: [{ name: `chain${String(count - 1)}` }] };
    },
  ],
  [
    'a ladder of sums',
    (random) => {
      const count = 20 + random.below(200);
      const nodes: OnnxNode[] = Array.from({ length: count }, (_, index) => ({
        op: 'Add',
        inputs: [index === 0 ? 'maps' : `rung${String(index - 1)}`, index < 2 ? 'maps' : `rung${String(index - 2)}`],
        outputs: [`rung${String(index)}`],
      }));
      return { nodes: [...smallNetwork.nodes, ...nodes], outputs: [{ name: `rung${String(count - 1)}` }] };
    },
  ],
  [
    'nested bodies',
    (random) => {
      let node: OnnxNode = { op: 'Identity', inputs: ['maps'], outputs: ['inner'] };
      for (let depth = 1 + random.below(500); depth > 0; depth--) {
        const body = { nodes: [node], outputs: [{ name: 'inner' }] };
        node = {
          op: 'If',
          inputs: ['yes'],
          outputs: ['inner'],
          attributes: {
            then_branch: { graph: body },
            else_branch: {
              graph: {
                nodes: [{ op: 'Identity', inputs: ['maps'], outputs: ['inner'] }],
                outputs: [{ name: 'inner' }],
              },
            },
          },
        };
      }
      return {
        nodes: [...smallNetwork.nodes, node],
        initializers: { ...smallNetwork.initializers, yes: { dims: [], type: 'bool', data: Uint8Array.of(1) } },
        outputs: [{ name: 'inner' }],
      };
    },
  ],
  [
    'a huge tensor',
    (random) => {
      const dims = [1, 8, oddSize(random), oddSize(random)];
      const nodes: OnnxNode[] = [
        random.below(2) === 0
          ? { op: 'ConstantOfShape', inputs: ['sizes'], outputs: ['huge'] }
          : { op: 'Expand', inputs: ['r1', 'sizes'], outputs: ['huge'] },
        { op: 'Relu', inputs: ['huge'], outputs: ['used'] },
        { op: 'ReduceMean', inputs: ['used'], outputs: ['mean'] },
        { op: 'Add', inputs: ['scores', 'mean'], outputs: ['end'] },
      ];
      return {
        nodes: [...smallNetwork.nodes, ...nodes],
        initializers: {
          ...smallNetwork.initializers,
          sizes: { dims: [4], type: 'int64', data: BigInt64Array.from(dims, BigInt) },
        },
        outputs: [{ name: 'end' }],
      };
    },
  ],
  [
    'an endless loop',
    (random) => {
      const body = {
        inputs: [
          { name: 'count', dims: [], type: 'int64' as const },
          { name: 'go', dims: [], type: 'bool' as const },
          { name: 'state' },
        ],
        nodes: [
          { op: 'Identity', inputs: ['go'], outputs: ['goes'] },
          { op: 'Identity', inputs: ['state'], outputs: ['next'] },
        ],
        outputs: [{ name: 'goes', dims: [], type: 'bool' as const }, { name: 'next' }],
      };
      const rounds = BigInt(random.below(2) === 0 ? 2 ** 40 : 3);
      return {
        nodes: [
          ...smallNetwork.nodes,
          { op: 'Loop', inputs: ['rounds', 'yes', 'maps'], outputs: ['last'], attributes: { body: { graph: body } } },
        ],
        initializers: {
          ...smallNetwork.initializers,
          rounds: { dims: [], type: 'int64', data: BigInt64Array.of(rounds) },
          yes: { dims: [], type: 'bool', data: Uint8Array.of(1) },
        },
        outputs: [{ name: 'last' }],
      };
    },
  ],
  [
    'a long list of numbers',
    (random) => ({
      nodes: smallNetwork.nodes.map((node, index) =>
        index === 0
          ? {
              ...node,
              attributes: { ...node.attributes, pads: Array.from({ length: random.below(600_000) }, () => 1) },
            }
          : node,
      ),
    }),
  ],
  [
    'odd sizes',
    (random) => ({
      inputs: [
        {
          name: 'input',
          dims: Array.from({ length: random.below(6) }, () => (random.below(4) === 0 ? 'any' : oddSize(random))),
        },
      ],
    }),
  ],
  [
    'odd attributes',
    (random) => ({
      nodes: smallNetwork.nodes.map((node) =>
        node.op === 'Conv' && random.below(2) === 0
          ? {
              ...node,
              attributes: {
                ...node.attributes,
                strides: [oddSize(random), oddSize(random)],
                dilations: [oddSize(random), 1],
              },
            }
          : node,
      ),
    }),
  ],
  [
    'an unknown operator',
    (random) => ({
      nodes: smallNetwork.nodes.map((node) =>
        random.below(3) === 0
          ? { ...node, op: `Own${node.op}`, ...(random.below(2) === 0 ? { domain: 'own' } : {}) }
          : node,
      ),
    }),
  ],
  [
    'a circle',
    (random) => ({
      nodes: smallNetwork.nodes.map((node, index) =>
        index === 1 + random.below(3) ? { ...node, inputs: ['maps', ...node.inputs.slice(1)] } : node,
      ),
    }),
  ],
];

/** Models that are bent, and models that mean harm. */
export const modelKinds: readonly FuzzKind[] = [
  {
    name: 'model-bytes',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      cpSync(path.join(base, 'model.onnx'), path.join(folder, 'model.onnx'));
      const how = bendFile(folder, 'model.onnx', random, bendBytes);
      return { argv: layers(random.below(2) === 0 ? [] : ['--json']), bent: 'model.onnx', how };
    },
  },
  {
    name: 'hostile-model',
    write: (folder: string, random: Random): FuzzCase => {
      const [how, make] = hostile[random.below(hostile.length)] ?? ['', () => ({})];
      writeFileSync(path.join(folder, 'model.onnx'), buildOnnxModel({ ...smallNetwork, ...make(random) }));
      return { argv: layers(), bent: 'model.onnx', how };
    },
  },
  {
    name: 'dissected-model',
    write: (folder: string, random: Random, base: string): FuzzCase => {
      for (const name of ['model.onnx', 'data'])
        cpSync(path.join(base, name), path.join(folder, name), { recursive: true });
      const how = bendFile(folder, 'model.onnx', random, bendBytes);
      return {
        argv: [
          'dissect',
          '--model',
          'model.onnx',
          '--data',
          'data',
          '--input',
          '{width: 32, height: 32}',
          '--out',
          'out',
        ],
        bent: 'model.onnx',
        how,
        names: ['"model"'],
      };
    },
  },
];
