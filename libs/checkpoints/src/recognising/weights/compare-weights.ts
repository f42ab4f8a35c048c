import type { ArchitectureFacts, ArchitectureName } from '../../architecture.ts';
import { expectConvNeXt } from './expect-convnext.ts';
import { expectResNet } from './expect-resnet.ts';
import { expectAlexNet, expectSqueezeNet, expectVgg } from './expect-sequential.ts';
import { expectViT } from './expect-vit.ts';
import { ExpectedWeights, type ExpectedShape, type Weights } from './expected-weights.ts';

/** A weight whose shape is not the one that others call for. */
export interface Misshapen {
  /** Its name in the architecture. */
  readonly name: string;
  /** Its shape. */
  readonly shape: readonly number[];
  /** Sizes that it should have; undefined for any. */
  readonly expected: ExpectedShape;
}

/** How weights differ from those of an architecture. */
export interface WeightDifferences {
  /** Names that are not there. */
  readonly missing: readonly string[];
  /** Names that the architecture does not have. */
  readonly leftOver: readonly string[];
  /** Weights of other shapes. */
  readonly misshapen: readonly Misshapen[];
  /** Weights that fit. */
  readonly fitting: number;
}

const expectations: Readonly<Record<ArchitectureName, (expected: ExpectedWeights, facts: ArchitectureFacts) => void>> =
  {
    resnet: expectResNet,
    vit: expectViT,
    convnext: expectConvNeXt,
    vgg: expectVgg,
    alexnet: expectAlexNet,
    squeezenet: expectSqueezeNet,
  };

/** Compares names and shapes with those of an architecture, whose depth and width are read off them. */
export function compareWeights(
  architecture: ArchitectureName,
  weights: Weights,
  facts: ArchitectureFacts,
): WeightDifferences {
  const expected = new ExpectedWeights(weights);
  expectations[architecture](expected, facts);
  const missing = [...expected.required.keys()].filter((name) => !weights.has(name));
  const leftOver: string[] = [];
  const misshapen: Misshapen[] = [];
  for (const [name, { shape }] of weights) {
    const wanted = expected.required.get(name) ?? expected.optional.get(name);
    if (wanted === undefined) leftOver.push(name);
    else if (!fits(shape, wanted)) misshapen.push({ name, shape, expected: wanted });
  }
  return { missing, leftOver, misshapen, fitting: weights.size - leftOver.length - misshapen.length };
}

function fits(shape: readonly number[], wanted: ExpectedShape): boolean {
  return shape.length === wanted.length && wanted.every((size, axis) => size === undefined || size === shape[axis]);
}

/** What facts of a family may go by. */
export interface NetworkSize {
  /** Width of tokens, or of the stem; undefined where there is none. */
  readonly width: number | undefined;
  /** Number of blocks, of a ResNet of those of its third stage. */
  readonly depth: number;
  /** Of a transformer, side of a patch in pixels. */
  readonly patch?: number | undefined;
  /** Of a transformer, patches along a side of the table of positions. */
  readonly grid?: number | undefined;
  /** Of a transformer, channels of the image. */
  readonly channels?: number | undefined;
  /** Of a transformer, number of registers. */
  readonly registers?: number;
  /** Of a transformer, whether branches are scaled. */
  readonly layerScale?: boolean;
}

/** Width and depth of a network, and what else families of transformers are published in. */
export function sizeOfNetwork(architecture: ArchitectureName, weights: Weights): NetworkSize {
  const expected = new ExpectedWeights(weights);
  switch (architecture) {
    case 'vit':
      return sizeOfViT(expected);
    case 'convnext':
      return { width: expected.size('downsample_layers.0.0.weight', 0), depth: expected.count('stages.') };
    default:
      return { width: expected.size('conv1.weight', 0), depth: expected.count('layer3.') };
  }
}

function sizeOfViT(expected: ExpectedWeights): NetworkSize {
  const positions = expected.size('pos_embed', 1);
  return {
    width: expected.size('patch_embed.proj.weight', 0),
    depth: expected.count('blocks.'),
    patch: expected.size('patch_embed.proj.weight', 2),
    grid: positions === undefined ? undefined : Math.sqrt(positions - (expected.has('cls_token') ? 1 : 0)),
    channels: expected.size('patch_embed.proj.weight', 1),
    registers: expected.size('reg_token', 1) ?? 0,
    layerScale: expected.has('blocks.0.ls1.gamma'),
  };
}
