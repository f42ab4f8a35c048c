import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  drawConvNeXt,
  drawResNet,
  drawViT,
  drawWeight,
  merged,
  permuted,
  prefixed,
  publishedStudy,
  reshaped,
  withCounters,
  type DrawResNetOptions,
  type DrawViTOptions,
  type PlainTree,
  type PlainWeight,
  type PlainWeights,
} from '@intermodel/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { architectureFacts, checkFacts } from '../building/architecture-facts.ts';
import type { Container } from '../checkpoint.ts';
import { buildGraph } from '../building/build-graph.ts';
import { tensorsBelow } from './dictionaries.ts';
import { familiesFolder } from './families-folder.ts';
import { listFamilies } from './list-families.ts';
import { plainCheckpoint, valuesOf } from './plain-checkpoint-contract.ts';
import { readRecipe } from './read-recipe.ts';
import { recogniseModel } from './recognise-model.ts';

/** A family in the form in which it is published. */
interface Row {
  /** Weights by the names of the architecture: of full size, or narrow ones. */
  readonly draw: (narrow: boolean) => PlainWeights;
  /** The checkpoint that holds them. */
  readonly form: (weights: PlainWeights) => PlainTree;
  /** Kind of file. @default a zip of torch */
  readonly container?: Container;
  /** JSON beside it, by the name of the file. */
  readonly beside?: Readonly<Record<string, object>>;
  /** What it is recognised as unless it is named; it must then say the name. @default itself */
  readonly otherwise?: string;
  /** Whether it has to be named, since others of other facts have the same form. @default false */
  readonly isUncertain?: boolean;
  /** Heads, where neither weights nor family tell. @default not said */
  readonly heads?: number;
}

const resNet =
  (options: DrawResNetOptions = {}) =>
  (narrow: boolean) =>
    drawResNet(narrow ? { width: 2, blocks: [1, 2, 1, 1], ...options } : options);
const viT =
  (options: DrawViTOptions = {}) =>
  (narrow: boolean) =>
    drawViT(narrow ? { ...options, width: 8, depth: 2, grid: options.grid === 0 ? 0 : 3, patch: 2 } : options);
const convNeXt =
  (classes = 0) =>
  (narrow: boolean) =>
    drawConvNeXt(narrow ? { widths: [2, 4, 6, 8], blocks: [1, 2, 1, 1], classes } : { classes });

const dictionary = (key: string, ...parts: readonly PlainWeights[]) =>
  new Map<string, PlainTree>([[key, merged(...parts)]]);
const some = (...names: readonly string[]): PlainWeights =>
  new Map(names.map((name, at) => [name, drawWeight([4, 4], 90 + at)]));

/** Names after a rule: the first pattern that fits counts. */
function renamed(weights: PlainWeights, rules: readonly (readonly [RegExp, string])[]): PlainWeights {
  return new Map(
    [...weights].map(([name, weight]) => {
      const [pattern, to] = rules.find(([candidate]) => candidate.test(name)) ?? [/^/u, ''];
      return [name.replace(pattern, to), weight];
    }),
  );
}

/** The same with some of the weights in another shape or order. */
function changed(weights: PlainWeights, pattern: RegExp, change: (weight: PlainWeight) => PlainWeight): PlainWeights {
  return new Map([...weights].map(([name, weight]) => [name, pattern.test(name) ? change(weight) : weight]));
}

const timm = {
  'config.json': {
    architecture: 'some_model',
    pretrained_cfg: {
      input_size: [3, 224, 224],
      interpolation: 'bicubic',
      crop_pct: 0.9,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    },
  },
};
const openClip = {
  'open_clip_config.json': {
    model_cfg: { vision_cfg: { image_size: 224, timm_model_name: 'some_model' } },
    preprocess_cfg: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], interpolation: 'bicubic', resize_mode: 'squash' },
  },
};

const clipRules: readonly (readonly [RegExp, string])[] = [
  [/^cls_token$/u, 'class_embedding'],
  [/^pos_embed$/u, 'positional_embedding'],
  [/^patch_embed\.proj\./u, 'conv1.'],
  [/^norm_pre\./u, 'ln_pre.'],
  [/^norm\./u, 'ln_post.'],
  [/^blocks\.(\d+)\.norm(\d)/u, 'transformer.resblocks.$1.ln_$2'],
  [/^blocks\.(\d+)\.attn\.qkv\./u, 'transformer.resblocks.$1.attn.in_proj_'],
  [/^blocks\.(\d+)\.attn\.proj/u, 'transformer.resblocks.$1.attn.out_proj'],
  [/^blocks\.(\d+)\.mlp\.fc1/u, 'transformer.resblocks.$1.mlp.c_fc'],
  [/^blocks\.(\d+)\.mlp\.fc2/u, 'transformer.resblocks.$1.mlp.c_proj'],
];
const flat = ({ shape, ...rest }: PlainWeight) => ({ shape: shape.filter((size) => size !== 1), ...rest });
const clipViT = viT({ hasFirstNorm: true, hasPatchBias: false });
const clipForm = (weights: PlainWeights) =>
  merged(
    prefixed('visual.', renamed(changed(weights, /^(?:cls_token|pos_embed)$/u, flat), clipRules)),
    some('visual.proj', 'text_projection', 'token_embedding.weight', 'positional_embedding', 'ln_final.weight'),
    some('transformer.resblocks.0.attn.in_proj_weight', 'logit_scale'),
  );

