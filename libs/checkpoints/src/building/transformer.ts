import type { DrawInput, Drawn, ImageSize } from './drawing.ts';
import type { GraphDraft } from './graph-draft.ts';
import { classify, convolve, normaliseBatch, type ConvolutionShape } from './operators.ts';
import { addPositions, patchGrid, positionRows, rotation, storedPositions, type Rotation } from './positions.ts';
import type { Grid } from './resample-grid.ts';
import type { TakenFacts } from './taken-facts.ts';
import { drawBlock, normaliseLayer } from './transformer-block.ts';

/** What tokens there are. */
interface Tokens {
  /** Units of a token. */
  readonly width: number;
  /** Class tokens, which come first: 0 or 1. */
  readonly classTokens: number;
  /** Registers, which follow. */
  readonly registers: number;
  /** Grid of the tokens of the image, which follow. */
  readonly grid: Grid;
}

/** Side of images where neither a table of positions nor anybody says it. */
const usualSide = 224;

/**
 * Draws up a vision transformer by timm's names: `cls_token pos_embed reg_token patch_embed.proj norm_pre blocks.0 …
 * norm head`. Patches, depth, class token, registers, LayerScale and the kind of MLP follow from the weights.
 */
export function drawTransformer({ draft, facts, input, size: said, head: wantsHead }: DrawInput): Drawn {
  const embedding = readEmbedding(draft);
  const { width, channels, patch } = embedding;
  const registers = draft.has('reg_token') ? (draft.shape('reg_token').at(-2) ?? 0) : 0;
  const classTokens = draft.has('cls_token') ? 1 : 0;
  const prefix = classTokens + registers;
  const kind = facts.text('positions', positionsByWeights(draft));
  const saidGrid = said === undefined ? undefined : patchGrid(said, patch);
  const stored =
    kind === 'table' ? storedPositions(draft, width, [...new Set([classTokens, prefix, 0])], saidGrid) : undefined;
  const size = said ?? usualSize(facts, patch, stored?.grid);
  const grid = patchGrid(size, patch);

  const maps = drawEmbedding(draft, input, embedding, facts);
  const flat = draft.add('Reshape', [maps, draft.integers('patch_embed.shape', [0, 0, -1])], 'patch_embed.flat');
  const patches = draft.add('Transpose', [flat], 'patch_embed', { perm: [0, 2, 1] });
  const placed = stored === undefined ? patches : addPositions(draft, facts, patches, stored, grid);
  const shape: Tokens = { width, classTokens, registers, grid };
  const before = prefixTokens(draft, shape, stored?.prefix ?? 0, patches);
  let tokens = before.length === 0 ? placed : draft.add('Concat', [...before, placed], 'tokens', { axis: 1 });
  const epsilon = facts.number('epsilon');
  if (draft.has('norm_pre.weight')) tokens = normaliseLayer(draft, tokens, 'norm_pre', width, epsilon);
  const heads = facts.number('heads');
  if (heads < 1 || width % heads !== 0)
    throw facts.missing('heads', `${String(width)} units cannot be shared out to ${String(heads)} heads`);
  if (kind === 'rotary' && (width / heads) % 4 !== 0)
    throw facts.missing('heads', `heads of ${String(width / heads)} units cannot be turned in pairs along two axes`);
  const turned: Rotation | undefined =
    kind === 'rotary' ? rotation(draft, facts, grid, prefix, width / heads) : undefined;
  for (let index = 0; index < draft.blockCount('blocks.'); index++)
    tokens = drawBlock(draft, facts, tokens, `blocks.${String(index)}`, { width, heads, epsilon, rotation: turned });
  if (draft.has('norm.weight'))
    tokens = draft.layer(normaliseLayer(draft, tokens, 'norm', width, epsilon), 'tokens', width);
  // Tokens that stand for hidden patches are used in training only.
  for (const name of ['mask_token', 'fc_norm.weight', 'fc_norm.bias', 'head.weight', 'head.bias']) draft.pass(name);
  const head = wantsHead && draft.has('head.weight') ? drawHead(draft, facts, tokens, shape) : undefined;
  return { channels, size, head };
}

function positionsByWeights(draft: GraphDraft): string | undefined {
  if (draft.has('pos_embed')) return 'table';
  return draft.has('rope.periods') ? 'rotary' : undefined;
}

function usualSize(facts: TakenFacts, patch: readonly [number, number], grid: Grid | undefined): ImageSize {
  const [rows, columns] = patch;
  if (grid !== undefined) return { height: grid.height * rows, width: grid.width * columns };
  const side = String(usualSide);
  facts.assume('size', `Images are of ${side} x ${side} pixels, as is usual: weights do not tell it.`);
  return { height: usualSide, width: usualSide };
}

/** How patches become tokens. */
interface Embedding {
  /** Units of a token. */
  readonly width: number;
  /** Channels of the image. */
  readonly channels: number;
  /** Rows and columns of a patch. */
  readonly patch: readonly [rows: number, columns: number];
  /** Indices of the convolutions in a stem of several; none for one convolution. */
  readonly stem: readonly number[];
}

