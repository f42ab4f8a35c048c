import type { GraphDraft } from './graph-draft.ts';
import type { Rotation } from './positions.ts';
import type { TakenFacts } from './taken-facts.ts';

/** What all blocks of a transformer have in common. */
export interface BlockShape {
  /** Units of a token. */
  readonly width: number;
  /** Heads of attention. */
  readonly heads: number;
  /** What normalisation adds to the variance. */
  readonly epsilon: number;
  /** How queries and keys are turned by their places, if they are. */
  readonly rotation: Rotation | undefined;
}

/** Normalises the units of each token, by the weights `NAME.weight` and `NAME.bias`. */
export function normaliseLayer(draft: GraphDraft, input: string, name: string, width: number, epsilon: number): string {
  const bias = draft.has(`${name}.bias`) ? [draft.weight(`${name}.bias`, [width])] : [];
  const inputs = [input, draft.weight(`${name}.weight`, [width]), ...bias];
  return draft.add('LayerNormalization', inputs, name, { axis: -1, epsilon: { float: epsilon } });
}

/** A layer over the last axis, by the weights `NAME.weight` (out x in) and, where they are, `NAME.bias`. */
export function project(
  draft: GraphDraft,
  input: string,
  name: string,
  [out, width]: readonly [number | undefined, number],
): string {
  const weight = draft.weight(`${name}.weight`, [out, width]);
  const turned = draft.add('Transpose', [weight], `${weight}.turned`, { perm: [1, 0] });
  if (!draft.has(`${name}.bias`)) return draft.add('MatMul', [input, turned], name);
  const product = draft.add('MatMul', [input, turned], `${name}.product`);
  return draft.add('Add', [product, projectionBias(draft, name, draft.shape(weight)[0])], name);
}

/** The bias of a layer; parts of it may be masked, as those of the keys are in DINOv3. */
function projectionBias(draft: GraphDraft, name: string, size: number | undefined): string {
  const bias = draft.weight(`${name}.bias`, [size]);
  const mask = `${name}.bias_mask`;
  return draft.has(mask) ? draft.add('Mul', [bias, draft.weight(mask, [size])], `${name}.masked`) : bias;
}

/** A block: attention, then an MLP, each normalised before and added to what it reads. */
export function drawBlock(
  draft: GraphDraft,
  facts: TakenFacts,
  tokens: string,
  name: string,
  shape: BlockShape,
): string {
  const { width, epsilon } = shape;
  const attention = drawAttention(
    draft,
    normaliseLayer(draft, tokens, `${name}.norm1`, width, epsilon),
    `${name}.attn`,
    shape,
  );
  const attended = draft.add('Add', [tokens, scaleLayer(draft, attention, `${name}.ls1`, width)], `${name}.attended`);
  const mlp = drawMlp(
    draft,
    facts,
    normaliseLayer(draft, attended, `${name}.norm2`, width, epsilon),
    `${name}.mlp`,
    width,
  );
  return draft.layer(draft.add('Add', [attended, scaleLayer(draft, mlp, `${name}.ls2`, width)], name), 'tokens', width);
}

/** LayerScale, where there are weights of it. */
function scaleLayer(draft: GraphDraft, input: string, name: string, width: number): string {
  const gamma = `${name}.gamma`;
  return draft.has(gamma) ? draft.add('Mul', [input, draft.weight(gamma, [width])], name) : input;
}