const hfVisionForm = (weights: PlainWeights) =>
  prefixed(
    'vision_model.',
    merged(
      renamed(changed(weights, /^(?:cls_token|pos_embed)$/u, flat), [
        [/^cls_token$/u, 'embeddings.class_embedding'],
        [/^pos_embed$/u, 'embeddings.position_embedding.weight'],
        [/^patch_embed\.proj\./u, 'embeddings.patch_embedding.'],
        [/^norm_pre\./u, 'pre_layrnorm.'],
        [/^norm\./u, 'post_layernorm.'],
        [/^blocks\.(\d+)\.norm(\d)/u, 'encoder.layers.$1.layer_norm$2'],
        [/^blocks\.(\d+)\.attn\.([qkv])\./u, 'encoder.layers.$1.self_attn.$2_proj.'],
        [/^blocks\.(\d+)\.attn\.proj/u, 'encoder.layers.$1.self_attn.out_proj'],
        [/^blocks\.(\d+)\.mlp/u, 'encoder.layers.$1.mlp'],
      ]),
      some('embeddings.position_ids'),
    ),
  );
const textTower = some('text_model.embeddings.token_embedding.weight', 'logit_scale', 'visual_projection.weight');

const hfDinoRules: readonly (readonly [RegExp, string])[] = [
  [/^cls_token$/u, 'embeddings.cls_token'],
  [/^reg_token$/u, 'embeddings.register_tokens'],
  [/^pos_embed$/u, 'embeddings.position_embeddings'],
  [/^patch_embed\.proj\./u, 'embeddings.patch_embeddings.projection.'],
  [/^norm\./u, 'layernorm.'],
  [/^blocks\.(\d+)\.attn\.q\./u, 'encoder.layer.$1.attention.attention.query.'],
  [/^blocks\.(\d+)\.attn\.k\./u, 'encoder.layer.$1.attention.attention.key.'],
  [/^blocks\.(\d+)\.attn\.v\./u, 'encoder.layer.$1.attention.attention.value.'],
  [/^blocks\.(\d+)\.attn\.proj\./u, 'encoder.layer.$1.attention.output.dense.'],
  [/^blocks\.(\d+)\.ls(\d)\.gamma/u, 'encoder.layer.$1.layer_scale$2.lambda1'],
  [/^blocks\.(\d+)\.mlp\.w12/u, 'encoder.layer.$1.mlp.weights_in'],
  [/^blocks\.(\d+)\.mlp\.w3/u, 'encoder.layer.$1.mlp.weights_out'],
  [/^blocks\./u, 'encoder.layer.'],
];
const hfDino3Form = (weights: PlainWeights, mlp: readonly (readonly [RegExp, string])[]) =>
  merged(
    renamed(new Map([...weights].filter(([name]) => !name.endsWith('attn.k.bias'))), [
      [/^cls_token$/u, 'embeddings.cls_token'],
      [/^reg_token$/u, 'embeddings.register_tokens'],
      [/^patch_embed\.proj\./u, 'embeddings.patch_embeddings.'],
      [/^blocks\.(\d+)\.attn\.([qkv])\./u, 'layer.$1.attention.$2_proj.'],
      [/^blocks\.(\d+)\.attn\.proj\./u, 'layer.$1.attention.o_proj.'],
      [/^blocks\.(\d+)\.ls(\d)\.gamma/u, 'layer.$1.layer_scale$2.lambda1'],
      ...mlp,
      [/^blocks\./u, 'layer.'],
    ]),
    some('embeddings.mask_token'),
  );
/** Weights without what a form does not have. */
const without = (pattern: RegExp, draw: Row['draw']) => (narrow: boolean) =>
  new Map([...draw(narrow)].filter(([name]) => !pattern.test(name)));

const dinov3Form = (weights: PlainWeights) =>
  merged(
    renamed(weights, [
      [/^reg_token$/u, 'storage_tokens'],
      [/^rope\.periods$/u, 'rope_embed.periods'],
    ]),
    new Map(
      [...weights]
        .filter(([name]) => name.endsWith('qkv.bias'))
        .map(([name, { shape }]): [string, PlainWeight] => [
          `${name}_mask`,
          { shape, values: () => new Float32Array(shape[0] ?? 0).fill(1) },
        ]),
    ),
    some('mask_token', 'local_cls_norm.weight', 'local_cls_norm.bias'),
  );
const dinov3ViT = (narrow: boolean) =>
  merged(
    viT({ grid: 0, registers: 4, hasLayerScale: true })(narrow),
    new Map([['rope.periods', drawWeight([narrow ? 1 : 16], 5)]]),
  );

