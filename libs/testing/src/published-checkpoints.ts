import { drawResNet, drawWeight, type DrawResNetOptions, type PlainWeight, type PlainWeights } from './draw-weights.ts';

/** What a checkpoint holds: weights, dictionaries of such, tuples of such. */
export type PlainTree = PlainWeight | ReadonlyMap<string, PlainTree> | readonly PlainTree[];

/** A ResNet in the form in which a family is published. */
export interface PublishedCheckpoint {
  /** Name of the family. */
  readonly family: string;
  /** Name under which its authors publish the file. */
  readonly file: string;
  /** Kind of file. */
  readonly container: 'torch' | 'tensorflow' | 'pickle';
  /** What it holds. */
  readonly root: PlainTree;
  /** The same weights by torchvision's names: what is to be found in it. */
  readonly weights: PlainWeights;
}

/**
 * The 14 models of the study of self-supervised ResNet-50s, with random weights under the keys under which they are
 * published, and heads, momentum encoders, queues and counters beside them.
 */
export function publishedStudy(options: Omit<DrawResNetOptions, 'classes'> = {}): readonly PublishedCheckpoint[] {
  const weights = drawResNet(options);
  const features = [...weights.values()].at(-1)?.shape[0] ?? 0;
  const linear = (name: string, outputs = 4, inputs = features): PlainWeights =>
    new Map([
      [`${name}.weight`, drawWeight([outputs, inputs], 7)],
      [`${name}.bias`, drawWeight([outputs], 8)],
    ]);
  const counted = withCounters(weights);
  const encoder = prefixed('module.encoder.', counted);
  const query = prefixed('module.encoder_q.', counted);
  const bare = prefixed('module.', counted);
  const mlp = (name: string) => merged(linear(`${name}.0`, features), linear(`${name}.2`));
  const momentum = (head: PlainWeights) =>
    merged(
      prefixed('module.encoder_k.', counted),
      prefixed('module.encoder_k.', head),
      new Map([
        ['module.queue', drawWeight([4, 16], 9)],
        ['module.queue_ptr', drawWeight([1], 10)],
      ]),
    );
  const projection = merged(
    linear('module.projection_head.0', 8),
    batchNorm('module.projection_head.1', 8),
    linear('module.projection_head.3', 4, 8),
  );
  const prototypes = (count: number): PlainWeights =>
    new Map(
      Array.from({ length: count }, (_, at) => [
        `module.prototypes.prototypes${String(at)}.weight`,
        drawWeight([6, 4], 20 + at),
      ]),
    );
  const torch = (family: string, file: string, root: PlainTree): PublishedCheckpoint => ({
    family,
    file,
    container: 'torch',
    root,
    weights,
  });
  const under = (key: string, ...parts: readonly PlainWeights[]) =>
    new Map<string, PlainTree>([[key, merged(...parts)]]);
  return [
    torch('insdis', 'InsDis.pth', under('model', encoder, linear('module.head.0'))),
    torch('pirl', 'PIRL.pth', under('model', encoder, linear('module.head.0'), linear('module.head_jig.fc1'))),
    torch('infomin', 'InfoMin_800.pth', under('model', encoder, mlp('module.head'), linear('module.head_jig.fc1'))),
    torch('moco-v1', 'moco_v1_200ep_pretrain.pth.tar', under('state_dict', query, linear('module.encoder_q.fc'))),
    torch('moco-v2', 'moco_v2_800ep_pretrain.pth.tar', under('state_dict', query, mlp('module.encoder_q.fc'))),
    torch(
      'pcl-v1',
      'PCL_v1_epoch200.pth.tar',
      under('state_dict', query, linear('module.encoder_q.fc'), momentum(linear('fc'))),
    ),
    torch(
      'pcl-v2',
      'PCL_v2_epoch200.pth.tar',
      under('state_dict', query, mlp('module.encoder_q.fc'), momentum(mlp('fc'))),
    ),
    {
      family: 'simclr-v1',
      file: 'model.ckpt-225206',
      container: 'tensorflow',
      root: merged(
        tensorFlowForm(weights),
        new Map([
          ['head_supervised/linear_layer/dense/kernel', drawWeight([features, 4], 30)],
          ['head_supervised/linear_layer/dense/bias', drawWeight([4], 31)],
          ['global_step', drawWeight([], 32)],
        ]),
      ),
      weights,
    },
    {
      family: 'simclr-v2',
      file: 'model.ckpt-250228',
      container: 'tensorflow',
      root: merged(
        tensorFlowForm(weights),
        suffixed('/Momentum', tensorFlowForm(weights)),
        new Map([
          ['head_contrastive/nl_0/dense/kernel', drawWeight([features, 4], 33)],
          ['head_contrastive/nl_0/batch_normalization/gamma', drawWeight([4], 34)],
          ['head_supervised/linear_layer/dense/kernel', drawWeight([features, 4], 35)],
          ['global_step', drawWeight([], 36)],
        ]),
      ),
      weights,
    },
    torch('sela-v2', 'selav2_400ep_pretrain.pth.tar', merged(bare, projection, prototypes(3))),
    torch('deepcluster-v2', 'deepclusterv2_800ep_pretrain.pth.tar', merged(bare, projection, prototypes(3))),
    torch(
      'swav',
      'swav_800ep_pretrain.pth.tar',
      merged(bare, projection, new Map([['module.prototypes.weight', drawWeight([6, 4], 40)]])),
    ),
    {
      family: 'byol',
      file: 'pretrain_res50x1.pkl',
      container: 'pickle',
      root: new Map([['experiment_state', haikuForm(weights)]]),
      weights,
    },
    {
      ...torch('torchvision-resnet', 'resnet50-19c8e357.pth', merged(counted, linear('fc'))),
      weights: merged(weights, linear('fc')),
    },
  ];
}

