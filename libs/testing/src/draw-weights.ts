import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';

/** A tensor whose values are made when they are asked for, so that dictionaries of full size cost nothing. */
export interface PlainWeight {
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Makes its values, in C order: the same each time. */
  readonly values: () => Float32Array;
}

/** Weights by name. */
export type PlainWeights = ReadonlyMap<string, PlainWeight>;

/** Settings of {@link drawResNet}. */
export interface DrawResNetOptions {
  /** Blocks of each stage. @default those of a ResNet-50: 3, 4, 6, 3 */
  readonly blocks?: readonly number[];
  /** Channels of the stem, and width of the first stage. @default 64 */
  readonly width?: number;
  /** Whether blocks have three convolutions. @default true */
  readonly isBottleneck?: boolean;
  /** Side of the kernel of the stem. @default 7 */
  readonly stem?: number;
  /** Classes of `fc`; 0 for none. @default 0 */
  readonly classes?: number;
  /** Seed of the values. @default 1 */
  readonly seed?: number;
}

/** Random weights of a ResNet by torchvision's names: a ResNet-50 has 265 without `fc`. */
export function drawResNet({
  blocks = [3, 4, 6, 3],
  width = 64,
  isBottleneck = true,
  stem = 7,
  classes = 0,
  seed = 1,
}: DrawResNetOptions = {}): PlainWeights {
  const draft = new Draft(seed);
  const normalised = (conv: string, norm: string, shape: readonly number[]) => {
    draft.layer(`${conv}.weight`, shape);
    draft.batchNorm(norm, shape[0] ?? 0);
  };
  normalised('conv1', 'bn1', [width, 3, stem, stem]);
  let inputs = width;
  for (const [stage, count] of blocks.entries()) {
    const narrow = width << stage;
    const outputs = isBottleneck ? 4 * narrow : narrow;
    for (let block = 0; block < count; block++) {
      const name = `layer${String(stage + 1)}.${String(block)}`;
      if (isBottleneck) {
        normalised(`${name}.conv1`, `${name}.bn1`, [narrow, inputs, 1, 1]);
        normalised(`${name}.conv2`, `${name}.bn2`, [narrow, narrow, 3, 3]);
        normalised(`${name}.conv3`, `${name}.bn3`, [outputs, narrow, 1, 1]);
      } else {
        normalised(`${name}.conv1`, `${name}.bn1`, [narrow, inputs, 3, 3]);
        normalised(`${name}.conv2`, `${name}.bn2`, [narrow, narrow, 3, 3]);
      }
      if (inputs !== outputs) normalised(`${name}.downsample.0`, `${name}.downsample.1`, [outputs, inputs, 1, 1]);
      inputs = outputs;
    }
  }
  if (classes > 0) draft.linear('fc', classes, inputs);
  return draft.weights;
}

/** Settings of {@link drawViT}. */
export interface DrawViTOptions {
  /** Blocks. @default 12 */
  readonly depth?: number;
  /** Width of tokens. @default 768 */
  readonly width?: number;
  /** Side of a patch in pixels. @default 16 */
  readonly patch?: number;
  /** Patches along a side; 0 for no table of positions. @default 14 */
  readonly grid?: number;
  /** Whether there is a class token. @default true */
  readonly hasClassToken?: boolean;
  /** Registers. @default 0 */
  readonly registers?: number;
  /** Whether branches are scaled. @default false */
  readonly hasLayerScale?: boolean;
  /** Whether tokens are normalised before the first block. @default false */
  readonly hasFirstNorm?: boolean;
  /** Whether patches have a bias. @default true */
  readonly hasPatchBias?: boolean;
  /** Kind of the MLP. @default `two layers` */
  readonly mlp?: 'two layers' | 'w12' | 'w1 and w2';
  /** Whether queries, keys and values are one layer. @default true */
  readonly isFused?: boolean;
  /** Classes of `head`; 0 for none. @default 0 */
  readonly classes?: number;
  /** Seed of the values. @default 1 */
  readonly seed?: number;
}