const wideHeads = (name: string, width: number, heads: number) => {
  const inner = /attn\.([qkv])\.weight$/u.test(name);
  return inner ? [width, heads, width / heads] : [heads, width / heads];
};
/** A ViT by the names of flax: kernels are input by output, and of attention cut into heads. */
function siglipForm(weights: PlainWeights, heads: number): PlainWeights {
  const kernels = new Map(
    [...weights].map(([name, weight]): [string, PlainWeight] => {
      const width = weight.shape[0] ?? 0;
      if (name === 'patch_embed.proj.weight') return [name, permuted(weight, [2, 3, 1, 0])];
      if (/attn\.[qkv]\.weight$/u.test(name))
        return [name, reshaped(permuted(weight, [1, 0]), wideHeads(name, width, heads))];
      if (/attn\.[qkv]\.bias$/u.test(name)) return [name, reshaped(weight, wideHeads(name, width, heads))];
      if (name.endsWith('attn.proj.weight'))
        return [name, reshaped(permuted(weight, [1, 0]), [heads, width / heads, width])];
      if (/mlp\.fc\d\.weight$/u.test(name)) return [name, permuted(weight, [1, 0])];
      return [name, weight];
    }),
  );
  const block = 'Transformer/encoderblock_$1';
  const attention = `${block}/MultiHeadDotProductAttention_0`;
  return merged(
    prefixed(
      'params/img/',
      renamed(kernels, [
        [/^pos_embed$/u, 'pos_embedding'],
        [/^patch_embed\.proj\.weight/u, 'embedding/kernel'],
        [/^patch_embed\.proj\.bias/u, 'embedding/bias'],
        [/^norm\.weight$/u, 'Transformer/encoder_norm/scale'],
        [/^norm\.bias$/u, 'Transformer/encoder_norm/bias'],
        [/^blocks\.(\d+)\.norm1\.weight/u, `${block}/LayerNorm_0/scale`],
        [/^blocks\.(\d+)\.norm1\.bias/u, `${block}/LayerNorm_0/bias`],
        [/^blocks\.(\d+)\.norm2\.weight/u, `${block}/LayerNorm_1/scale`],
        [/^blocks\.(\d+)\.norm2\.bias/u, `${block}/LayerNorm_1/bias`],
        ...['query', 'key', 'value'].flatMap((part): readonly (readonly [RegExp, string])[] => [
          [new RegExp(`^blocks\\.(\\d+)\\.attn\\.${part.charAt(0)}\\.weight`, 'u'), `${attention}/${part}/kernel`],
          [new RegExp(`^blocks\\.(\\d+)\\.attn\\.${part.charAt(0)}\\.bias`, 'u'), `${attention}/${part}/bias`],
        ]),
        [/^blocks\.(\d+)\.attn\.proj\.weight/u, `${attention}/out/kernel`],
        [/^blocks\.(\d+)\.attn\.proj\.bias/u, `${attention}/out/bias`],
        [/^blocks\.(\d+)\.mlp\.fc1\.weight/u, `${block}/MlpBlock_0/Dense_0/kernel`],
        [/^blocks\.(\d+)\.mlp\.fc1\.bias/u, `${block}/MlpBlock_0/Dense_0/bias`],
        [/^blocks\.(\d+)\.mlp\.fc2\.weight/u, `${block}/MlpBlock_0/Dense_1/kernel`],
        [/^blocks\.(\d+)\.mlp\.fc2\.bias/u, `${block}/MlpBlock_0/Dense_1/bias`],
      ]),
    ),
    some('params/img/MAPHead_0/probe', 'params/txt/Embed_0/embedding', 'params/t'),
  );
}

const torchvisionConvNeXt = (weights: PlainWeights) =>
  renamed(
    changed(weights, /gamma$/u, (weight) => reshaped(weight, [weight.shape[0] ?? 0, 1, 1])),
    [
      [/^norm\./u, 'classifier.0.'],
      [/^head\./u, 'classifier.2.'],
      ...[0, 1, 2, 3].flatMap((stage): readonly (readonly [RegExp, string])[] => {
        const at = String(stage);
        const odd = String(2 * stage + 1);
        const of = (part: string) => new RegExp(`^stages\\.${at}\\.(\\d+)\\.${part}\\.`, 'u');
        return [
          [new RegExp(`^downsample_layers\\.${at}\\.`, 'u'), `features.${String(2 * stage)}.`],
          [new RegExp(`^stages\\.${at}\\.(\\d+)\\.gamma`, 'u'), `features.${odd}.$1.layer_scale`],
          [of('dwconv'), `features.${odd}.$1.block.0.`],
          [of('norm'), `features.${odd}.$1.block.2.`],
          [of('pwconv1'), `features.${odd}.$1.block.3.`],
          [of('pwconv2'), `features.${odd}.$1.block.5.`],
        ];
      }),
    ],
  );
const timmConvNeXt: readonly (readonly [RegExp, string])[] = [
  [/^downsample_layers\.0\./u, 'stem.'],
  [/^downsample_layers\.(\d)\./u, 'stages.$1.downsample.'],
  [/^stages\.(\d)\.(\d+)\.dwconv/u, 'stages.$1.blocks.$2.conv_dw'],
  [/^stages\.(\d)\.(\d+)\.pwconv(\d)/u, 'stages.$1.blocks.$2.mlp.fc$3'],
  [/^stages\.(\d)\.(\d+)\./u, 'stages.$1.blocks.$2.'],
  [/^norm\./u, 'head.norm.'],
  [/^head\./u, 'head.fc.'],
];