/** Dictionaries put together. */
export function merged(...parts: readonly PlainWeights[]): PlainWeights {
  return new Map(parts.flatMap((part) => [...part]));
}

/** The same weights, each name behind a prefix. */
export function prefixed(prefix: string, weights: PlainWeights): PlainWeights {
  return new Map([...weights].map(([name, weight]) => [prefix + name, weight]));
}

function suffixed(suffix: string, weights: PlainWeights): PlainWeights {
  return new Map([...weights].map(([name, weight]) => [name + suffix, weight]));
}

function batchNorm(name: string, size: number): PlainWeights {
  return new Map(
    ['weight', 'bias', 'running_mean', 'running_var'].map((part, at) => [
      `${name}.${part}`,
      drawWeight([size], 50 + at, 0.5, 1.5),
    ]),
  );
}

/** The same weights with the counters of batches that PyTorch keeps of each batch normalisation. */
export function withCounters(weights: PlainWeights): PlainWeights {
  return new Map(
    [...weights].flatMap(([name, weight]): readonly (readonly [string, PlainWeight])[] =>
      name.endsWith('.running_var')
        ? [
            [name, weight],
            [name.replace(/running_var$/u, 'num_batches_tracked'), { shape: [], values: () => Float32Array.of(100) }],
          ]
        : [[name, weight]],
    ),
  );
}

/** A weight with its axes in another order: axis `order[i]` becomes axis i. */
export function permuted({ shape, values }: PlainWeight, order: readonly number[]): PlainWeight {
  const target = order.map((axis) => shape[axis] ?? 0);
  const strideOf = (sizes: readonly number[], axis: number) => sizes.slice(axis + 1).reduce((a, b) => a * b, 1);
  return {
    shape: target,
    values: () => {
      const source = values();
      return Float32Array.from(source, (_, at) => {
        const from = order.reduce((sum, axis, place) => {
          const index = Math.floor(at / strideOf(target, place)) % (target[place] ?? 1);
          return sum + index * strideOf(shape, axis);
        }, 0);
        return source[from] ?? 0;
      });
    },
  };
}

/** A weight under another shape of as many values. */
export function reshaped({ values }: PlainWeight, shape: readonly number[]): PlainWeight {
  return { shape, values };
}

const partsOfNorm: Readonly<Record<string, string>> = {
  weight: 'gamma',
  bias: 'beta',
  running_mean: 'moving_mean',
  running_var: 'moving_variance',
};

