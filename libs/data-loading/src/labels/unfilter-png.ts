/**
 * Undoes the row filters of PNG (specification, section 9) over lines of a filter byte and `lineBytes` bytes each;
 * `pixelBytes` is the distance to the byte on the left that a filter looks at. Undefined if a filter is unknown.
 */
export function unfilterRows(filtered: Uint8Array, rows: number, lineBytes: number, pixelBytes: number): Uint8Array | undefined {
  const lines = new Uint8Array(rows * lineBytes);
  const before = new Uint8Array(lineBytes);
  for (let row = 0; row < rows; row++) {
    const start = row * (lineBytes + 1);
    const line = filtered.subarray(start + 1, start + 1 + lineBytes);
    const target = lines.subarray(row * lineBytes, (row + 1) * lineBytes);
    const above = row === 0 ? before : lines.subarray((row - 1) * lineBytes, row * lineBytes);
    const unfilter = filters[filtered[start] as number];
    if (unfilter === undefined) return undefined;
    unfilter(line, above, target, pixelBytes);
  }
  return lines;
}

type Unfilter = (line: Uint8Array, above: Uint8Array, target: Uint8Array, pixelBytes: number) => void;

const filters: readonly Unfilter[] = [
  function none(line, _above, target) {
    target.set(line);
  },
  function left(line, _above, target, pixelBytes) {
    for (let index = 0; index < line.length; index++) {
      target[index] = (line[index] as number) + (index < pixelBytes ? 0 : (target[index - pixelBytes] as number));
    }
  },
  function up(line, above, target) {
    for (let index = 0; index < line.length; index++) target[index] = (line[index] as number) + (above[index] as number);
  },
  function average(line, above, target, pixelBytes) {
    for (let index = 0; index < line.length; index++) {
      const before = index < pixelBytes ? 0 : (target[index - pixelBytes] as number);
      target[index] = (line[index] as number) + ((before + (above[index] as number)) >> 1);
    }
  },
  function paeth(line, above, target, pixelBytes) {
    for (let index = 0; index < line.length; index++) {
      const before = index < pixelBytes ? 0 : (target[index - pixelBytes] as number);
      const corner = index < pixelBytes ? 0 : (above[index - pixelBytes] as number);
      target[index] = (line[index] as number) + nearest(before, above[index] as number, corner);
    }
  },
];

/** Of left, above and corner the one nearest to left + above - corner; ties go to the first. */
function nearest(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const toLeft = Math.abs(estimate - left);
  const toAbove = Math.abs(estimate - above);
  const toCorner = Math.abs(estimate - corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
