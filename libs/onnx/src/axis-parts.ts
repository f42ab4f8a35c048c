/**
 * What an axis of a tensor runs over, outermost first. A reshape cuts and joins these parts, so that it can be told
 * whether a later tensor still holds the places of the image in their order.
 */
export type Axis = readonly AxisPart[];

/** The axes of a tensor; those of size 1 run over nothing. */
export type Axes = readonly Axis[];

/** A part of an axis. */
export type AxisPart = PlacePart | TokenPart | PlainPart;

/** Rows or columns of a map. */
export interface PlacePart {
  /** Which of the two. */
  readonly kind: 'row' | 'column';
  /** How many this part counts. */
  readonly size: number;
  /** Rows or columns from one to the next. */
  readonly stride: number;
  /** Rows or columns that all parts count together. */
  readonly total: number;
  /** Rows or columns of the map that these were cut out of; `total` where it is whole. */
  readonly whole: number;
}

/** Tokens of the image, row by row, with others before and behind them. */
export interface TokenPart {
  /** What tells it from the others. */
  readonly kind: 'tokens';
  /** All tokens. */
  readonly size: number;
  /** Tokens before those of the grid, such as class tokens. */
  readonly before: number;
  /** Tokens behind those of the grid. */
  readonly behind: number;
  /** Rows of the grid. */
  readonly height: number;
  /** Columns of the grid. */
  readonly width: number;
}

/** `plain`: units, heads, queries, whatever is no place. `mixed`: places that are out of order, or of several grids. */
export interface PlainPart {
  /** Which of the two. */
  readonly kind: 'plain' | 'mixed';
  /** How many this part counts. */
  readonly size: number;
}

/** An axis of units, or of whatever is no place. */
export const plainAxis = (size: number): Axis => (size === 1 ? [] : [{ kind: 'plain', size }]);

/** An axis of places out of order. */
export const mixedAxis = (size: number): Axis => (size === 1 ? [] : [{ kind: 'mixed', size }]);

/** All rows or columns of a map. */
export const placeAxis = (kind: 'row' | 'column', size: number): Axis =>
  size === 1 ? [] : [{ kind, size, stride: 1, total: size, whole: size }];

/** Whether an axis runs over places and nothing else. */
export const isPlaces = (axis: Axis): boolean => axis.length > 0 && axis.every(({ kind }) => kind !== 'plain');

/** Whether an axis runs over no places at all. */
export const isPlain = (axis: Axis): boolean => axis.every(({ kind }) => kind === 'plain');

/** Whether an axis counts rows (or columns) one by one, of the whole map or of a piece cut out of it. */
export const isLine = (axis: Axis, kind: 'row' | 'column'): boolean =>
  axis.length === 0 || (axis.length === 1 && axis[0]?.kind === kind && axis[0].size === axis[0].total);

/** Whether two axes run over the same. */
export const sameAxis = (a: Axis, b: Axis): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The grid that an axis of places makes: all rows and columns in order, with what stands before and behind them. */
export function tokenGrid(axis: Axis): TokenPart | undefined {
  const [first, second] = axis;
  if (axis.length === 1 && first?.kind === 'tokens') return first;
  const [row, column] = [wholeLine(first, 'row'), wholeLine(first, 'column')];
  const columns = wholeLine(second, 'column');
  if (axis.length === 2) return row === undefined || columns === undefined ? undefined : grid(row, columns);
  if (axis.length !== 1) return undefined;
  return row === undefined ? (column === undefined ? undefined : grid(1, column)) : grid(row, 1);
}

const grid = (height: number, width: number): TokenPart => ({
  kind: 'tokens',
  size: height * width,
  before: 0,
  behind: 0,
  height,
  width,
});

/** Number of rows or columns, where a part runs over all of them. */
function wholeLine(part: AxisPart | undefined, kind: 'row' | 'column'): number | undefined {
  return part?.kind === kind && part.size === part.total && part.total === part.whole ? part.size : undefined;
}