function drawAttention(draft: GraphDraft, input: string, name: string, { width, heads, rotation }: BlockShape): string {
  const size = width / heads;
  const parts = ['q', 'k', 'v'].map((part) => `${name}.${part}`);
  if (draft.has(`${name}.qkv.weight`)) {
    const joined = project(draft, input, `${name}.qkv`, [3 * width, width]);
    draft.split(joined, `${name}.split`, parts, width);
  } else for (const part of parts) project(draft, input, part, [width, width]);
  const headShape = draft.integers('attn.heads', [0, 0, heads, size]);
  const [queries = '', keys = '', values = ''] = parts.map((part, index) => {
    const split = draft.add('Reshape', [part, headShape], `${part}.heads`);
    const isKeys = index === 1 && rotation === undefined;
    const turned = draft.add('Transpose', [split], `${part}.turned`, { perm: isKeys ? [0, 2, 3, 1] : [0, 2, 1, 3] });
    return index === 2 || rotation === undefined ? turned : rotate(draft, turned, part, size, rotation);
  });
  const columns =
    rotation === undefined ? keys : draft.add('Transpose', [keys], `${name}.k.columns`, { perm: [0, 1, 3, 2] });
  const scale = draft.floats('attn.scale', [], () => Float32Array.of(size ** -0.5));
  const scores = draft.add(
    'MatMul',
    [draft.add('Mul', [queries, scale], `${name}.q.scaled`), columns],
    `${name}.scores`,
  );
  const weights = draft.add('Softmax', [scores], `${name}.weights`, { axis: -1 });
  const sums = draft.add('MatMul', [weights, values], `${name}.sums`);
  const turned = draft.add('Transpose', [sums], `${name}.turned`, { perm: [0, 2, 1, 3] });
  const joined = draft.add('Reshape', [turned, draft.integers('attn.joined', [0, 0, width])], `${name}.joined`);
  return project(draft, joined, `${name}.proj`, [width, width]);
}

/** Turns the halves of each head against each other. */
function rotate(draft: GraphDraft, input: string, name: string, size: number, { cosines, sines }: Rotation): string {
  const [first = '', second = ''] = draft.split(input, `${name}.halves`, [`${name}.first`, `${name}.second`], size / 2);
  const swapped = draft.add('Concat', [draft.add('Neg', [second], `${name}.negative`), first], `${name}.swapped`, {
    axis: -1,
  });
  const along = draft.add('Mul', [input, cosines], `${name}.along`);
  return draft.add('Add', [along, draft.add('Mul', [swapped, sines], `${name}.across`)], `${name}.rotated`);
}

function drawMlp(draft: GraphDraft, facts: TakenFacts, input: string, name: string, width: number): string {
  const of = (layer: string) => `${name}.${layer}`;
  if (draft.has(of('w1.weight'))) {
    const gate = project(draft, input, of('w1'), [undefined, width]);
    const hidden = draft.shape(of('w1.weight'))[0] as number;
    const value = project(draft, input, of('w2'), [hidden, width]);
    return project(draft, gated(draft, gate, value, name), of('w3'), [width, hidden]);
  }
  const [first, last] = draft.has(of('w12.weight')) ? ['w12', 'w3'] : ['fc1', 'fc2'];
  const hidden = draft.shape(of(`${first}.weight`))[0] as number;
  const joined = project(draft, input, of(first), [hidden, width]);
  // Gate and value stand in one layer where the next reads half of its units.
  if (draft.shape(of(`${last}.weight`))[1] === hidden / 2) {
    const [gate = '', value = ''] = draft.split(joined, of('split'), [of('gate'), of('value')], hidden / 2);
    return project(draft, gated(draft, gate, value, name), of(last), [width, hidden / 2]);
  }
  return project(draft, activate(draft, facts.text('activation'), joined, of('act')), of(last), [width, hidden]);
}

/** SwiGLU: the gate times its sigmoid, times the value. */
function gated(draft: GraphDraft, gate: string, value: string, name: string): string {
  const open = draft.add('Mul', [gate, draft.add('Sigmoid', [gate], `${name}.sigmoid`)], `${name}.silu`);
  return draft.add('Mul', [open, value], `${name}.gated`);
}

function activate(draft: GraphDraft, kind: string, input: string, name: string): string {
  if (kind !== 'quick-gelu')
    return draft.add('Gelu', [input], name, { approximate: kind === 'gelu-tanh' ? 'tanh' : 'none' });
  const scaled = draft.add(
    'Mul',
    [input, draft.floats('act.scale', [], () => Float32Array.of(1.702))],
    `${name}.scaled`,
  );
  return draft.add('Mul', [input, draft.add('Sigmoid', [scaled], `${name}.sigmoid`)], name);
}