const projection = 'patch_embed.proj';

function readEmbedding(draft: GraphDraft): Embedding {
  const stem = draft
    .indices(`${projection}.`)
    .filter((index) => draft.shape(`${projection}.${String(index)}.weight`).length === 4);
  if (stem.length === 0) {
    const { filters, perGroup, size } = draft.kernel(`${projection}.weight`);
    return { width: filters, channels: perGroup, patch: size as [number, number], stem };
  }
  const { perGroup } = draft.kernel(`${projection}.${String(stem[0])}.weight`);
  const { filters } = draft.kernel(`${projection}.${String(stem.at(-1))}.weight`);
  // All but the last halve the map.
  const side = 2 ** (stem.length - 1);
  return { width: filters, channels: perGroup, patch: [side, side], stem };
}

/** Maps of patches: by one convolution, or by those of 3 x 3 with stride 2 and a last one of 1 x 1. */
function drawEmbedding(
  draft: GraphDraft,
  input: string,
  { channels, patch, stem }: Embedding,
  facts: TakenFacts,
): string {
  if (stem.length === 0) {
    const bias = draft.has(`${projection}.bias`);
    return convolve(draft, input, projection, { channels }, { stride: patch, bias }).output;
  }
  const epsilon = 1e-5;
  facts.assume(
    'stem',
    `Batch normalisation of the stem adds ${String(epsilon)} to the variance, as is usual: weights do not tell it.`,
  );
  const name = (index: number) => `${projection}.${String(index)}`;
  let maps = { output: input, filters: channels };
  for (const index of stem.slice(0, -1)) {
    const shape: ConvolutionShape = { channels: maps.filters, size: [3, 3] };
    maps = convolve(draft, maps.output, name(index), shape, { stride: 2, padding: 1 });
    const normalised = normaliseBatch(draft, maps.output, name(index + 1), maps.filters, epsilon);
    maps = { ...maps, output: draft.add('Relu', [normalised], name(index + 2)) };
  }
  const last: ConvolutionShape = { channels: maps.filters, size: [1, 1] };
  return convolve(draft, maps.output, name(stem.at(-1) ?? 0), last, { bias: true }).output;
}

/** Class and register tokens, one of each for every image. */
function prefixTokens(
  draft: GraphDraft,
  { width, registers, classTokens }: Tokens,
  rows: number,
  patches: string,
): string[] {
  const names = [
    ...(classTokens > 0 ? [{ name: 'cls_token', count: classTokens }] : []),
    ...(registers > 0 ? [{ name: 'reg_token', count: registers }] : []),
  ];
  if (names.length === 0) return [];
  const images = draft.add('Shape', [patches], 'images', { start: 0, end: 1 });
  let row = 0;
  return names.map(({ name, count }) => {
    const shape = draft.shape(name);
    const weight = draft.weight(name, [
      ...shape.slice(0, -2).map(() => 1),
      ...(shape.length > 1 ? [count] : []),
      width,
    ]);
    const token =
      row + count <= rows
        ? draft.add('Add', [weight, positionRows(draft, `${name}.positions`, row, row + count)], `${name}.placed`)
        : weight;
    row += count;
    const sizes = draft.add('Concat', [images, draft.integers(`${name}.sizes`, [count, width])], `${name}.shape`, {
      axis: 0,
    });
    return draft.add('Expand', [token, sizes], `${name}.repeated`);
  });
}

function drawHead(draft: GraphDraft, facts: TakenFacts, tokens: string, shape: Tokens): string {
  const { width, classTokens } = shape;
  // A norm of its own stands behind the mean of the tokens.
  const readsToken = classTokens > 0 && !draft.has('fc_norm.weight');
  const pool = facts.text('pool', readsToken ? 'token' : 'average');
  if (pool === 'token' && classTokens === 0) throw facts.missing('pool', 'there is no class token to read');
  const pooled =
    pool === 'token'
      ? draft.add('Gather', [tokens, draft.integers('head.token', [0], [])], 'head.pooled', { axis: 1 })
      : meanOfImage(draft, tokens, shape);
  const normalised = draft.has('fc_norm.weight')
    ? normaliseLayer(draft, pooled, 'fc_norm', width, facts.number('epsilon'))
    : pooled;
  return classify(draft, normalised, 'head', width);
}

/** The mean of the tokens of the image, as a product, so that no tensor without the others stands between. */
function meanOfImage(draft: GraphDraft, tokens: string, { classTokens, registers, grid }: Tokens): string {
  const prefix = classTokens + registers;
  const count = grid.height * grid.width;
  const shares = draft.floats('head.shares', [1, prefix + count], () =>
    Float32Array.from({ length: prefix + count }, (_, index) => (index < prefix ? 0 : 1 / count)),
  );
  const mean = draft.add('MatMul', [shares, tokens], 'head.mean');
  return draft.add('Squeeze', [mean, draft.integers('head.axes', [1])], 'head.pooled');
}