/** The head of torchvision's FCN. */
const fcnHead = (name: string, width: number): PlainWeights =>
  merged(
    withCounters(
      new Map([
        [`${name}.0.weight`, drawWeight([width / 4, width, 3, 3], 1)],
        ...['weight', 'bias', 'running_mean', 'running_var'].map(
          (part) => [`${name}.1.${part}`, drawWeight([width / 4], 2)] as const,
        ),
      ]),
    ),
    new Map([
      [`${name}.4.weight`, drawWeight([21, width / 4, 1, 1], 3)],
      [`${name}.4.bias`, drawWeight([21], 4)],
    ]),
  );

/** A network of layers in a row, by index: size of the kernel, or of the layer. */
function sequential(shapes: Readonly<Record<string, readonly number[]>>): PlainWeights {
  return new Map(
    Object.entries(shapes).flatMap(([name, shape], at): readonly (readonly [string, PlainWeight])[] => [
      [`${name}.weight`, drawWeight(shape, at)],
      [`${name}.bias`, drawWeight([shape[0] ?? 0], 100 + at)],
    ]),
  );
}
const alexNet = sequential({
  'features.0': [64, 3, 11, 11],
  'features.3': [192, 64, 5, 5],
  'features.6': [384, 192, 3, 3],
  'features.8': [256, 384, 3, 3],
  'features.10': [256, 256, 3, 3],
  'classifier.1': [64, 9216],
  'classifier.4': [64, 64],
  'classifier.6': [10, 64],
});
const vgg = merged(
  sequential({
    'features.0': [64, 3, 3, 3],
    'features.3': [64, 64, 3, 3],
    'features.7': [128, 64, 3, 3],
    'classifier.0': [64, 6272],
    'classifier.3': [64, 64],
    'classifier.6': [10, 64],
  }),
  new Map(
    ['weight', 'bias', 'running_mean', 'running_var'].flatMap((part): readonly (readonly [string, PlainWeight])[] => [
      [`features.1.${part}`, drawWeight([64], 1)],
      [`features.4.${part}`, drawWeight([64], 2)],
      [`features.8.${part}`, drawWeight([128], 3)],
    ]),
  ),
);
const squeezeNet = sequential({
  'features.0': [64, 3, 3, 3],
  'features.3.squeeze': [16, 64, 1, 1],
  'features.3.expand1x1': [64, 16, 1, 1],
  'features.3.expand3x3': [64, 16, 3, 3],
  'features.4.squeeze': [16, 128, 1, 1],
  'features.4.expand1x1': [64, 16, 1, 1],
  'features.4.expand3x3': [64, 16, 3, 3],
  'classifier.1': [10, 128, 1, 1],
});

const study = (family: string): Row => {
  const of = (options: DrawResNetOptions) => publishedStudy(options).find((entry) => entry.family === family)!;
  const narrow = of({ width: 2, blocks: [1, 2, 1, 1] });
  const full = of({});
  return {
    draw: (isNarrow) => (isNarrow ? narrow : full).weights,
    form: (weights) => (weights === narrow.weights ? narrow : full).root,
    container: ({ torch: 'torch-legacy', tensorflow: 'tensorflow', pickle: 'pickle' } as const)[full.container],
  };
};