/** An axis of a grid of tokens; without others before and behind it runs over rows and columns again. */
export function tokenAxis({
  before,
  behind,
  height,
  width,
}: Pick<TokenPart, 'before' | 'behind' | 'height' | 'width'>): Axis {
  if (before === 0 && behind === 0) return [...placeAxis('row', height), ...placeAxis('column', width)];
  return [{ kind: 'tokens', size: before + height * width + behind, before, behind, height, width }];
}

/**
 * The axis that values of several tensors share, as a sum of them has it: places where one has places.
 *
 * @param axes axes of the same size; those of size 1, which are repeated, left out
 * @param size how many values it has
 */
export function sharedAxis(axes: readonly Axis[], size: number): Axis {
  const [first, ...others] = axes.filter((axis) => axis.some(({ kind }) => kind !== 'plain' && kind !== 'mixed'));
  // What is added to a map in its order is in that order, too.
  if (first === undefined) return axes.some((axis) => !isPlain(axis)) ? mixedAxis(size) : plainAxis(size);
  if (others.every((axis) => sameAxis(axis, first))) return first;
  const whole = [first, ...others].filter((axis) => tokenGrid(axis) !== undefined);
  return whole[0] !== undefined && whole.every((axis) => sameAxis(axis, whole[0] as Axis)) ? whole[0] : mixedAxis(size);
}

/** Axes after a reshape, which keeps the order of the values. */
export function reshapeAxes(axes: Axes, shape: readonly number[]): Axes {
  const parts = [...axes.flat()];
  const reshaped: Axis[] = [];
  for (const size of shape) {
    const taken = takeParts(parts, size);
    if (taken === undefined) return shape.map((each) => (isPlain(axes.flat()) ? plainAxis(each) : mixedAxis(each)));
    reshaped.push(joinParts(taken));
  }
  return parts.length === 0 ? reshaped : shape.map(mixedAxis);
}

/**
 * Takes parts from the front of `parts` that make `size` together, cutting the last of them; undefined where none do.
 */
function takeParts(parts: AxisPart[], size: number): AxisPart[] | undefined {
  const taken: AxisPart[] = [];
  for (let open = size; open > 1;) {
    const [part] = parts;
    if (part === undefined) return undefined;
    const inner = part.size / open;
    if (open % part.size === 0) {
      taken.push(part);
      parts.shift();
      open /= part.size;
    } else if (Number.isInteger(inner)) {
      const [outer, rest] = cutPart(part, open, inner);
      taken.push(outer);
      parts[0] = rest;
      open = 1;
    } else return undefined;
  }
  return taken;
}

function cutPart(part: AxisPart, outer: number, inner: number): [AxisPart, AxisPart] {
  if (part.kind === 'row' || part.kind === 'column')
    return [
      { ...part, size: outer, stride: part.stride * inner },
      { ...part, size: inner },
    ];
  const kind = part.kind === 'plain' ? 'plain' : 'mixed';
  return [
    { kind, size: outer },
    { kind, size: inner },
  ];
}

/** Joins neighbours that were cut apart before. */
function joinParts(parts: readonly AxisPart[]): Axis {
  const joined: AxisPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.kind === part.kind && (part.kind === 'plain' || part.kind === 'mixed'))
      joined[joined.length - 1] = { kind: part.kind, size: last.size * part.size };
    else if (last !== undefined && continues(last, part))
      joined[joined.length - 1] = { ...part, size: last.size * part.size };
    else joined.push(part);
  }
  return joined;
}

function continues(outer: AxisPart, inner: AxisPart): boolean {
  if ((inner.kind !== 'row' && inner.kind !== 'column') || outer.kind !== inner.kind) return false;
  return outer.total === inner.total && outer.whole === inner.whole && outer.stride === inner.stride * inner.size;
}
