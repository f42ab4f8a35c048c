import { InputError } from '@intermodel/errors';
import { valueCount, type Tensor } from '../tensor.ts';
import type { ImageSize } from './drawing.ts';
import type { GraphDraft } from './graph-draft.ts';
import { resampleGrid, type Grid, type Resampling } from './resample-grid.ts';
import type { TakenFacts } from './taken-facts.ts';
import { readFloats } from './weight-values.ts';

/** Name of the table of positions. */
const table = 'pos_embed';

/** What the table of positions was stored for: tokens that belong to no place, and a grid. */
export interface StoredPositions {
  /** Rows of the table that are those of class and register tokens. */
  readonly prefix: number;
  /** Grid of the others. */
  readonly grid: Grid;
}

/**
 * What the table of positions was stored for. A grid that is not square is known only where it is that of the images.
 *
 * @param draft takes the table
 * @param width units of a token
 * @param prefixes numbers of tokens before those of the image that the table may have rows for, the likeliest first
 * @param grid that of the images, where their size was said
 * @throws InputError `NETWORK_WEIGHT_SHAPE` and others.
 */
export function storedPositions(
  draft: GraphDraft,
  width: number,
  prefixes: readonly number[],
  grid: Grid | undefined,
): StoredPositions {
  const tensor = draft.values(table, undefined);
  const rows = valueCount(tensor) / width;
  const counts = prefixes.filter((prefix) => rows > prefix && tensor.shape.at(-1) === width);
  const square = counts.find((prefix) => Number.isInteger(Math.sqrt(rows - prefix)));
  if (square !== undefined) {
    const side = Math.sqrt(rows - square);
    return { prefix: square, grid: { height: side, width: side } };
  }
  const own = grid === undefined ? undefined : counts.find((prefix) => rows - prefix === grid.height * grid.width);
  if (own !== undefined && grid !== undefined) return { prefix: own, grid };
  throw new InputError('NETWORK_WEIGHT_SHAPE', `the table of positions has the shape ${tensor.shape.join(' x ')}`, {
    column: table,
    columnIs: 'tensor',
    expected: `1 x tokens x ${String(width)}, with ${prefixes.join(' or ')} tokens beside those of a square grid`,
    hint: 'Where the grid is not square, say the size of the images.',
  });
}

/** Adds the positions of the grid to the tokens of the image. */
export function addPositions(
  draft: GraphDraft,
  facts: TakenFacts,
  tokens: string,
  stored: StoredPositions,
  grid: Grid,
): string {
  const { shape } = draft.values(table, undefined);
  const isSame = stored.grid.height === grid.height && stored.grid.width === grid.width;
  const positions = isSame
    ? positionRows(draft, 'pos_embed.image', stored.prefix, stored.prefix + grid.height * grid.width)
    : resampledPositions(draft, facts, stored, grid, shape.at(-1) ?? 0);
  return draft.add('Add', [tokens, positions], 'pos_embed.added');
}

/** Rows of the table of positions; the table itself where these are all. */
export function positionRows(draft: GraphDraft, name: string, start: number, end: number): string {
  const tensor = draft.values(table, undefined);
  const positions = draft.weight(table, tensor.shape);
  const axis = tensor.shape.length - 2;
  if (start === 0 && end === tensor.shape[axis]) return positions;
  const bounds = { starts: [start], ends: [end], axes: [axis] };
  return draft.add(
    'Slice',
    [positions, ...Object.entries(bounds).map(([key, values]) => draft.integers(`${name}.${key}`, values))],
    name,
  );
}

function resampledPositions(
  draft: GraphDraft,
  facts: TakenFacts,
  stored: StoredPositions,
  grid: Grid,
  width: number,
): string {
  const resampling = facts.text('positionResampling') as Resampling;
  const tensor = draft.values(table, undefined);
  facts.assume(
    'positions resampled',
    `The table of positions was stored for ${sizeText(stored.grid)} tokens and is resampled to ${sizeText(grid)}.`,
  );
  return draft.floats('pos_embed.resampled', [1, grid.height * grid.width, width], () => {
    const values = readFloats(tensor).subarray(stored.prefix * width);
    return resampleGrid(values, stored.grid, grid, resampling);
  });
}

const sizeText = ({ height, width }: Grid) => `${String(height)} x ${String(width)}`;

/** Cosines and sines by which queries and keys are turned, as constants of tokens x size of a head. */
export interface Rotation {
  /** Name of the cosines. */
  readonly cosines: string;
  /** Name of the sines. */
  readonly sines: string;
}

/**
 * Rotation by places along both axes, as DINOv3 has it: rows and columns of the grid run from -1 to 1, and each half of
 * a head is turned by the angles of the rows, then those of the columns. Tokens that belong to no place are not turned.
 */
export function rotation(draft: GraphDraft, facts: TakenFacts, grid: Grid, prefix: number, headSize: number): Rotation {
  const count = headSize / 4;
  const periods: Tensor | undefined = draft.has('rope.periods') ? draft.values('rope.periods', [count]) : undefined;
  const base = periods === undefined ? facts.number('rotaryBase') : 0;
  const dims = [prefix + grid.height * grid.width, headSize];
  const turned = (name: string, of: (angle: number) => number) =>
    draft.floats(name, dims, () => {
      const lengths =
        periods === undefined
          ? Array.from({ length: count }, (_, index) => base ** ((2 * index) / (headSize / 2)))
          : [...readFloats(periods)];
      const coordinates = Array.from({ length: grid.height * grid.width }, (_, index) => [
        place(Math.floor(index / grid.width), grid.height),
        place(index % grid.width, grid.width),
      ]);
      const upright = Array.from({ length: prefix }, () => Array.from({ length: headSize / 2 }, () => 0));
      const angles = coordinates.map((pair) =>
        pair.flatMap((coordinate) => lengths.map((length) => (2 * Math.PI * coordinate) / length)),
      );
      return Float32Array.from([...upright, ...angles].flatMap((half) => [...half, ...half].map(of)));
    });
  return { cosines: turned('rope.cosines', Math.cos), sines: turned('rope.sines', Math.sin) };
}

/** Middle of a row or column of the grid, which runs from -1 to 1. */
const place = (index: number, count: number) => (2 * (index + 0.5)) / count - 1;

/** Most patches of an image: attention between so many already takes 16 GiB for each head. */
const patchesMost = 65_536;

/** The grid that patches make of images. @throws InputError `NETWORK_INPUT_SIZE` where they leave something over. */
export function patchGrid(size: ImageSize, patch: readonly [rows: number, columns: number]): Grid {
  const [rows, columns] = patch;
  const grid = { height: size.height / rows, width: size.width / columns };
  const isWhole = Number.isInteger(grid.height) && Number.isInteger(grid.width) && grid.height > 0 && grid.width > 0;
  if (isWhole && grid.height * grid.width <= patchesMost) return grid;
  throw new InputError(
    'NETWORK_INPUT_SIZE',
    `images of ${sizeText(size)} cannot be cut into patches of ${sizeText({ height: rows, width: columns })}`,
    {
      expected: `multiples of ${String(rows)} rows and ${String(columns)} columns, and at most ${String(patchesMost)} patches`,
      hint: 'Give another size of the images.',
    },
  );
}