/** One row a family. */
const rows: Readonly<Record<string, Row>> = {
  insdis: study('insdis'),
  pirl: study('pirl'),
  infomin: study('infomin'),
  'moco-v1': study('moco-v1'),
  'moco-v2': study('moco-v2'),
  'pcl-v1': { ...study('pcl-v1'), otherwise: 'moco-v1' },
  'pcl-v2': { ...study('pcl-v2'), otherwise: 'moco-v2' },
  swav: study('swav'),
  'deepcluster-v2': study('deepcluster-v2'),
  'sela-v2': { ...study('sela-v2'), otherwise: 'deepcluster-v2' },
  'simclr-v1': study('simclr-v1'),
  'simclr-v2': study('simclr-v2'),
  'simclr-v1-torch': {
    draw: resNet(),
    form: (weights) => {
      const features = weights.get('layer4.0.conv3.weight')?.shape[0] ?? 0;
      const head = new Map([
        ['fc.weight', drawWeight([10, features], 1)],
        ['fc.bias', drawWeight([10], 2)],
      ]);
      return dictionary('state_dict', withCounters(weights), head);
    },
    otherwise: 'torchvision-resnet',
  },
  'simclr-v2-torch': {
    draw: resNet(),
    form: (weights) =>
      dictionary(
        'resnet',
        renamed(weights, [
          [/^conv1\./u, 'net.0.0.'],
          [/^bn1\./u, 'net.0.1.0.'],
          [/^layer(\d)\.(\d+)\.conv1\./u, 'net.$1.blocks.$2.net.0.'],
          [/^layer(\d)\.(\d+)\.conv2\./u, 'net.$1.blocks.$2.net.2.'],
          [/^layer(\d)\.(\d+)\.conv3\./u, 'net.$1.blocks.$2.net.4.'],
          [/^layer(\d)\.(\d+)\.bn1\./u, 'net.$1.blocks.$2.net.1.0.'],
          [/^layer(\d)\.(\d+)\.bn2\./u, 'net.$1.blocks.$2.net.3.0.'],
          [/^layer(\d)\.(\d+)\.bn3\./u, 'net.$1.blocks.$2.net.5.0.'],
          [/^layer(\d)\.(\d+)\.downsample\.0\./u, 'net.$1.blocks.$2.projection.shortcut.'],
          [/^layer(\d)\.(\d+)\.downsample\.1\./u, 'net.$1.blocks.$2.projection.bn.0.'],
        ]),
        some('fc.weight', 'fc.bias'),
      ),
  },
  byol: study('byol'),
  'byol-ssl-transfer': { ...study('byol'), otherwise: 'byol' },
  'torchvision-resnet': study('torchvision-resnet'),
  'torchvision-resnet-v2': { draw: resNet({ classes: 10 }), form: withCounters, otherwise: 'torchvision-resnet' },
  'torchvision-vit': {
    draw: viT({ classes: 10 }),
    form: (weights) =>
      renamed(weights, [
        [/^cls_token$/u, 'class_token'],
        [/^pos_embed$/u, 'encoder.pos_embedding'],
        [/^patch_embed\.proj/u, 'conv_proj'],
        [/^norm\./u, 'encoder.ln.'],
        [/^head\./u, 'heads.head.'],
        [/^blocks\.(\d+)\.norm(\d)/u, 'encoder.layers.encoder_layer_$1.ln_$2'],
        [/^blocks\.(\d+)\.attn\.qkv\./u, 'encoder.layers.encoder_layer_$1.self_attention.in_proj_'],
        [/^blocks\.(\d+)\.attn\.proj\./u, 'encoder.layers.encoder_layer_$1.self_attention.out_proj.'],
        [/^blocks\.(\d+)\.mlp\.fc1\./u, 'encoder.layers.encoder_layer_$1.mlp.linear_1.'],
        [/^blocks\.(\d+)\.mlp\.fc2\./u, 'encoder.layers.encoder_layer_$1.mlp.3.'],
      ]),
  },
  'torchvision-convnext': { draw: convNeXt(10), form: torchvisionConvNeXt },
  'torchvision-vgg': { draw: () => vgg, form: withCounters },
  'torchvision-alexnet': { draw: () => alexNet, form: (weights) => weights },
  'torchvision-squeezenet': { draw: () => squeezeNet, form: (weights) => weights },
  simsiam: {
    draw: resNet(),
    form: (weights) =>
      dictionary(
        'state_dict',
        prefixed('module.encoder.', withCounters(weights)),
        some('module.encoder.fc.0.weight', 'module.encoder.fc.1.running_mean', 'module.predictor.0.weight'),
      ),
  },
  'barlow-twins': {
    draw: resNet(),
    form: (weights) =>
      new Map<string, PlainTree>([
        ['epoch', new Map()],
        [
          'model',
          merged(
            prefixed('module.backbone.', withCounters(weights)),
            some('module.projector.0.weight', 'module.projector.1.weight', 'module.projector.1.bias'),
            some('module.bn.running_mean', 'module.bn.running_var'),
          ),
        ],
        ['optimizer', new Map([['state', some('0.momentum_buffer')]])],
      ]),
  },
  vicreg: {
    draw: resNet(),
    form: (weights) =>
      dictionary(
        'model',
        prefixed('module.backbone.', withCounters(weights)),
        some('module.projector.0.weight', 'module.projector.0.bias'),
      ),
  },
  'moco-v3-resnet': {
    draw: resNet(),
    form: (weights) =>
      dictionary(
        'state_dict',
        prefixed('module.base_encoder.', withCounters(weights)),
        prefixed('module.momentum_encoder.', withCounters(weights)),
        some('module.base_encoder.fc.0.weight', 'module.predictor.0.weight'),
      ),
  },
  'moco-v3-vit': {
    draw: viT({ width: 384 }),
    form: (weights) =>
      dictionary(
        'state_dict',
        prefixed('module.base_encoder.', weights),
        prefixed('module.momentum_encoder.', weights),
        some('module.base_encoder.head.0.weight', 'module.predictor.0.weight'),
      ),
  },
  vit: { draw: viT({ width: 320, classes: 10 }), form: (weights) => weights, heads: 5 },
  dino: {
    draw: viT({ width: 384 }),
    form: (weights) =>
      new Map([
        ['student', merged(prefixed('module.backbone.', weights), some('module.head.mlp.0.weight'))],
        ['teacher', merged(prefixed('backbone.', weights), some('head.mlp.0.weight'))],
      ]),
  },
  'dino-resnet': {
    draw: resNet(),
    form: (weights) =>
      new Map([
        ['student', merged(prefixed('module.backbone.', withCounters(weights)), some('module.head.mlp.0.weight'))],
        ['teacher', merged(prefixed('backbone.', withCounters(weights)), some('head.mlp.0.weight'))],
      ]),
  },
  ibot: {
    draw: viT({ width: 384 }),
    form: (weights) => dictionary('state_dict', weights, some('masked_embed')),
  },
  dinov2: {
    draw: viT({ width: 384, grid: 37, patch: 14, hasLayerScale: true }),
    form: (weights) => merged(weights, new Map([['mask_token', drawWeight([1, 384], 1)]])),
  },
  'dinov2-registers': {
    draw: viT({ width: 1536, depth: 40, grid: 37, patch: 14, hasLayerScale: true, registers: 4, mlp: 'w12' }),
    form: (weights) =>
      dictionary(
        'teacher',
        prefixed(
          'backbone.',
          renamed(merged(weights, new Map([['mask_token', drawWeight([1, 8], 1)]])), [
            [/^reg_token$/u, 'register_tokens'],
            [/^blocks\.(\d+)\./u, 'blocks.0.$1.'],
          ]),
        ),
        some('dino_head.mlp.0.weight', 'ibot_head.mlp.0.weight'),
      ),
  },
  dinov3: { draw: dinov3ViT, form: dinov3Form },
  'dinov3-sat': { draw: dinov3ViT, form: dinov3Form, otherwise: 'dinov3' },
  'dinov3-convnext': {
    draw: convNeXt(),
    form: (weights) => merged(weights, some('norms.3.weight', 'norms.3.bias')),
  },
  convnext: { draw: convNeXt(10), form: (weights) => dictionary('model', weights) },
  mae: {
    draw: viT(),
    form: (weights) =>
      dictionary('model', weights, some('mask_token', 'decoder_embed.weight', 'decoder_blocks.0.norm1.weight')),
  },
  deit: {
    draw: viT({ width: 192, classes: 10 }),
    form: (weights) => dictionary('model', weights),
    isUncertain: true,
  },
  'timm-vit': {
    draw: viT({ width: 192, classes: 10 }),
    form: (weights) => weights,
    container: 'safetensors',
    beside: timm,
  },
  'timm-dinov3': {
    draw: without(/qkv\.bias$/u, viT({ grid: 0, registers: 4, hasLayerScale: true })),
    form: (weights) => renamed(weights, [[/\.ls(\d)\.gamma$/u, '.gamma_$1']]),
    container: 'safetensors',
    beside: timm,
  },
  'timm-resnet': { draw: resNet({ classes: 10 }), form: withCounters, container: 'safetensors', beside: timm },
  'timm-convnext': {
    draw: convNeXt(10),
    form: (weights) => renamed(weights, timmConvNeXt),
    container: 'safetensors',
    beside: timm,
  },
  'openai-clip': { draw: clipViT, form: clipForm, container: 'torchscript' },
  'openai-clip-resnet': {
    draw: (narrow) => {
      const weights = resNet()(narrow);
      const width = narrow ? 2 : 64;
      const norm = (name: string, size: number) =>
        new Map(
          ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, drawWeight([size], 3)]),
        );
      return merged(
        weights,
        new Map([
          ['conv1.weight', drawWeight([width / 2, 3, 3, 3], 1)],
          ['conv2.weight', drawWeight([width / 2, width / 2, 3, 3], 2)],
          ['conv3.weight', drawWeight([width, width / 2, 3, 3], 3)],
        ]),
        norm('bn1', width / 2),
        norm('bn2', width / 2),
        norm('bn3', width),
      );
    },
    form: (weights) =>
      merged(
        prefixed('visual.', weights),
        some('visual.attnpool.positional_embedding', 'visual.attnpool.k_proj.weight', 'logit_scale'),
      ),
    container: 'torchscript',
  },
  'open-clip': { draw: clipViT, form: clipForm, container: 'safetensors', beside: openClip },
  'open-clip-timm': {
    draw: viT({ hasClassToken: false }),
    form: (weights) =>
      merged(
        prefixed('visual.trunk.', weights),
        some('visual.trunk.attn_pool.latent', 'visual.head.proj.weight', 'text.token_embedding.weight'),
      ),
    container: 'safetensors',
    beside: openClip,
  },
  siglip: {
    draw: viT({ hasClassToken: false, isFused: false }),
    form: (weights) => siglipForm(weights, weights.get('norm.weight')?.shape[0] === 8 ? 2 : 12),
    container: 'npz',
  },
  'hf-dinov2': {
    draw: viT({ isFused: false, hasLayerScale: true, patch: 14 }),
    form: (weights) => merged(renamed(weights, hfDinoRules), some('embeddings.mask_token')),
    container: 'safetensors',
  },
  'hf-dinov2-registers': {
    draw: viT({ isFused: false, hasLayerScale: true, patch: 14, registers: 4, mlp: 'w12', width: 1536, depth: 40 }),
    form: (weights) => merged(renamed(weights, hfDinoRules), some('embeddings.mask_token')),
    container: 'safetensors',
  },
  'hf-resnet': {
    draw: resNet(),
    form: (weights) => {
      const below =
        (at: number) =>
        (_: string, stage: string, block: string, layer = '') =>
          `resnet.encoder.stages.${String(Number(stage) - 1)}.layers.${block}.layer.${String(Number(layer) - 1)}.${at === 0 ? 'convolution' : 'normalization'}.`;
      const names = new Map(
        [...withCounters(weights)].map(([name, weight]) => [
          name
            .replace(/^conv1\./u, 'resnet.embedder.embedder.convolution.')
            .replace(/^bn1\./u, 'resnet.embedder.embedder.normalization.')
            .replace(/^layer(\d)\.(\d+)\.conv(\d)\./u, below(0))
            .replace(/^layer(\d)\.(\d+)\.bn(\d)\./u, below(1))
            .replace(
              /^layer(\d)\.(\d+)\.downsample\.(\d)\./u,
              (_, stage: string, block: string, part: string) =>
                `resnet.encoder.stages.${String(Number(stage) - 1)}.layers.${block}.shortcut.${part === '0' ? 'convolution' : 'normalization'}.`,
            ),
          weight,
        ]),
      );
      return merged(names, some('classifier.1.weight', 'classifier.1.bias'));
    },
    container: 'safetensors',
  },
  'hf-vit': {
    draw: viT({ isFused: false, classes: 10 }),
    form: (weights) =>
      merged(
        renamed(weights, [
          [/^cls_token$/u, 'vit.embeddings.cls_token'],
          [/^pos_embed$/u, 'vit.embeddings.position_embeddings'],
          [/^patch_embed\.proj\./u, 'vit.embeddings.patch_embeddings.projection.'],
          [/^norm\./u, 'vit.layernorm.'],
          [/^head\./u, 'classifier.'],
          [/^blocks\.(\d+)\.norm1/u, 'vit.encoder.layer.$1.layernorm_before'],
          [/^blocks\.(\d+)\.norm2/u, 'vit.encoder.layer.$1.layernorm_after'],
          [/^blocks\.(\d+)\.attn\.q\./u, 'vit.encoder.layer.$1.attention.attention.query.'],
          [/^blocks\.(\d+)\.attn\.k\./u, 'vit.encoder.layer.$1.attention.attention.key.'],
          [/^blocks\.(\d+)\.attn\.v\./u, 'vit.encoder.layer.$1.attention.attention.value.'],
          [/^blocks\.(\d+)\.attn\.proj\./u, 'vit.encoder.layer.$1.attention.output.dense.'],
          [/^blocks\.(\d+)\.mlp\.fc1\./u, 'vit.encoder.layer.$1.intermediate.dense.'],
          [/^blocks\.(\d+)\.mlp\.fc2\./u, 'vit.encoder.layer.$1.output.dense.'],
        ]),
        some('vit.pooler.dense.weight', 'decoder.mask_token'),
      ),
    container: 'safetensors',
  },
  'hf-dinov3': {
    draw: without(/attn\.k\.bias$/u, viT({ isFused: false, hasLayerScale: true, registers: 4, grid: 0 })),
    form: (weights) =>
      hfDino3Form(weights, [
        [/^blocks\.(\d+)\.mlp\.fc1\./u, 'layer.$1.mlp.up_proj.'],
        [/^blocks\.(\d+)\.mlp\.fc2\./u, 'layer.$1.mlp.down_proj.'],
      ]),
    container: 'safetensors',
  },
  'hf-dinov3-gated': {
    draw: without(
      /attn\.k\.bias$/u,
      viT({ isFused: false, hasLayerScale: true, registers: 4, grid: 0, mlp: 'w1 and w2' }),
    ),
    form: (weights) =>
      hfDino3Form(weights, [
        [/^blocks\.(\d+)\.mlp\.w1\./u, 'layer.$1.mlp.gate_proj.'],
        [/^blocks\.(\d+)\.mlp\.w2\./u, 'layer.$1.mlp.up_proj.'],
        [/^blocks\.(\d+)\.mlp\.w3\./u, 'layer.$1.mlp.down_proj.'],
      ]),
    container: 'safetensors',
  },
  'hf-clip': {
    draw: viT({ isFused: false, hasFirstNorm: true, hasPatchBias: false }),
    form: (weights) => merged(hfVisionForm(weights), textTower),
    container: 'safetensors',
  },
  'hf-siglip': {
    draw: viT({ isFused: false, hasClassToken: false }),
    form: (weights) => merged(hfVisionForm(weights), some('vision_model.head.probe'), textTower),
    container: 'safetensors',
  },
  vissl: {
    draw: resNet(),
    form: (weights) =>
      new Map([
        [
          'classy_state_dict',
          new Map([
            [
              'base_model',
              new Map([
                [
                  'model',
                  new Map([
                    ['trunk', prefixed('_feature_blocks.', withCounters(weights))],
                    ['heads', some('0.clf.0.weight')],
                  ]),
                ],
              ]),
            ],
          ]),
        ],
      ]),
  },
  'vissl-vit': {
    draw: viT(),
    form: (weights) => dictionary('model_state_dict', prefixed('trunk.base_model.', weights)),
  },
  'resnet-small-images': {
    draw: resNet({ stem: 3, isBottleneck: false, blocks: [2, 2, 2, 2], classes: 10 }),
    form: (weights) =>
      dictionary(
        'net',
        prefixed(
          'module.',
          renamed(withCounters(weights), [
            [/downsample/u, 'shortcut'],
            [/^fc\./u, 'linear.'],
          ]),
        ),
      ),
  },
  'solo-learn': {
    draw: resNet(),
    form: (weights) =>
      dictionary(
        'state_dict',
        prefixed('backbone.', withCounters(weights)),
        prefixed('momentum_backbone.', withCounters(weights)),
        some('classifier.weight', 'projector.0.weight', 'queue'),
      ),
  },
  'solo-learn-cifar': {
    draw: resNet({ stem: 3, isBottleneck: false, blocks: [2, 2, 2, 2] }),
    form: (weights) =>
      dictionary(
        'state_dict',
        prefixed('encoder.', withCounters(weights)),
        some('classifier.weight', 'classifier.bias'),
      ),
  },
  'solo-learn-vit': {
    draw: viT({ width: 192 }),
    form: (weights) => dictionary('state_dict', prefixed('backbone.', weights), some('classifier.weight')),
  },
  lightly: {
    draw: resNet(),
    form: (weights) =>
      dictionary(
        'state_dict',
        prefixed(
          'backbone.',
          renamed(withCounters(weights), [
            [/^conv1\./u, '0.'],
            [/^bn1\./u, '1.'],
            [/^layer1\./u, '4.'],
            [/^layer2\./u, '5.'],
            [/^layer3\./u, '6.'],
            [/^layer4\./u, '7.'],
          ]),
        ),
        some('projection_head.layers.0.weight', 'backbone_momentum.0.weight'),
      ),
  },
  lightning: {
    draw: resNet({ classes: 10 }),
    form: (weights) => dictionary('state_dict', prefixed('model.', withCounters(weights)), some('criterion.weight')),
  },
  'lightning-vit': {
    draw: viT({ classes: 10 }),
    form: (weights) => dictionary('state_dict', prefixed('net.', weights)),
    heads: 12,
  },
  'torchvision-segmentation': {
    draw: resNet(),
    form: (weights) =>
      merged(
        prefixed('backbone.', withCounters(weights)),
        fcnHead('classifier', 2048),
        fcnHead('aux_classifier', 1024),
      ),
  },
  places365: {
    draw: resNet({ classes: 365 }),
    form: (weights) => dictionary('state_dict', prefixed('module.', weights)),
  },
  'cifar-resnet': {
    draw: () => {
      const weights = drawResNet({ stem: 3, isBottleneck: false, blocks: [3, 3, 3], width: 16, classes: 10 });
      return new Map([...weights].filter(([name]) => !name.includes('downsample')));
    },
    form: (weights) => dictionary('state_dict', prefixed('module.', renamed(weights, [[/^fc\./u, 'linear.']]))),
  },
};

