import type { ExpectedWeights } from './expected-weights.ts';

/** Names and shapes of a ConvNeXt, as its authors name them. */
export function expectConvNeXt(expected: ExpectedWeights): void {
  const stages = Math.max(1, expected.count('stages.'));
  let inputs: number | undefined;
  for (let stage = 0; stage < stages; stage++) {
    // The first stage is behind patches and their normalisation; the others behind a normalisation and patches.
    const [patches, norm] = stage === 0 ? ['0', '1'] : ['1', '0'];
    const at = `downsample_layers.${String(stage)}`;
    const width = expected.size(`${at}.${patches}.weight`, 0);
    const side = expected.size(`${at}.${patches}.weight`, 2);
    expected.layer(`${at}.${patches}`, [width, inputs, side, side]);
    expected.norm(`${at}.${norm}`, stage === 0 ? width : inputs);
    const blocks = Math.max(1, expected.count(`stages.${String(stage)}.`));
    for (let block = 0; block < blocks; block++)
      expectBlock(expected, `stages.${String(stage)}.${String(block)}`, width);
    inputs = width;
  }
  expected.allowTogether({ 'norm.weight': [inputs], 'norm.bias': [inputs] });
  expected.head('head', inputs);
}

function expectBlock(expected: ExpectedWeights, name: string, width: number | undefined): void {
  const hidden = expected.size(`${name}.pwconv1.weight`, 0);
  expected.layer(`${name}.dwconv`, [width, 1, 7, 7]);
  expected.norm(`${name}.norm`, width);
  expected.layer(`${name}.pwconv1`, [hidden, width]);
  expected.layer(`${name}.pwconv2`, [width, hidden]);
  expected.allow(`${name}.gamma`, [width]);
}
