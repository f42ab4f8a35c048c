import { goldenNetworks } from '@intermodel/testing';
import { readModelBytes } from '@intermodel/onnx';
import { describe, expect, it } from 'vitest';
import type { ArchitectureName, Network } from '../architecture.ts';
import type { Tensor } from '../tensor.ts';
import { buildGraph } from './build-graph.ts';

const golden = new Map(
  goldenNetworks().map(({ name, architecture, facts, weights }) => [
    name,
    { architecture: architecture as ArchitectureName, facts, weights } satisfies Network,
  ]),
);
const network = (name: string, changes: Readonly<Record<string, Tensor | undefined>> = {}): Network => {
  const found = golden.get(name) as Network;
  const weights = new Map(found.weights);
  for (const [key, tensor] of Object.entries(changes)) {
    if (tensor === undefined) weights.delete(key);
    else weights.set(key, tensor);
  }
  return { ...found, weights };
};
const tensor = (shape: readonly number[], type: Tensor['type'] = 'float32'): Tensor => ({
  type,
  shape,
  span: undefined,
  read: () => new Uint8Array(shape.reduce((product, size) => product * size, 4)),
});

describe('buildGraph', () => {
  it('leaves the size of the image free where nobody says it', () => {
    const built = buildGraph(network('resnet-basic'));
    expect(built.input).toEqual({ name: 'input', channels: 3, size: undefined });
    const [input] = readModelBytes(built.toBytes({ weights: 'inside' }), 'built.onnx').graph.inputs;
    expect(input).toMatchObject({ name: 'input', type: { elementType: 1, dims: ['batch', 3, 'height', 'width'] } });
  });

  it('ends at the layer, and takes the last of a group', () => {
    const whole = buildGraph(network('resnet-bottleneck'));
    expect(whole.layers).toEqual([
      'relu1',
      'maxpool',
      'layer1.0',
      'layer1.1',
      'layer2.0',
      'layer3.0',
      'layer4.0',
      'layer4.1',
    ]);
    const cut = buildGraph(network('resnet-bottleneck'), { layer: 'layer1' });
    expect(cut.layers).toEqual(whole.layers.slice(0, 4));
    expect(cut).toMatchObject({ layer: 'layer1.1', unused: [] });
    const names = cut.constants.map(({ name }) => name);
    expect(names.filter((name) => !/^(?:conv1|bn1|layer1)\./u.test(name))).toEqual([]);
    expect(() => buildGraph(network('resnet-bottleneck'), { layer: 'lay' })).toThrow(/no layer "lay"/u);
    expect(() => buildGraph(network('resnet-bottleneck'), { layer: 'layer5.0' })).toThrow(
      expect.objectContaining({
        code: 'NETWORK_LAYER_UNKNOWN',
        message: expect.stringContaining('layer4.0') as string,
      }),
    );
  });

  it('goes on to the classifier where that is wanted, and there is one', () => {
    const outputOf = (name: string) =>
      readModelBytes(buildGraph(network(name), { head: true }).toBytes({ weights: 'inside' }), '').graph.outputs[0]
        ?.name;
    expect([outputOf('resnet-basic'), outputOf('resnet-wide')]).toEqual(['fc', 'layer4.1']);
  });

  it('names weights that it has no place for', () => {
    const { unused } = buildGraph(
      network('resnet-basic', { 'layer1.0.attention.weight': tensor([4]), 'bn1.num_batches_tracked': tensor([]) }),
    );
    expect(unused).toEqual(['layer1.0.attention.weight']);
  });

  it('writes metadata, and the same bytes again', () => {
    const bytes = () =>
      buildGraph(network('resnet-basic'), { metadata: new Map([['family', 'mine']]) }).toBytes({ weights: 'inside' });
    expect([...readModelBytes(bytes(), '').metadata]).toEqual([['family', 'mine']]);
    expect(bytes()).toEqual(bytes());
  });

  it('pads the stem as it is said, also where the others pad by SAME', () => {
    const stemOf = (facts: Network['facts']) =>
      readModelBytes(
        buildGraph({ ...network('resnet-same'), facts }).toBytes({ weights: 'inside' }),
        '',
      ).graph.nodes.find(({ operator }) => operator === 'Conv')?.attributes;
    expect(stemOf({ padding: 'same' })?.get('auto_pad')?.text).toBe('SAME_UPPER');
    const said = stemOf({ padding: 'same', stemPadding: 3 });
    expect([said?.has('auto_pad'), said?.get('pads')?.integers]).toEqual([false, [3, 3, 3, 3]]);
  });

  it('says what it rests on that nobody said', () => {
    const { assumptions } = buildGraph(network('resnet-early-stride'));
    expect(assumptions).toEqual([expect.stringMatching(/^As is usual for a resnet: .*\bstemPool max\b/u)]);
    expect(assumptions.join(' ')).not.toContain(', stride ');
    // Basic blocks have no choice of the convolution with the stride.
    expect(buildGraph(network('resnet-basic')).assumptions.join(' ')).not.toContain(', stride ');
    expect(buildGraph(network('resnet-bottleneck')).assumptions.join(' ')).toContain('stride 3x3');
  });

  it('says that stages are not dilated where nobody says it, and that authors differ in how basic blocks are', () => {
    expect(buildGraph(network('resnet-basic')).assumptions.join(' ')).toMatch(/\bdilatedStages 0\b/u);
    expect(buildGraph(network('resnet-dilated')).assumptions.join(' ')).not.toMatch(/dilat/iu);
    expect(buildGraph(network('resnet-dilated-basic')).assumptions.at(-1)).toContain('dilation of the block');
  });

  it.each([
    ['more stages than have a stride', 'resnet-dilated', { dilatedStages: 4 }, 'at most 3'],
    ['more of three stages', 'resnet-cifar', { dilatedStages: 3 }, 'at most 2'],
    ['means that halve maps', 'resnet-clip', { dilatedStages: 1 }, 'downsampling: pool'],
    ['means of shortcuts', 'resnet-deep-stem', { dilatedStages: 1 }, 'layer4.0'],
    ['half a stage', 'resnet-dilated', { dilatedStages: 0.5 }, 'whole number'],
  ])('refuses to dilate %s', (_, name, facts, words) => {
    const found = network(name);
    expect(() => buildGraph({ ...found, facts: { ...found.facts, ...facts } })).toThrow(
      expect.objectContaining({ code: 'NETWORK_FACT_VALUE', message: expect.stringContaining(words) as string }),
    );
  });

  it.each([
    [
      'a missing weight, with the nearest',
      { 'layer2.0.conv2.weight': undefined, 'layer2.0.conv_2.weight': tensor([6, 6, 3, 3]) },
      'NETWORK_WEIGHT_MISSING',
      /"layer2\.0\.conv2\.weight".*"layer2\.0\.conv_2\.weight"/su,
    ],
    ['a missing statistic', { 'bn1.running_var': undefined }, 'NETWORK_WEIGHT_MISSING', /bn1\.running_var/u],
    [
      'no blocks',
      Object.fromEntries(
        [...network('resnet-basic').weights.keys()]
          .filter((key) => key.startsWith('layer'))
          .map((key) => [key, undefined]),
      ),
      'NETWORK_WEIGHT_MISSING',
      /layer1\.0\.conv1\.weight/u,
    ],
    [
      'another shape',
      { 'layer1.0.conv2.weight': tensor([4, 5, 3, 3]) },
      'NETWORK_WEIGHT_SHAPE',
      /"layer1\.0\.conv2\.weight".*4 x 5 x 3 x 3.*expected: any x 4 x any x any/su,
    ],
    [
      'another number of axes',
      { 'conv1.weight': tensor([4, 147]) },
      'NETWORK_WEIGHT_SHAPE',
      /"conv1\.weight".*4 x 147.*expected: any x any x any x any/su,
    ],
    [
      'quantised weights',
      { 'layer1.0.conv2.weight': tensor([4, 4, 3, 3], 'int8') },
      'NETWORK_WEIGHT_TYPE',
      /"layer1\.0\.conv2\.weight".*int8/su,
    ],
    [
      'a shortcut that nobody tells of',
      { 'layer2.0.downsample.0.weight': undefined },
      'NETWORK_FACT_MISSING',
      /shortcut.*layer2\.0.*projection, pool-projection, zeros/su,
    ],
    [
      'a sum of different widths',
      { 'layer1.1.bn2.weight': tensor([5]) },
      'NETWORK_WEIGHT_SHAPE',
      /layer1\.1\.bn2\.weight/u,
    ],
  ] as const)('refuses %s', (_, changes, code, message) => {
    expect(() => buildGraph(network('resnet-basic', changes))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });

  it.each([
    [
      'resnet-basic',
      { 'layer1.1.conv1.weight': undefined, 'layer1.2.conv1.weight': tensor([4, 4, 3, 3]) },
      'NETWORK_WEIGHT_MISSING',
      /"layer1\.1\.conv1\.weight"/u,
    ],
    ['resnet-groups', { 'layer1.0.conv2.weight': tensor([13, 3, 3, 3]) }, 'NETWORK_WEIGHT_SHAPE', /13 x 3 x 3 x 3/u],
    ['resnet-basic', { 'conv1.weight': tensor([0, 3, 7, 7]) }, 'NETWORK_WEIGHT_SHAPE', /0 x 3 x 7 x 7/u],
    [
      'resnet-cifar',
      {
        'layer2.0.conv2.weight': tensor([2, 6, 3, 3]),
        'layer2.0.bn2.weight': tensor([2]),
        'layer2.0.bn2.bias': tensor([2]),
        'layer2.0.bn2.running_mean': tensor([2]),
        'layer2.0.bn2.running_var': tensor([2]),
      },
      'NETWORK_WEIGHT_MISSING',
      /layer2\.0\.downsample\.0\.weight/u,
    ],
    ['vit-plain', { 'blocks.0.norm1.weight': undefined }, 'NETWORK_WEIGHT_MISSING', /"blocks\.0\.norm1\.weight"/u],
    [
      'vit-plain',
      { pos_embed: tensor([1, 24, 12]) },
      'NETWORK_WEIGHT_SHAPE',
      /1 x 24 x 12.*1 or 0 tokens beside those of a square grid/su,
    ],
    ['vit-plain', { pos_embed: undefined }, 'NETWORK_FACT_MISSING', /"positions".*table, rotary, none/su],
    ['vit-plain', { cls_token: tensor([1, 2, 12]) }, 'NETWORK_WEIGHT_SHAPE', /1 x 2 x 12.*expected: 1 x 1 x 12/su],
    ['vit-plain', { 'blocks.1.attn.qkv.weight': tensor([35, 12]) }, 'NETWORK_WEIGHT_SHAPE', /expected: 36 x 12/u],
    ['vit-plain', { 'blocks.1.mlp.fc2.weight': tensor([12, 20]) }, 'NETWORK_WEIGHT_SHAPE', /expected: 12 x 24/u],
    [
      'vit-stem',
      { 'patch_embed.proj.6.weight': tensor([12, 8, 3, 3]) },
      'NETWORK_WEIGHT_SHAPE',
      /expected: any x 8 x 1 x 1/u,
    ],
    ['convnext', { 'stages.1.0.gamma': tensor([5]) }, 'NETWORK_WEIGHT_SHAPE', /"stages\.1\.0\.gamma"/u],
    ['vgg', { 'features.0.weight': undefined }, 'NETWORK_WEIGHT_MISSING', /"features\.0\.weight"/u],
    [
      'squeezenet-1-1',
      { 'features.4.expand3x3.bias': undefined },
      'NETWORK_WEIGHT_MISSING',
      /"features\.4\.expand3x3\.bias"/u,
    ],
  ] as const)('refuses %s with %o', (name, changes, code, message) => {
    expect(() => buildGraph(network(name, changes))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });

  it.each([
    [{ heads: 5 }, undefined, 'NETWORK_FACT_MISSING', /12 units cannot be shared out to 5 heads/u],
    [{ heads: 2, positions: 'rotary' }, undefined, 'NETWORK_FACT_MISSING', /heads of 6 units/u],
    [{}, undefined, 'NETWORK_FACT_MISSING', /"heads"/u],
    [
      { heads: 3 },
      { height: 20, width: 21 },
      'NETWORK_INPUT_SIZE',
      /20 x 21 .*4 x 4.*multiples of 4 rows and 4 columns/su,
    ],
    [{ heads: 3 }, { height: 4e6, width: 4e6 }, 'NETWORK_INPUT_SIZE', /at most 65536 patches/u],
    [{ heads: 3, pool: 'token' }, undefined, 'NETWORK_FACT_MISSING', /no class token/u],
  ] as const)('refuses a transformer with %o for images of %o', (facts, inputSize, code, message) => {
    const of = network(code === 'NETWORK_FACT_MISSING' && 'pool' in facts ? 'vit-without-token' : 'vit-plain');
    const options = { head: true, ...(inputSize === undefined ? {} : { inputSize }) };
    expect(() => buildGraph({ ...of, facts }, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });

  it('reads the mean of the tokens where a norm of its own stands behind it', () => {
    const plain = network('vit-plain');
    const head = (weights: Network['weights']) =>
      buildGraph({ ...plain, weights }, { head: true }).assumptions.join(' ');
    expect(head(plain.weights)).toContain('pool token');
    const norm = plain.weights.get('norm.weight') as Tensor;
    const own: [string, Tensor][] = [
      ['fc_norm.weight', norm],
      ['fc_norm.bias', norm],
    ];
    expect(head(new Map([...plain.weights, ...own]))).toContain('pool average');
  });

  it('takes the size that positions were stored for, and says where it resamples them', () => {
    const stored = buildGraph(network('vit-plain'));
    expect(stored.input.size).toEqual({ height: 20, width: 20 });
    expect(stored.assumptions.join(' ')).not.toContain('resampled');
    const other = buildGraph(network('vit-plain'), { inputSize: { height: 32, width: 20 } });
    expect(other.assumptions).toContain(
      'The table of positions was stored for 5 x 5 tokens and is resampled to 8 x 5.',
    );
    expect(other.assumptions.join(' ')).toContain('positionResampling bicubic');
    expect(buildGraph(network('vit-rotary')).input.size).toEqual({ height: 224, width: 224 });
  });
});
