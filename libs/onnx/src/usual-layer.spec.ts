import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  buildOnnxModel,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '@intermodel/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { listLayers } from './list-layers.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-usual-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Small networks, made operator by operator; the weights are 0. */
class Net {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Record<string, OnnxTensor> = {};
  readonly #sizes = new Map<string, number>([['x', 3]]);
  #count = 0;

  op(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    as?: string,
  ): string {
    const output = as ?? `${op.toLowerCase()}${String(++this.#count)}`;
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    this.#sizes.set(output, this.#sizes.get(inputs[0] ?? '') ?? 0);
    return output;
  }

  weights(...dims: number[]): string {
    const name = `w${String(++this.#count)}`;
    this.initializers[name] = { dims, data: new Float32Array(dims.reduce((product, size) => product * size, 1)) };
    return name;
  }

  integers(...data: number[]): string {
    const name = `i${String(++this.#count)}`;
    this.initializers[name] = { dims: [data.length], type: 'int64', data };
    return name;
  }

  conv(input: string, units: number, side = 3, stride = 1, as?: string, groups = 1): string {
    const pad = (side - 1) / 2;
    const output = this.op(
      'Conv',
      [input, this.weights(units, (this.#sizes.get(input) ?? 0) / groups, side, side)],
      { kernel_shape: [side, side], strides: [stride, stride], pads: [pad, pad, pad, pad], group: groups },
      as,
    );
    this.#sizes.set(output, units);
    return output;
  }

  relu(input: string, as?: string): string {
    return this.op('Relu', [input], {}, as);
  }

  /** Channels of a tensor from here on. */
  sized(tensor: string, units: number): string {
    this.#sizes.set(tensor, units);
    return tensor;
  }

  linear(input: string, from: number, to: number, as?: string): string {
    const output = this.op('MatMul', [input, this.weights(from, to)], {}, as);
    this.#sizes.set(output, to);
    return output;
  }

  reshape(input: string, ...shape: number[]): string {
    return this.op('Reshape', [input, this.integers(...shape)]);
  }

  /** Bottleneck of a residual network. */
  bottleneck(input: string, width: number, units: number, stride: number, as?: string): string {
    const inner = this.relu(this.conv(this.relu(this.conv(input, width, 1)), width, 3, stride));
    const sum = this.op('Add', [this.conv(inner, units, 1), this.conv(input, units, 1, stride)]);
    this.#sizes.set(sum, units);
    return this.relu(sum, as);
  }

  /** Squeeze-and-excitation. */
  gate(input: string, units: number, as?: string): string {
    const squeezed = this.sized(this.op('ReduceMean', [input], { axes: [2, 3] }), units);
    return this.op(
      'Mul',
      [input, this.op('Sigmoid', [this.conv(this.relu(this.conv(squeezed, 4, 1)), units, 1)])],
      {},
      as,
    );
  }

  swish(input: string, as?: string): string {
    return this.op('Mul', [input, this.op('Sigmoid', [input])], {}, as);
  }

  /** LayerNorm over the last axis as exporters before operator set 17 write it. */
  norm(input: string, units: number, as?: string): string {
    const centred = this.op('Sub', [input, this.op('ReduceMean', [input], { axes: [-1] })]);
    const deviation = this.op('Sqrt', [
      this.op('Add', [this.op('ReduceMean', [this.op('Mul', [centred, centred])], { axes: [-1] }), this.weights(1)]),
    ]);
    return this.op(
      'Add',
      [this.op('Mul', [this.op('Div', [centred, deviation]), this.weights(units)]), this.weights(units)],
      {},
      as,
    );
  }

  /** Patches as tokens, with class tokens before them. */
  tokens(units: number, classTokens: number, patch = 8): string {
    const map = this.op(
      'Conv',
      ['x', this.weights(units, 3, patch, patch)],
      { kernel_shape: [patch, patch], strides: [patch, patch] },
      'patches',
    );
    const turned = this.op('Transpose', [this.reshape(map, 0, units, -1)], { perm: [0, 2, 1] });
    return classTokens === 0 ? turned : this.op('Concat', [this.weights(1, classTokens, units), turned], { axis: 1 });
  }

  /** A block of a transformer over tokens. */
  block(input: string, tokens: number, units: number, heads = 2): string {
    const normed = this.norm(input, units);
    const split = (order: number[]) =>
      this.op('Transpose', [this.reshape(this.linear(normed, units, units), 1, tokens, heads, units / heads)], {
        perm: order,
      });
    const weights = this.op('Softmax', [this.op('MatMul', [split([0, 2, 1, 3]), split([0, 2, 3, 1])])], { axis: -1 });
    const mixed = this.reshape(
      this.op('Transpose', [this.op('MatMul', [weights, split([0, 2, 1, 3])])], { perm: [0, 2, 1, 3] }),
      1,
      tokens,
      units,
    );
    const attended = this.op('Add', [input, this.linear(mixed, units, units)]);
    return this.op('Add', [
      attended,
      this.linear(this.relu(this.linear(this.norm(attended, units), units, 4 * units)), 4 * units, units),
    ]);
  }

  pooled(input: string): string {
    return this.op('Flatten', [this.op('GlobalAveragePool', [input])]);
  }
}

const model = (net: Net, outputs: readonly string[], extra: Partial<OnnxModel> = {}): OnnxModel => ({
  nodes: net.nodes,
  initializers: net.initializers,
  inputs: [{ name: 'x', dims: ['batch', 3, 32, 32] }],
  outputs: outputs.map((name) => ({ name })),
  opset: 13,
  ...extra,
});

let files = 0;
const list = (built: OnnxModel) => {
  const file = path.join(folder, `${String(files++)}.onnx`);
  writeFileSync(file, buildOnnxModel(built));
  return listLayers(file);
};

/** A network by its name, its outputs, what should be chosen (undefined: nothing), and a word of the reason. */
type Case = readonly [name: string, build: (net: Net) => string[], chosen: string | undefined, reason: RegExp];

const stem = (net: Net) => net.relu(net.conv('x', 8, 3, 2));
const head = (net: Net, features: string, units: number) => net.linear(net.pooled(features), units, 10, 'scores');

const convolutional: readonly Case[] = [
  [
    'residual bottlenecks with a head',
    (net) => [head(net, net.bottleneck(stem(net), 8, 32, 2, 'last'), 32)],
    'last',
    /pooled.*"scores"/u,
  ],
  [
    'residual bottlenecks without a head',
    (net) => [net.pooled(net.bottleneck(stem(net), 8, 32, 2, 'last'))],
    'last',
    /sum of layers/u,
  ],
  [
    'residual bottlenecks with a projection head',
    (net) => [net.linear(net.relu(net.linear(net.pooled(net.bottleneck(stem(net), 8, 32, 2, 'last')), 32, 16)), 16, 8)],
    'last',
    /pooled/u,
  ],
  [
    'residual basic blocks without a head',
    (net) => {
      const [input] = [stem(net)];
      return [net.pooled(net.relu(net.op('Add', [net.conv(net.relu(net.conv(input, 8)), 8), input]), 'last'))];
    },
    'last',
    /sum of layers/u,
  ],
  ['features that are put out as maps', (net) => [net.bottleneck(stem(net), 8, 32, 2, 'last')], 'last', /puts it out/u],
  [
    'a plain stack of 3 x 3 convolutions without a head',
    (net) => [net.pooled(net.relu(net.conv(stem(net), 12, 3, 2), 'last'))],
    'last',
    /larger than 1 x 1/u,
  ],
  [
    'flattened maps, as older networks have them',
    (net) => [
      net.linear(
        net.relu(
          net.linear(
            net.op('Flatten', [
              net.op('MaxPool', [net.relu(net.conv(stem(net), 12))], { kernel_shape: [4, 4], strides: [4, 4] }, 'last'),
            ]),
            192,
            20,
          ),
        ),
        20,
        10,
      ),
    ],
    'last',
    /Flatten/u,
  ],
  [
    'flattened maps without a head',
    (net) => [
      net.op('Flatten', [
        net.op('MaxPool', [net.relu(net.conv(stem(net), 12))], { kernel_shape: [4, 4], strides: [4, 4] }, 'last'),
      ]),
    ],
    'last',
    /Flatten/u,
  ],
  [
    'inverted residuals and a last 1 x 1 convolution, with a head',
    (net) => [
      head(
        net,
        net.op(
          'Clip',
          [net.conv(net.conv(net.relu(net.conv(stem(net), 8, 3, 2, undefined, 8)), 6, 1), 24, 1)],
          {},
          'last',
        ),
        24,
      ),
    ],
    'last',
    /pooled/u,
  ],
  [
    'inverted residuals and a last 1 x 1 convolution, without a head',
    (net) => [
      net.pooled(
        net.op(
          'Clip',
          [net.conv(net.conv(net.relu(net.conv(stem(net), 8, 3, 2, undefined, 8)), 6, 1), 24, 1)],
          {},
          'last',
        ),
      ),
    ],
    'last',
    /without an activation/u,
  ],
  [
    'a last swish after gated blocks, without a head',
    (net) => [
      net.pooled(
        net.swish(net.conv(net.conv(net.gate(net.swish(net.conv(stem(net), 12, 3, 2)), 12), 6, 1), 24, 1), 'last'),
      ),
    ],
    'last',
    /without an activation/u,
  ],
  [
    'a gate on the last maps',
    (net) => [net.pooled(net.gate(net.swish(net.conv(stem(net), 12, 1, 2)), 12, 'last'))],
    'last',
    /gate/u,
  ],
  [
    'shuffled channels and a wide 1 x 1 convolution, without a head',
    (net) => {
      const shuffled = net.sized(
        net.reshape(
          net.op('Transpose', [net.reshape(stem(net), 1, 2, 4, 16, 16)], { perm: [0, 2, 1, 3, 4] }),
          1,
          8,
          16,
          16,
        ),
        8,
      );
      return [net.op('ReduceMean', [net.relu(net.conv(shuffled, 256, 1), 'last')], { axes: [2, 3], keepdims: 0 })];
    },
    'last',
    /256 units/u,
  ],
  [
    'concatenated branches without a head',
    (net) => {
      const input = stem(net);
      return [
        net.pooled(
          net.op('Concat', [net.relu(net.conv(input, 4, 1)), net.relu(net.conv(input, 6))], { axis: 1 }, 'last'),
        ),
      ];
    },
    'last',
    /no convolution makes them alone/u,
  ],
  [
    'dense connections and a norm',
    (net) => {
      const input = stem(net);
      const joined = net.op('Concat', [input, net.conv(input, 4)], { axis: 1 });
      return [
        net.pooled(
          net.relu(net.op('BatchNormalization', [joined, ...[1, 2, 3, 4].map(() => net.weights(12))]), 'last'),
        ),
      ];
    },
    'last',
    /no convolution makes them alone/u,
  ],
  [
    'classes that are pooled, of 1,000',
    (net) => [net.pooled(net.relu(net.conv(net.relu(net.conv(stem(net), 12), 'last'), 1000, 1)))],
    'last',
    /number of classes/u,
  ],
  [
    'classes that are pooled, with probabilities',
    (net) => [net.op('Softmax', [net.pooled(net.conv(net.relu(net.conv(stem(net), 12), 'last'), 256, 1))])],
    'last',
    /Softmax/u,
  ],
  [
    'classes that are pooled, by the name of the output',
    (net) => {
      net.op(
        'Flatten',
        [net.op('GlobalAveragePool', [net.relu(net.conv(net.relu(net.conv(stem(net), 12), 'last'), 16, 1))])],
        {},
        'logits',
      );
      return ['logits'];
    },
    'last',
    /"logits"/u,
  ],
  [
    'what may be classes or features',
    (net) => [net.pooled(net.relu(net.conv(net.relu(net.conv(stem(net), 12)), 16, 1)))],
    undefined,
    /may be features/u,
  ],
  [
    'a mean over columns and then rows',
    (net) => {
      const features = net.relu(net.conv(net.relu(net.conv(stem(net), 12)), 8), 'last');
      return [
        net.linear(
          net.op('ReduceMean', [net.op('ReduceMean', [features], { axes: [3], keepdims: 0 })], {
            axes: [2],
            keepdims: 0,
          }),
          8,
          10,
        ),
      ];
    },
    'last',
    /pooled/u,
  ],
  [
    'a linear bottleneck that is put out',
    (net) => [net.conv(net.relu(net.conv(stem(net), 24, 1)), 16, 1)],
    undefined,
    /may be features/u,
  ],
  [
    'scores of 21 classes that are put out as maps',
    (net) => [net.conv(net.relu(net.conv(stem(net), 24), 'last'), 21, 1)],
    'last',
    /widest/u,
  ],
  [
    'every second row and column, joined as units',
    (net) => {
      const whole = net.op('Transpose', [net.relu(net.conv('x', 8, 3, 4))], { perm: [0, 2, 3, 1] });
      const quarter = (row: number, column: number) =>
        net.op('Slice', [whole, net.integers(row, column), net.integers(8, 8), net.integers(1, 2), net.integers(2, 2)]);
      return [
        net.norm(
          net.linear(
            net.op('Concat', [quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)], { axis: 3 }),
            32,
            16,
          ),
          16,
          'last',
        ),
      ];
    },
    'last',
    /puts it out/u,
  ],
  [
    'pieces of maps',
    (net) => {
      const whole = net.relu(net.conv(stem(net), 12), 'last');
      return [
        net.op('Resize', [
          net.op('Slice', [whole, net.integers(0), net.integers(3), net.integers(2)]),
          '',
          '',
          net.integers(1, 12, 32, 32),
        ]),
      ];
    },
    'last',
    /widest/u,
  ],
  [
    'image pooling that goes back into maps',
    (net) => {
      const input = net.relu(net.conv(stem(net), 12, 3, 2), 'last');
      const pooled = net.sized(net.op('GlobalAveragePool', [input]), 12);
      const repeated = net.op('Expand', [net.relu(net.conv(pooled, 4, 1)), net.integers(1, 4, 8, 8)]);
      const joined = net.sized(net.op('Concat', [net.relu(net.conv(input, 4, 1)), repeated], { axis: 1 }), 8);
      return [net.op('Resize', [net.conv(net.relu(net.conv(joined, 6)), 2, 1), '', '', net.integers(1, 2, 32, 32)])];
    },
    'last',
    /widest/u,
  ],
  [
    'predictions of boxes',
    (net) => {
      const features = net.relu(net.conv(stem(net), 12, 3, 2));
      const deep = net.relu(net.conv(features, 12, 3, 2), 'last');
      const boxes = [net.reshape(net.conv(features, 84, 1), 1, 84, 64), net.reshape(net.conv(deep, 84, 1), 1, 84, 16)];
      return [net.op('Sigmoid', [net.op('Concat', boxes, { axis: 2 })])];
    },
    'last',
    /lowest resolution/u,
  ],
  [
    'queries that read the maps',
    (net) => {
      const flat = net.reshape(net.relu(net.conv(stem(net), 12, 3, 2), 'last'), 1, 12, 64);
      const attention = net.op('Softmax', [net.op('MatMul', [net.weights(1, 100, 12), flat])]);
      return [net.linear(net.op('MatMul', [attention, net.op('Transpose', [flat], { perm: [0, 2, 1] })]), 12, 4)];
    },
    'last',
    /lowest resolution/u,
  ],
  [
    'places folded into units',
    (net) => {
      const features = net.relu(net.conv(stem(net), 12), 'last');
      return [net.reshape(net.op('Transpose', [net.reshape(features, 1, 12, 256)], { perm: [0, 2, 1] }), 1, 256, 3, 4)];
    },
    'last',
    /widest/u,
  ],
  [
    'the last layer before pooling of attention',
    (net) => {
      const flat = net.op('Transpose', [net.reshape(net.relu(net.conv(stem(net), 12, 3, 2), 'last'), 1, 12, 64)], {
        perm: [0, 2, 1],
      });
      const attention = net.op('Softmax', [
        net.op('MatMul', [net.weights(1, 1, 12), net.op('Transpose', [net.linear(flat, 12, 12)], { perm: [0, 2, 1] })]),
      ]);
      return [
        net.linear(
          net.op('Squeeze', [net.op('MatMul', [attention, net.linear(flat, 12, 12)]), net.integers(1)]),
          12,
          5,
        ),
      ];
    },
    'last',
    /pooled \(MatMul\)/u,
  ],
];

const transformers: readonly Case[] = [
  [
    'a learned query whose size follows that of the image',
    (net) => {
      const last = net.norm(net.block(net.tokens(8, 1), 17, 8), 8, 'last');
      const size = net.op(
        'Concat',
        [net.op('Slice', [net.op('Shape', ['x']), net.integers(0), net.integers(1)]), net.integers(1, 8)],
        { axis: 0 },
      );
      const weights = net.op('Expand', [
        net.weights(8, 8),
        net.op(
          'Concat',
          [
            net.op('Mul', [
              net.op('Slice', [net.op('Shape', ['x']), net.integers(0), net.integers(1)]),
              net.integers(8),
            ]),
            net.integers(8),
          ],
          { axis: 0 },
        ),
      ]);
      const keys = net.op('Transpose', [net.op('MatMul', [last, weights])], { perm: [0, 2, 1] });
      const attention = net.op('Softmax', [net.op('MatMul', [net.op('Expand', [net.weights(1, 1, 8), size]), keys])]);
      return [
        net.linear(
          net.op('Squeeze', [net.op('MatMul', [attention, net.op('MatMul', [last, weights])]), net.integers(1)]),
          8,
          5,
        ),
      ];
    },
    'last',
    /pooled/u,
  ],
  [
    'the class token, with a head',
    (net) => [
      net.linear(
        net.op('Gather', [net.norm(net.block(net.tokens(8, 1), 17, 8), 8, 'last'), net.integers(0)], { axis: 1 }),
        8,
        10,
      ),
    ],
    'last',
    /Gather/u,
  ],
  [
    'the class token, without a head',
    (net) => [
      net.op('Squeeze', [
        net.op('Slice', [
          net.norm(net.block(net.tokens(8, 1), 17, 8), 8, 'last'),
          net.integers(0),
          net.integers(1),
          net.integers(1),
        ]),
        net.integers(1),
      ]),
    ],
    'last',
    /Slice/u,
  ],
  [
    'the mean of the tokens',
    (net) => [
      net.op('ReduceMean', [net.norm(net.block(net.tokens(8, 0), 16, 8), 8, 'last')], { axes: [1], keepdims: 0 }),
    ],
    'last',
    /ReduceMean/u,
  ],
  ['all tokens put out', (net) => [net.norm(net.block(net.tokens(8, 1), 17, 8), 8, 'last')], 'last', /last tokens/u],
  [
    'tokens put out with the pooled class token beside',
    (net) => {
      const last = net.norm(net.block(net.tokens(8, 5), 21, 8), 8, 'last');
      return [last, net.op('Tanh', [net.linear(net.op('Gather', [last, net.integers(0)], { axis: 1 }), 8, 8)])];
    },
    'last',
    /pooled/u,
  ],
  [
    'classes of each token',
    (net) => [net.linear(net.norm(net.block(net.tokens(8, 0), 16, 8), 8, 'last'), 8, 5)],
    'last',
    /last tokens/u,
  ],
  [
    'tokens that queries read',
    (net) => {
      const memory = net.block(net.tokens(8, 0), 16, 8);
      const keys = net.op('Transpose', [net.linear(memory, 8, 8)], { perm: [0, 2, 1] });
      return [
        net.linear(
          net.op('MatMul', [
            net.op('Softmax', [net.op('MatMul', [net.weights(1, 9, 8), keys])]),
            net.linear(memory, 8, 8),
          ]),
          8,
          4,
        ),
      ];
    },
    undefined,
    /queries/u,
  ],
  [
    'queries behind the tokens of the image',
    (net) => {
      const last = net.block(net.op('Concat', [net.tokens(8, 1), net.weights(1, 9, 8)], { axis: 1 }), 26, 8);
      return [net.linear(net.op('Slice', [last, net.integers(17), net.integers(26), net.integers(1)]), 8, 4)];
    },
    undefined,
    /queries/u,
  ],
  [
    'attention within windows that move',
    (net) => {
      const map = net.op('Transpose', [net.relu(net.conv('x', 8, 3, 4))], { perm: [0, 2, 3, 1] });
      const shift = (input: string, axis: number, by: number) =>
        net.op(
          'Concat',
          [
            net.op('Slice', [input, net.integers(by), net.integers(8), net.integers(axis)]),
            net.op('Slice', [input, net.integers(0), net.integers(by), net.integers(axis)]),
          ],
          { axis },
        );
      const windows = net.reshape(
        net.op('Transpose', [net.reshape(shift(shift(map, 1, 2), 2, 2), 1, 2, 4, 2, 4, 8)], {
          perm: [0, 1, 3, 2, 4, 5],
        }),
        4,
        16,
        8,
      );
      const within = net.linear(windows, 8, 8);
      const back = net.reshape(
        net.op('Transpose', [net.reshape(within, 1, 2, 2, 4, 4, 8)], { perm: [0, 1, 3, 2, 4, 5] }),
        1,
        8,
        8,
        8,
      );
      const sum = net.op('Add', [map, shift(shift(back, 1, 6), 2, 6)]);
      return [net.linear(net.op('ReduceMean', [net.norm(sum, 8, 'last')], { axes: [1, 2], keepdims: 0 }), 8, 10)];
    },
    'last',
    /pooled/u,
  ],
];

describe('usual layer', () => {
  it.each([...convolutional, ...transformers])('%s', async (_name, build, chosen, reason) => {
    const net = new Net();
    const { layers, choice } = await list(model(net, build(net)));
    expect([choice.tensor, layers.filter(({ usual }) => usual).map(({ tensor }) => tensor)]).toEqual([
      chosen,
      chosen === undefined ? [] : [chosen],
    ]);
    expect(choice.reason).toMatch(reason);
    expect(choice.candidates.length).toBeGreaterThan(0);
    for (const candidate of choice.candidates) expect(layers.map(({ tensor }) => tensor)).toContain(candidate);
  });

  it('counts class and register tokens by what was put before the flattened map', async () => {
    for (const count of [0, 1, 2, 5, 9]) {
      const net = new Net();
      const { layers } = await list(model(net, [net.norm(net.block(net.tokens(8, count), 16 + count, 8), 8, 'last')]));
      expect(layers.find(({ usual }) => usual)).toMatchObject({
        tensor: 'last',
        kind: 'tokens',
        height: 4,
        width: 4,
        prefixTokens: count,
        guessed: false,
      });
    }
  });

  it('chooses no tokens whose grid it can only guess', async () => {
    const net = new Net();
    const hidden = net.op('If', [net.op('Greater', [net.op('ReduceMax', ['x'], { keepdims: 0 }), net.weights()])], {
      then_branch: {
        graph: { nodes: [{ op: 'Identity', inputs: ['tokens'], outputs: ['a'] }], outputs: [{ name: 'a' }] },
      },
      else_branch: { graph: { nodes: [{ op: 'Neg', inputs: ['tokens'], outputs: ['b'] }], outputs: [{ name: 'b' }] } },
    });
    const nodes = [...net.nodes];
    net.nodes.length = 0;
    net.op('Identity', [net.tokens(8, 5)], {}, 'tokens');
    net.nodes.push(...nodes);
    const { layers, choice } = await list(
      model(net, [net.op('ReduceMean', [net.relu(hidden, 'guessed')], { axes: [1], keepdims: 0 })]),
    );
    expect(layers.find(({ tensor }) => tensor === 'guessed')).toMatchObject({
      height: 4,
      width: 4,
      prefixTokens: 5,
      guessed: true,
    });
    expect([choice.tensor, choice.candidates[0]]).toEqual([undefined, 'guessed']);
    expect(choice.reason).toMatch(/guessed/u);
  });
});

describe('what is left out', () => {
  const leftOut = async (build: (net: Net) => string[]) => {
    const net = new Net();
    const { leftOut: groups } = await list(model(net, build(net)));
    return groups.map(({ reason, axes, tensors }) => [reason, axes, tensors.length]);
  };

  it('counts attention maps, windows and boxes by the reason', async () => {
    expect(await leftOut((net) => [net.block(net.tokens(8, 1), 17, 8)])).toEqual([
      ['are flattened maps with the units first', 3, 1],
      ['hold the places of the image, but not as rows and columns of maps', 4, 10],
    ]);
    expect(
      await leftOut((net) => [
        net.op(
          'Concat',
          [net.reshape(net.conv('x', 4, 1, 2), 1, 4, 256), net.reshape(net.conv('x', 4, 1, 4), 1, 4, 64)],
          { axis: 2 },
        ),
      ]),
    ).toEqual([
      ['are flattened maps with the units first', 3, 2],
      ['are no grid that a map was flattened into', 3, 1],
    ]);
  });

  it('names the operators that the runtime lacks, and chooses before them', async () => {
    for (const [domain, domains] of [
      ['my.domain', {}],
      ['my.domain', { 'my.domain': 1 }],
      ['', {}],
    ] as const) {
      const net = new Net();
      const kept = net.relu(net.conv('x', 8), 'kept');
      net.nodes.push({ op: 'Quant', domain, inputs: [kept], outputs: ['quant'] });
      const built = model(net, [net.op('Relu', ['quant'], {}, 'behind')], {
        domains,
        valueInfo: ['kept', 'quant'].map((name) => ({ name, dims: [1, 8, 32, 32] })),
      });
      const { layers, choice, leftOut: groups } = await list(built);
      expect([choice.tensor, layers.map(({ tensor }) => tensor)]).toEqual(['kept', ['conv2', 'kept']]);
      expect(groups).toEqual([
        {
          reason: `need the operator ${domain === '' ? '' : `${domain}:`}Quant, which the runtime lacks`,
          axes: 0,
          tensors: ['quant', 'behind'],
        },
      ]);
    }
  });
});
