import { InputError, type ErrorDetails } from '@intermodel/errors';
import type { Layout } from '@intermodel/onnx';
import { findTokenGrid } from '@intermodel/onnx';

/** How the tokens of a vision transformer lie on the image; what is not given is inferred. */
export interface TokenLayout {
  /** Class and register tokens before those of the grid. @default what a grid leaves over, at most 8 */
  readonly prefix?: number;
  /** Columns of the grid, given together with its rows. @default a grid that divides the input evenly, else a square */
  readonly width?: number;
  /** Rows of the grid. */
  readonly height?: number;
}

/** A layer to dissect; a name alone stands for a layer without further settings. */
export interface LayerOptions {
  /** Name of the tensor, or of a node with one output. */
  readonly tensor: string;
  /** How its tokens lie on the image, for a tensor of tokens. @default all is inferred */
  readonly tokens?: TokenLayout;
  /** Order of the axes of a map. @default what the graph tells, else channels first */
  readonly layout?: Layout;
  /**
   * Whether its values are read as one vector an image, as those of a classifier are: one cell of so many units.
   * @default they are maps
   */
  readonly vector?: boolean;
}

/** How the values of a tensor lie in memory, and what maps they hold. */
export interface LayerMaps {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Units first, units last, or tokens with the units last. */
  readonly order: Layout | 'tokens';
  /** Number of units. */
  readonly units: number;
  /** Rows of a map. */
  readonly height: number;
  /** Columns of a map. */
  readonly width: number;
  /** Tokens before those of the map. */
  readonly prefixTokens: number;
}

/**
 * Reads the shape of a tensor (for one image) as maps of units.
 *
 * @throws InputError `LAYER_NOT_SPATIAL` or `TOKEN_GRID`.
 */
export function describeLayer(
  file: string,
  options: LayerOptions,
  tensor: string,
  shape: readonly number[],
  graphLayout: Layout | undefined,
  input: { readonly height: number; readonly width: number },
): LayerMaps {
  const place = { file, column: tensor, columnIs: 'tensor' } as const;
  const [, first = 0, second = 0, third = 0] = shape;
  if (options.vector === true) {
    const units = shape.slice(1).reduce((product, size) => product * size, 1);
    return { tensor, order: 'NCHW', units, height: 1, width: 1, prefixTokens: 0 };
  }
  if (shape.length === 4) {
    const order = options.layout ?? graphLayout ?? 'NCHW';
    const [units, height, width] = order === 'NCHW' ? [first, second, third] : [third, first, second];
    if (height * width <= 1) throw notSpatial(place, shape);
    return { tensor, order, units, height, width, prefixTokens: 0 };
  }
  if (shape.length !== 3) throw notSpatial(place, shape);
  const { tokens = {} } = options;
  const grid = gridOf(tokens);
  const found = findTokenGrid(
    first,
    grid === undefined ? evenGrids(input) : [grid],
    tokens.prefix ?? (grid === undefined ? undefined : first - grid.height * grid.width),
  );
  if (found === undefined || found.prefix < 0) {
    const declared = [
      grid === undefined ? undefined : `a grid of ${String(grid.height)} x ${String(grid.width)}`,
      tokens.prefix === undefined ? undefined : `${String(tokens.prefix)} class and register tokens`,
    ];
    const said = declared.filter((part) => part !== undefined).join(' and ');
    throw new InputError('TOKEN_GRID', `${String(first)} tokens do not make ${said === '' ? 'a grid' : said}`, {
      ...place,
      hint: 'Declare the number of class and register tokens and the grid, `models[].tokens: {prefix, width, height}`, or take another layer.',
    });
  }
  return {
    tensor,
    order: 'tokens',
    units: second,
    height: found.height,
    width: found.width,
    prefixTokens: found.prefix,
  };
}

/** The grid that is declared of tokens; undefined where none is. */
export function gridOf({ width, height }: TokenLayout): Required<Omit<TokenLayout, 'prefix'>> | undefined {
  return width === undefined || height === undefined ? undefined : { width, height };
}

/** What a layer gives of some images. */
export interface LayerValues {
  /** Maps: units x height x width, image after image. */
  readonly maps: Float32Array;
  /** Tokens before those of the grid: prefix tokens x units, image after image; undefined where there are none. */
  readonly prefix: Float32Array | undefined;
}

/** Puts values in order units x height x width for each image; those that are so already are returned as they are. */
export function toUnitMaps(
  values: Float32Array,
  images: number,
  { order, units, height, width, prefixTokens }: LayerMaps,
): Float32Array {
  if (order === 'NCHW') return values;
  const places = height * width;
  const perImage = (places + prefixTokens) * units;
  const maps = new Float32Array(images * units * places);
  for (let image = 0; image < images; image++) {
    const from = image * perImage + prefixTokens * units;
    const to = image * units * places;
    for (let place = 0; place < places; place++) {
      const row = from + place * units;
      for (let unit = 0; unit < units; unit++) maps[to + unit * places + place] = values[row + unit] as number;
    }
  }
  return maps;
}

/** The tokens before those of the grid, image after image (prefix tokens x units each); undefined where there are none. */
export function prefixValues(
  values: Float32Array,
  images: number,
  { order, units, height, width, prefixTokens }: LayerMaps,
): Float32Array | undefined {
  if (order !== 'tokens' || prefixTokens === 0) return undefined;
  const perImage = (height * width + prefixTokens) * units;
  const own = prefixTokens * units;
  const prefix = new Float32Array(images * own);
  for (let image = 0; image < images; image++)
    prefix.set(values.subarray(image * perImage, image * perImage + own), image * own);
  return prefix;
}

/** Grids that square patches of a whole number of pixels make of the input, the coarsest first. */
function evenGrids({
  height,
  width,
}: {
  readonly height: number;
  readonly width: number;
}): { height: number; width: number }[] {
  const patches = Array.from({ length: Math.min(height, width) }, (_, index) => Math.min(height, width) - index);
  return patches
    .filter((patch) => height % patch === 0 && width % patch === 0)
    .map((patch) => ({ height: height / patch, width: width / patch }));
}

function notSpatial(place: Pick<ErrorDetails, 'file' | 'column' | 'columnIs'>, shape: readonly number[]): InputError {
  return new InputError('LAYER_NOT_SPATIAL', `this tensor is ${shape.join(' x ')}, which holds no maps`, {
    ...place,
    expected: 'images x units x height x width with more than one place, or images x tokens x units',
    hint: 'List the layers with `listLayers`.',
  });
}
