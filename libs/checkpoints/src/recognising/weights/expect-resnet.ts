import type { ArchitectureFacts } from '../../architecture.ts';
import type { ExpectedWeights } from './expected-weights.ts';

/** Names and shapes of a ResNet, as torchvision names them. */
export function expectResNet(expected: ExpectedWeights, facts: ArchitectureFacts): void {
  let inputs = expectStem(expected);
  const stages = Math.max(1, stageCount(expected));
  for (let stage = 1; stage <= stages; stage++) {
    const blocks = Math.max(1, expected.count(`layer${String(stage)}.`));
    for (let block = 0; block < blocks; block++)
      inputs = expectBlock(expected, `layer${String(stage)}.${String(block)}`, inputs, facts);
  }
  expected.head('fc', inputs);
}

function stageCount(expected: ExpectedWeights): number {
  let count = 0;
  while (expected.has(`layer${String(count + 1)}.`)) count += 1;
  return count;
}

/** One convolution, or three: of CLIP (`conv1`, `conv2`, `conv3`) or of ResNet-D (`conv1.0`, `conv1.3`, `conv1.6`). */
function expectStem(expected: ExpectedWeights): number | undefined {
  const sizeOf = (name: string) => expected.size(`${name}.weight`, 0);
  if (expected.has('conv1.0.weight')) {
    expected.require('conv1.0.weight', [sizeOf('conv1.0'), undefined, 3, 3]);
    expected.batchNorm('conv1.1', sizeOf('conv1.0'));
    expected.require('conv1.3.weight', [sizeOf('conv1.3'), sizeOf('conv1.0'), 3, 3]);
    expected.batchNorm('conv1.4', sizeOf('conv1.3'));
    expected.require('conv1.6.weight', [sizeOf('conv1.6'), sizeOf('conv1.3'), 3, 3]);
    expected.batchNorm('bn1', sizeOf('conv1.6'));
    return sizeOf('conv1.6');
  }
  const side = expected.size('conv1.weight', 2);
  expected.require('conv1.weight', [sizeOf('conv1'), undefined, side, side]);
  expected.batchNorm('bn1', sizeOf('conv1'));
  if (!expected.has('conv2.weight')) return sizeOf('conv1');
  expected.require('conv2.weight', [sizeOf('conv2'), sizeOf('conv1'), 3, 3]);
  expected.batchNorm('bn2', sizeOf('conv2'));
  expected.require('conv3.weight', [sizeOf('conv3'), sizeOf('conv2'), 3, 3]);
  expected.batchNorm('bn3', sizeOf('conv3'));
  return sizeOf('conv3');
}

/** A block; returns its channels. */
function expectBlock(
  expected: ExpectedWeights,
  name: string,
  inputs: number | undefined,
  facts: ArchitectureFacts,
): number | undefined {
  const width = expected.size(`${name}.conv1.weight`, 0);
  const middle = expected.size(`${name}.conv2.weight`, 0);
  const isBottleneck = expected.has(`${name}.conv3.weight`);
  const outputs = isBottleneck ? expected.size(`${name}.conv3.weight`, 0) : middle;
  const side = isBottleneck ? 1 : 3;
  expected.require(`${name}.conv1.weight`, [width, inputs, side, side]);
  expected.batchNorm(`${name}.bn1`, width);
  // Of a grouped convolution the inputs are those of one group.
  const perGroup = isBottleneck ? expected.size(`${name}.conv2.weight`, 1) : width;
  expected.require(`${name}.conv2.weight`, [middle, perGroup, 3, 3]);
  expected.batchNorm(`${name}.bn2`, middle);
  if (isBottleneck) {
    expected.require(`${name}.conv3.weight`, [outputs, middle, 1, 1]);
    expected.batchNorm(`${name}.bn3`, outputs);
  }
  const changes = inputs !== outputs && facts['shortcut'] !== 'zeros';
  if (!changes && !expected.has(`${name}.downsample.`)) return outputs;
  // Behind a pooling without weights, the convolution has the number after it.
  const first = expected.has(`${name}.downsample.2.weight`) ? 1 : 0;
  expected.require(`${name}.downsample.${String(first)}.weight`, [outputs, inputs, 1, 1]);
  expected.batchNorm(`${name}.downsample.${String(first + 1)}`, outputs);
  return outputs;
}
