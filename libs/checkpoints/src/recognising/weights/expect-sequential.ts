import type { ExpectedWeights } from './expected-weights.ts';

/** Names and shapes of a VGG, as torchvision names them: convolutions of 3 x 3, with or without batch normalisation. */
export function expectVgg(expected: ExpectedWeights): void {
  const layers = Math.max(1, expected.count('features.'));
  let inputs: number | undefined;
  for (let index = 0; index < layers; index++) {
    const name = `features.${String(index)}`;
    if (expected.size(`${name}.weight`, 3) !== undefined || index === 0) {
      const width = expected.size(`${name}.weight`, 0);
      expected.layer(name, [width, inputs, 3, 3]);
      inputs = width;
    } else if (expected.has(`${name}.`)) expected.batchNorm(name, inputs);
  }
  expectClassifier(expected, [0, 3, 6]);
}

/** Names and shapes of an AlexNet, as torchvision names them. */
export function expectAlexNet(expected: ExpectedWeights): void {
  let inputs: number | undefined;
  for (const index of [0, 3, 6, 8, 10]) {
    const name = `features.${String(index)}`;
    const width = expected.size(`${name}.weight`, 0);
    const side = expected.size(`${name}.weight`, 2);
    expected.layer(name, [width, inputs, side, side]);
    inputs = width;
  }
  expectClassifier(expected, [1, 4, 6]);
}

/** Names and shapes of a SqueezeNet, as torchvision names them. */
export function expectSqueezeNet(expected: ExpectedWeights): void {
  const stem = expected.size('features.0.weight', 0);
  const side = expected.size('features.0.weight', 2);
  expected.layer('features.0', [stem, undefined, side, side]);
  let inputs = stem;
  const layers = Math.max(4, expected.count('features.'));
  for (let index = 1; index < layers; index++) {
    const name = `features.${String(index)}`;
    if (!expected.has(`${name}.`) && index !== 3) continue;
    const width = expected.size(`${name}.squeeze.weight`, 0);
    const narrow = expected.size(`${name}.expand1x1.weight`, 0);
    const broad = expected.size(`${name}.expand3x3.weight`, 0);
    expected.layer(`${name}.squeeze`, [width, inputs, 1, 1]);
    expected.layer(`${name}.expand1x1`, [narrow, width, 1, 1]);
    expected.layer(`${name}.expand3x3`, [broad, width, 3, 3]);
    inputs = narrow === undefined || broad === undefined ? undefined : narrow + broad;
  }
  expected.allowTogether({
    'classifier.1.weight': [undefined, inputs, 1, 1],
    'classifier.1.bias': [expected.size('classifier.1.weight', 0)],
  });
}

/** Layers of a classifier that may be there as a whole. */
function expectClassifier(expected: ExpectedWeights, indices: readonly number[]): void {
  let inputs: number | undefined;
  const shapes: Record<string, readonly (number | undefined)[]> = {};
  for (const index of indices) {
    const name = `classifier.${String(index)}`;
    const width = expected.size(`${name}.weight`, 0);
    shapes[`${name}.weight`] = [width, inputs];
    shapes[`${name}.bias`] = [width];
    inputs = width;
  }
  expected.allowTogether(shapes);
}
