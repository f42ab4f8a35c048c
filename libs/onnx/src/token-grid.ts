/**
 * How tokens lie on the image: the first `prefix` (class and register tokens) do not; the others are rows of a grid.
 */
export interface TokenGrid {
  /** Tokens that belong to no place, at the beginning. */
  readonly prefix: number;
  /** Rows of the grid. */
  readonly height: number;
  /** Columns of the grid. */
  readonly width: number;
}

/** Most class and register tokens that are looked for when they are not declared. */
export const prefixTokensMost = 8;

/**
 * Finds how tokens lie on the image.
 *
 * @param tokens number of all tokens
 * @param grids sizes of maps that the tokens may come from, such as that of the patch embedding; the last that fits is
 *   taken
 * @param prefix declared number of class and register tokens
 * @returns the grid: one of `grids`, else the largest square; undefined where none leaves at most 8 tokens over
 */
export function findTokenGrid(
  tokens: number,
  grids: readonly { readonly height: number; readonly width: number }[] = [],
  prefix?: number,
): TokenGrid | undefined {
  const allowed = (count: number) =>
    prefix === undefined ? count >= 0 && count <= prefixTokensMost : count === prefix;
  const known = grids.filter(({ height, width }) => allowed(tokens - height * width)).at(-1);
  if (known !== undefined)
    return { prefix: tokens - known.height * known.width, height: known.height, width: known.width };
  const side = Math.floor(Math.sqrt(tokens - (prefix ?? 0)));
  if (!(side >= 2) || !allowed(tokens - side * side)) return undefined;
  return { prefix: tokens - side * side, height: side, width: side };
}