/** A ResNet of torchvision's names as SimCLR's TensorFlow code numbers its layers: of a block the shortcut first. */
export function tensorFlowForm(weights: PlainWeights): PlainWeights {
  const convs = [...weights.keys()].filter((name) => (weights.get(name)?.shape.length ?? 0) === 4);
  const blockOf = (name: string) => /^layer\d+\.\d+\./u.exec(name)?.[0] ?? '';
  const blocks = [...new Set(convs.map(blockOf))];
  const ordered = blocks.flatMap((block) => {
    const own = convs.filter((name) => blockOf(name) === block);
    return [
      ...own.filter((name) => name.includes('downsample')),
      ...own.filter((name) => !name.includes('downsample')),
    ];
  });
  const form = new Map<string, PlainWeight>();
  for (const [index, conv] of ordered.entries()) {
    const number = index === 0 ? '' : `_${String(index)}`;
    form.set(`base_model/conv2d${number}/kernel`, permuted(weights.get(conv) as PlainWeight, [2, 3, 1, 0]));
    const norm = normBehind(conv);
    for (const [part, name] of Object.entries(partsOfNorm))
      form.set(`base_model/batch_normalization${number}/${name}`, weights.get(`${norm}.${part}`) as PlainWeight);
  }
  return form;
}

function normBehind(conv: string): string {
  const name = conv.replace(/\.weight$/u, '');
  return name.includes('downsample') ? name.replace(/0$/u, '1') : name.replace(/conv(\d)$/u, 'bn$1');
}

/** A ResNet of torchvision's names as the state of BYOL's experiment: a tuple of parameters and states. */
export function haikuForm(weights: PlainWeights): readonly PlainTree[] {
  const params = new Map<string, Map<string, PlainTree>>();
  const state = new Map<string, Map<string, PlainTree>>();
  const put = (target: Map<string, Map<string, PlainTree>>, module: string, name: string, weight: PlainWeight) => {
    const entries = target.get(module) ?? new Map<string, PlainTree>();
    entries.set(name, weight);
    target.set(module, entries);
  };
  for (const [name, weight] of weights) {
    const dot = name.lastIndexOf('.');
    const part = name.slice(dot + 1);
    const module = haikuModule(name.slice(0, dot));
    const channels = reshaped(weight, [1, 1, 1, weight.shape[0] ?? 0]);
    if (weight.shape.length === 4) put(params, module, 'w', permuted(weight, [2, 3, 1, 0]));
    else if (part === 'weight') put(params, module, 'scale', channels);
    else if (part === 'bias') put(params, module, 'offset', channels);
    else {
      const ema = `${module}/~/${part === 'running_mean' ? 'mean_ema' : 'var_ema'}`;
      put(state, ema, 'average', channels);
      put(state, ema, 'hidden', channels);
      put(state, ema, 'counter', drawWeight([], 60));
    }
  }
  put(params, 'projector/linear', 'w', drawWeight([4, 4], 61));
  put(params, 'predictor/batch_norm', 'scale', drawWeight([4], 62));
  put(params, 'classifier', 'w', drawWeight([4, 4], 63));
  put(params, 'classifier', 'b', drawWeight([4], 64));
  put(state, 'projector/batch_norm/~/mean_ema', 'average', drawWeight([4], 65));
  return [params, params, state, state, [drawWeight([4], 66)]];
}

function haikuModule(name: string): string {
  const layer = /^layer(\d)\.(\d+)\.(.*)$/u.exec(name);
  const [, group = '1', block = '0', inner = name] = layer ?? [];
  const part = inner
    .replace('downsample.0', 'shortcut_conv')
    .replace('downsample.1', 'shortcut_batchnorm')
    .replace(/^conv(\d)$/u, (_, number: string) =>
      layer === null ? 'initial_conv' : `conv_${String(Number(number) - 1)}`,
    )
    .replace(/^bn(\d)$/u, (_, number: string) =>
      layer === null ? 'initial_batchnorm' : `batchnorm_${String(Number(number) - 1)}`,
    );
  return layer === null
    ? `res_net50/~/${part}`
    : `res_net50/~/block_group_${String(Number(group) - 1)}/~/block_${block}/~/${part}`;
}