const folder = mkdtempSync(path.join(tmpdir(), 'intermodel-families-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function open({ draw, form, container, beside = {} }: Row, narrow: boolean) {
  const weights = draw(narrow);
  const place = mkdtempSync(path.join(folder, 'model-'));
  for (const [name, content] of Object.entries(beside)) writeFileSync(path.join(place, name), JSON.stringify(content));
  return { weights, checkpoint: plainCheckpoint(form(weights), container, path.join(place, 'model.bin')) };
}

const shapesOf = (weights: Iterable<readonly [string, { readonly shape: readonly number[] }]>) =>
  [...weights].map(([name, { shape }]) => [name, shape]).sort();

describe('families', () => {
  it('have a row each', () => {
    expect(Object.keys(rows).sort()).toEqual(listFamilies().map(({ name }) => name));
  });

  for (const [family, row] of Object.entries(rows)) {
    const { otherwise = family, isUncertain = false, heads } = row;
    const said = heads === undefined ? {} : { facts: { heads } };
    it(`are recognised, each tensor used or dropped: ${family}`, () => {
      const { weights, checkpoint } = open(row, false);
      const named = recogniseModel(checkpoint, { ...said, family });
      expect(shapesOf(named.weights)).toEqual(shapesOf(weights));
      const inTaken = [...tensorsBelow(checkpoint.root).keys()].filter((name) => name.startsWith(named.taken.path));
      const masks = inTaken.filter((name) => name.endsWith('bias_mask'));
      expect(named.weights.size + named.dropped.length + masks.length).toBe(inTaken.length);
      if (isUncertain) {
        expect(() => recogniseModel(checkpoint)).toThrow(new RegExp(`one of .*\\b${family}\\b`, 'u'));
        return;
      }
      const found = recogniseModel(checkpoint, said);
      expect(found.family).toBe(otherwise);
      // What the weights cannot tell from another is said.
      if (otherwise !== family) expect(found.assumptions.join('\n')).toContain(family);
    });

    it(`keep their values, and have a place each in the graph: ${family}`, () => {
      const { weights, checkpoint } = open(row, true);
      const facts = row.draw(true).has('cls_token') || row.draw(true).has('pos_embed') ? { heads: 2 } : {};
      const found = recogniseModel(checkpoint, { family, facts });
      expect(found.weights.size).toBe(weights.size);
      for (const [name, weight] of weights)
        expect(valuesOf(found.weights.get(name)), name).toEqual([...weight.values()]);
      // The last normalisation of a ConvNeXt is that of its head.
      const unused =
        weights.has('head.weight') || found.architecture !== 'convnext' ? [] : ['norm.weight', 'norm.bias'];
      expect(buildGraph(found).unused).toEqual(unused);
    });
  }

  it('are files that fit the schema, named after what they hold', () => {
    for (const { name } of listFamilies()) {
      const family = readRecipe(path.join(familiesFolder, `${name}.yaml`));
      expect(family.name).toBe(name);
      for (const base of [family.variantOf, family.extends].filter((each) => each !== undefined))
        expect(Object.keys(rows)).toContain(base);
    }
  });

  it('say for which sizes their facts hold, where these go by size', () => {
    for (const { name, facts = {}, known } of listFamilies())
      if (Object.values(facts).some((fact) => typeof fact === 'object')) expect(known?.sizes, name).toBeDefined();
  });

  it('have facts that their architecture knows', () => {
    for (const { architecture, facts = {} } of listFamilies()) {
      const names = architectureFacts[architecture].map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(Object.keys(facts)));
    }
    expect(() => checkFacts('resnet', { padding: 'same-pool' })).not.toThrow();
  });
});
