import type { ExpectedWeights } from './expected-weights.ts';

/** Names and shapes of a ViT, as timm names them. */
export function expectViT(expected: ExpectedWeights): void {
  const width = expected.size('patch_embed.proj.weight', 0);
  const side = expected.size('patch_embed.proj.weight', 2);
  expected.require('patch_embed.proj.weight', [width, undefined, side, side]);
  expected.allow('patch_embed.proj.bias', [width]);
  expected.allow('cls_token', [1, 1, width]);
  expected.allow('reg_token', [1, undefined, width]);
  expected.allow('pos_embed', [1, undefined, width]);
  expected.allow('rope.periods', [undefined]);
  expected.allowTogether({ 'norm_pre.weight': [width], 'norm_pre.bias': [width] });
  expected.allowTogether({ 'norm.weight': [width], 'norm.bias': [width] });
  // Behind the mean of the tokens, where a head reads that.
  expected.allowTogether({ 'fc_norm.weight': [width], 'fc_norm.bias': [width] });
  const blocks = Math.max(1, expected.count('blocks.'));
  for (let block = 0; block < blocks; block++) expectBlock(expected, `blocks.${String(block)}`, width);
  expected.head('head', width);
}

function expectBlock(expected: ExpectedWeights, name: string, width: number | undefined): void {
  expected.norm(`${name}.norm1`, width);
  expected.norm(`${name}.norm2`, width);
  if (expected.has(`${name}.attn.q.weight`)) {
    for (const part of ['q', 'k', 'v']) {
      expected.require(`${name}.attn.${part}.weight`, [width, width]);
      expected.allow(`${name}.attn.${part}.bias`, [width]);
    }
  } else {
    const tripled = width === undefined ? undefined : 3 * width;
    expected.require(`${name}.attn.qkv.weight`, [tripled, width]);
    expected.allow(`${name}.attn.qkv.bias`, [tripled]);
  }
  expected.layer(`${name}.attn.proj`, [width, width]);
  expected.allowTogether({ [`${name}.ls1.gamma`]: [width], [`${name}.ls2.gamma`]: [width] });
  expectMlp(expected, `${name}.mlp`, width);
}

/** Two layers, or SwiGLU of three: the first two of these may be one. */
function expectMlp(expected: ExpectedWeights, name: string, width: number | undefined): void {
  if (expected.has(`${name}.w3.weight`)) {
    const hidden = expected.size(`${name}.w3.weight`, 1);
    if (expected.has(`${name}.w12.weight`))
      expected.layer(`${name}.w12`, [hidden === undefined ? undefined : 2 * hidden, width]);
    else {
      expected.layer(`${name}.w1`, [hidden, width]);
      expected.layer(`${name}.w2`, [hidden, width]);
    }
    expected.layer(`${name}.w3`, [width, hidden]);
    return;
  }
  const hidden = expected.size(`${name}.fc1.weight`, 0);
  expected.layer(`${name}.fc1`, [hidden, width]);
  expected.layer(`${name}.fc2`, [width, hidden]);
}
