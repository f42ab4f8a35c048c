import type { Tensor } from '../tensor.ts';

/** Names that a map may speak of by number. */
export interface LayerSequence {
  /** Names of the convolutions, in the order in which they were made. */
  readonly conv: readonly string[];
  /** Names of the normalisations behind them. */
  readonly norm: readonly string[];
}

/**
 * Names the convolutions of a ResNet that are numbered in the order in which they were made, the shortcut's before the
 * others of its block (as SimCLR's TensorFlow code does it): two convolutions of 1 x 1 at the beginning of a block, or
 * one of 1 x 1 before one of 3 x 3 in blocks of two, are a shortcut and the block's first.
 *
 * @param kernels convolutions by their numbers, each of a shape height x width x in x out
 */
export function nameShortcutFirst(kernels: ReadonlyMap<number, Pick<Tensor, 'shape'>>): LayerSequence {
  const shapes = [...kernels].sort(([a], [b]) => a - b).map(([, { shape }]) => shape);
  const conv = ['conv1'];
  const norm = ['bn1'];
  const size = (at: number) => shapes[at]?.[0] ?? 0;
  const inputs = (at: number) => shapes[at]?.[2] ?? 0;
  // Blocks of three have more convolutions of 1 x 1 than of 3 x 3; those of two only the shortcuts.
  const isBottleneck = shapes.filter(([side]) => side === 1).length > shapes.filter(([side]) => side === 3).length;
  const depth = isBottleneck ? 3 : 2;
  let stage = 0;
  let block = 0;
  for (let at = 1; at < shapes.length;) {
    const hasShortcut = isBottleneck
      ? size(at) === 1 && size(at + 1) === 1 && inputs(at) === inputs(at + 1)
      : size(at) === 1;
    if (hasShortcut || stage === 0) {
      stage += 1;
      block = 0;
    } else block += 1;
    const name = `layer${String(stage)}.${String(block)}`;
    if (hasShortcut) {
      conv.push(`${name}.downsample.0`);
      norm.push(`${name}.downsample.1`);
      at += 1;
    }
    for (let layer = 1; layer <= depth; layer++) {
      conv.push(`${name}.conv${String(layer)}`);
      norm.push(`${name}.bn${String(layer)}`);
    }
    at += depth;
  }
  return { conv, norm };
}