/** Random weights of a ViT by timm's names. */
export function drawViT({
  depth = 12,
  width = 768,
  patch = 16,
  grid = 14,
  hasClassToken = true,
  registers = 0,
  hasLayerScale = false,
  hasFirstNorm = false,
  hasPatchBias = true,
  mlp = 'two layers',
  isFused = true,
  classes = 0,
  seed = 1,
}: DrawViTOptions = {}): PlainWeights {
  const draft = new Draft(seed);
  if (hasClassToken) draft.layer('cls_token', [1, 1, width]);
  if (registers > 0) draft.layer('reg_token', [1, registers, width]);
  if (grid > 0) draft.layer('pos_embed', [1, grid * grid + (hasClassToken ? 1 : 0), width]);
  draft.layer('patch_embed.proj.weight', [width, 3, patch, patch]);
  if (hasPatchBias) draft.shift('patch_embed.proj.bias', width);
  if (hasFirstNorm) draft.norm('norm_pre', width);
  for (let block = 0; block < depth; block++) {
    const name = `blocks.${String(block)}`;
    draft.norm(`${name}.norm1`, width);
    if (isFused) draft.linear(`${name}.attn.qkv`, 3 * width, width);
    else for (const part of ['q', 'k', 'v']) draft.linear(`${name}.attn.${part}`, width, width);
    draft.linear(`${name}.attn.proj`, width, width);
    if (hasLayerScale) draft.scale(`${name}.ls1.gamma`, width);
    draft.norm(`${name}.norm2`, width);
    if (mlp === 'two layers') {
      draft.linear(`${name}.mlp.fc1`, 4 * width, width);
      draft.linear(`${name}.mlp.fc2`, width, 4 * width);
    } else {
      const hidden = 3 * width;
      if (mlp === 'w12') draft.linear(`${name}.mlp.w12`, 2 * hidden, width);
      else for (const part of ['w1', 'w2']) draft.linear(`${name}.mlp.${part}`, hidden, width);
      draft.linear(`${name}.mlp.w3`, width, hidden);
    }
    if (hasLayerScale) draft.scale(`${name}.ls2.gamma`, width);
  }
  draft.norm('norm', width);
  if (classes > 0) draft.linear('head', classes, width);
  return draft.weights;
}

/** Random weights of a ConvNeXt by its authors' names. */
export function drawConvNeXt({
  blocks = [3, 3, 9, 3],
  widths = [96, 192, 384, 768],
  classes = 0,
  seed = 1,
}: {
  readonly blocks?: readonly number[];
  readonly widths?: readonly number[];
  readonly classes?: number;
  readonly seed?: number;
} = {}): PlainWeights {
  const draft = new Draft(seed);
  const conv = (name: string, shape: readonly number[]) => {
    draft.layer(`${name}.weight`, shape);
    draft.shift(`${name}.bias`, shape[0] ?? 0);
  };
  for (const [stage, width] of widths.entries()) {
    const at = `downsample_layers.${String(stage)}`;
    const before = widths[stage - 1];
    if (before === undefined) {
      conv(`${at}.0`, [width, 3, 4, 4]);
      draft.norm(`${at}.1`, width);
    } else {
      draft.norm(`${at}.0`, before);
      conv(`${at}.1`, [width, before, 2, 2]);
    }
    for (let block = 0; block < (blocks[stage] ?? 0); block++) {
      const name = `stages.${String(stage)}.${String(block)}`;
      draft.scale(`${name}.gamma`, width);
      conv(`${name}.dwconv`, [width, 1, 7, 7]);
      draft.norm(`${name}.norm`, width);
      draft.linear(`${name}.pwconv1`, 4 * width, width);
      draft.linear(`${name}.pwconv2`, width, 4 * width);
    }
  }
  const last = widths.at(-1) ?? 0;
  draft.norm('norm', last);
  if (classes > 0) draft.linear('head', classes, last);
  return draft.weights;
}

/** A weight of random values between two bounds. */
export function drawWeight(shape: readonly number[], seed: number, low = -1, high = 1): PlainWeight {
  const count = shape.reduce((product, size) => product * size, 1);
  return {
    shape,
    values: () => {
      const generator = xoroshiro128plus(seed);
      return Float32Array.from({ length: count }, () => low + (high - low) * uniformFloat32(generator));
    },
  };
}

/** Weights by name, each of values of its own. */
class Draft {
  readonly weights = new Map<string, PlainWeight>();
  private readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  /** A weight whose outputs are about as large as its inputs. */
  layer(name: string, shape: readonly number[]): void {
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    const bound = Math.sqrt(3 / inputs);
    this.draw(name, shape, -bound, bound);
  }

  linear(name: string, outputs: number, inputs: number): void {
    this.layer(`${name}.weight`, [outputs, inputs]);
    this.shift(`${name}.bias`, outputs);
  }

  shift(name: string, size: number): void {
    this.draw(name, [size], -0.1, 0.1);
  }

  scale(name: string, size: number): void {
    this.draw(name, [size], 0.5, 1.5);
  }

  norm(name: string, size: number): void {
    this.scale(`${name}.weight`, size);
    this.shift(`${name}.bias`, size);
  }

  batchNorm(name: string, size: number): void {
    this.norm(name, size);
    this.draw(`${name}.running_mean`, [size], -0.1, 0.1);
    this.draw(`${name}.running_var`, [size], 0.5, 1.5);
  }

  private draw(name: string, shape: readonly number[], low: number, high: number): void {
    this.weights.set(name, drawWeight(shape, this.seed * 100_003 + this.weights.size, low, high));
  }
}
