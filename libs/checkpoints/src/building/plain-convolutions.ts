import type { DrawInput, Drawn, ImageSize, Maps } from './drawing.ts';
import type { GraphDraft } from './graph-draft.ts';
import { classify, convolve, halfOf, normaliseBatch, windowAttributes } from './operators.ts';

/** A window that moves as far and pads as much along both axes. */
interface SquareWindow {
  readonly stride?: number;
  readonly padding: number;
}

/** How a network of convolutions in a row differs from others. */
interface Row {
  /** Window of the first convolution. */
  readonly first: SquareWindow;
  /** Rows and columns of which a pooling takes the largest value; its stride is 2. */
  readonly pool: number;
  /** Rows and columns of the means that the classifier reads. */
  readonly read: number;
}

/** Side of images where the classifier has to know it and nobody says it. */
const usualSide = 224;

/** Draws up a VGG by torchvision's names: where it pools and whether it normalises follows from gaps in the indices. */
export function drawVgg(from: DrawInput): Drawn {
  return drawRow(from, { first: { padding: 1 }, pool: 2, read: 7 });
}

/** Draws up an AlexNet by torchvision's names. */
export function drawAlexnet(from: DrawInput): Drawn {
  return drawRow(from, { first: { stride: 4, padding: 2 }, pool: 3, read: 6 });
}

function drawRow({ draft, facts, input, size: said, head }: DrawInput, row: Row): Drawn {
  const { perGroup: channels } = draft.kernel('features.0.weight');
  const isConvolution = (index: number) =>
    draft.has(`features.${String(index)}.weight`) && draft.shape(`features.${String(index)}.weight`).length === 4;
  const convolutions = draft.indices('features.').filter(isConvolution);
  const layers = draft.indices('classifier.');
  const usual = { height: usualSide, width: usualSide };
  const size = said ?? (head && layers.length > 0 ? usual : undefined);
  if (size === usual)
    facts.assume(
      'size',
      `Images are of ${String(usualSide)} x ${String(usualSide)} pixels, as is usual: weights do not tell it.`,
    );
  let maps: Maps = { name: input, channels };
  let grid = size;
  for (const [place, index] of convolutions.entries()) {
    const name = (offset: number) => `features.${String(index + offset)}`;
    const rows = draft.kernel(`${name(0)}.weight`).size[0] ?? 0;
    const window = index === 0 ? row.first : { padding: halfOf(rows) };
    const { output, filters } = convolve(draft, maps.name, name(0), maps, { ...window, bias: true });
    grid = grid && windowed(grid, rows, window);
    let [last, made] = [0, draft.layer(output, 'map', filters)];
    if (draft.has(`${name(1)}.running_mean`))
      [last, made] = [
        1,
        draft.layer(normaliseBatch(draft, made, name(1), filters, facts.number('epsilon')), 'map', filters),
      ];
    made = draft.layer(draft.add('Relu', [made], name(last + 1)), 'map', filters);
    // A gap before the next convolution is a pooling, and the last one is pooled in any case.
    if ((convolutions[place + 1] ?? Infinity) > index + last + 2) {
      const window = { stride: 2, padding: 0 };
      const pooled = draft.add('MaxPool', [made], name(last + 2), windowAttributes([row.pool, row.pool], window));
      grid = grid && windowed(grid, row.pool, window);
      made = draft.layer(pooled, 'map', filters);
    }
    maps = { name: made, channels: filters };
  }
  return { channels, size, head: drawClassifier(draft, maps, layers, row.read, head ? grid : undefined) };
}

function windowed({ height, width }: ImageSize, rows: number, { stride = 1, padding }: SquareWindow): ImageSize {
  const over = (count: number) => Math.floor((count + 2 * padding - rows) / stride) + 1;
  return { height: over(height), width: over(width) };
}

/** Layers over the means of a grid of places; none where the grid of the maps is not known. */
function drawClassifier(
  draft: GraphDraft,
  { name, channels }: Maps,
  layers: readonly number[],
  side: number,
  grid: ImageSize | undefined,
): string | undefined {
  if (grid === undefined) {
    for (const index of layers)
      for (const kind of ['weight', 'bias']) draft.pass(`classifier.${String(index)}.${kind}`);
    return undefined;
  }
  const means = meansOver(draft, name, grid, side);
  let [values, width] = [draft.add('Flatten', [means], 'flatten', { axis: 1 }), channels * side * side];
  for (const index of layers) {
    if (index !== layers[0]) values = draft.add('Relu', [values], `classifier.${String(index)}.active`);
    values = classify(draft, values, `classifier.${String(index)}`, width);
    width = draft.shape(`classifier.${String(index)}.weight`)[0] ?? 0;
  }
  return layers.length === 0 ? undefined : values;
}

/** Means over as many rows and columns as are wanted, as adaptive pooling takes them: products with their shares. */
function meansOver(draft: GraphDraft, maps: string, grid: ImageSize, side: number): string {
  if (grid.height === side && grid.width === side) return maps;
  const share = (count: number, part: number, index: number) => {
    const start = Math.floor((part * count) / side);
    const end = Math.ceil(((part + 1) * count) / side);
    return index >= start && index < end ? 1 / (end - start) : 0;
  };
  const rows = draft.floats('avgpool.rows', [side, grid.height], () =>
    Float32Array.from({ length: side * grid.height }, (_, at) =>
      share(grid.height, Math.floor(at / grid.height), at % grid.height),
    ),
  );
  const columns = draft.floats('avgpool.columns', [grid.width, side], () =>
    Float32Array.from({ length: grid.width * side }, (_, at) => share(grid.width, at % side, Math.floor(at / side))),
  );
  return draft.add('MatMul', [draft.add('MatMul', [rows, maps], 'avgpool.rowed'), columns], 'avgpool');
}
