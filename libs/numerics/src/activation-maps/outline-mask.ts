/**
 * Traces the borders of a mask: closed rings of x, y pairs in shares (0..1) of width and height, along the edges of
 * pixels;
 * holes are rings of their own (filled by the even-odd rule the mask comes out). Rings begin at their topmost,
 * leftmost corner, in the order of these.
 *
 * @param mask pixels, row by row; whatever is not 0 is inside
 */
export function outlineMask(mask: ArrayLike<number>, height: number, width: number): number[][] {
  const inside = (row: number, column: number) =>
    row >= 0 && column >= 0 && row < height && column < width && mask[row * width + column] !== 0;
  const corners = width + 1;
  // Edges by their first corner, the inside to their right; where two regions touch at a corner, it begins two edges.
  const edges = new Map<number, number[]>();
  const addEdge = (from: number, to: number) => {
    const known = edges.get(from);
    if (known === undefined) edges.set(from, [to]);
    else known.push(to);
  };
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (!inside(row, column)) continue;
      const corner = row * corners + column;
      if (!inside(row - 1, column)) addEdge(corner, corner + 1);
      if (!inside(row, column + 1)) addEdge(corner + 1, corner + corners + 1);
      if (!inside(row + 1, column)) addEdge(corner + corners + 1, corner + corners);
      if (!inside(row, column - 1)) addEdge(corner + corners, corner);
    }
  }
  const rings: number[][] = [];
  for (const start of [...edges.keys()].sort((a, b) => a - b)) {
    while ((edges.get(start)?.length ?? 0) > 0)
      rings.push(shares(withoutStraightCorners(follow(edges, start), corners), corners, height, width));
  }
  return rings;
}

function follow(edges: Map<number, number[]>, start: number): number[] {
  const ring: number[] = [];
  let corner = start;
  do {
    ring.push(corner);
    corner = edges.get(corner)?.pop() ?? start;
  } while (corner !== start);
  return ring;
}

function withoutStraightCorners(ring: readonly number[], corners: number): number[] {
  const isHorizontal = (from: number, to: number) => Math.floor(from / corners) === Math.floor(to / corners);
  return ring.filter((corner, index) => {
    const before = ring.at(index - 1) as number;
    const after = ring[(index + 1) % ring.length] as number;
    return isHorizontal(before, corner) !== isHorizontal(corner, after);
  });
}

function shares(ring: readonly number[], corners: number, height: number, width: number): number[] {
  return ring.flatMap((corner) => [(corner % corners) / width, Math.floor(corner / corners) / height]);
}
