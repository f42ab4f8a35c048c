/**
 * Undoes the row filters of PNG (specification, section 9) in place: lines of a filter byte and `lineBytes` bytes each
 * become lines of `lineBytes` bytes, at the beginning of the same array. `pixelBytes` is the distance to the byte on
 * the left that a filter looks at. Undefined if a filter is unknown.
 */
export function unfilterRows(
  filtered: Uint8Array,
  rows: number,
  lineBytes: number,
  pixelBytes: number,
): Uint8Array | undefined {
  const nothing = new Uint8Array(lineBytes);
  for (let row = 0; row < rows; row++) {
    const from = row * (lineBytes + 1) + 1;
    const unfilter = filters[filtered[from - 1] as number];
    if (unfilter === undefined) return undefined;
    // What is written never overtakes what is read, since a line moves to the left.
    const to = row * lineBytes;
    if (row === 0) unfilter(filtered, from, to, lineBytes, nothing, 0, pixelBytes);
    else unfilter(filtered, from, to, lineBytes, filtered, to - lineBytes, pixelBytes);
  }
  return filtered.subarray(0, rows * lineBytes);
}

/** Moves a line of `size` bytes; `above` has the line before it, from `over` on. */
type Unfilter = (
  bytes: Uint8Array,
  from: number,
  to: number,
  size: number,
  above: Uint8Array,
  over: number,
  pixelBytes: number,
) => void;

const filters: readonly Unfilter[] = [
  function none(bytes, from, to, size) {
    bytes.copyWithin(to, from, from + size);
  },
  function left(bytes, from, to, size, _above, _over, pixelBytes) {
    bytes.copyWithin(to, from, from + pixelBytes);
    for (let index = pixelBytes; index < size; index++)
      bytes[to + index] = (bytes[from + index] as number) + (bytes[to + index - pixelBytes] as number);
  },
  function up(bytes, from, to, size, above, over) {
    for (let index = 0; index < size; index++)
      bytes[to + index] = (bytes[from + index] as number) + (above[over + index] as number);
  },
  function average(bytes, from, to, size, above, over, pixelBytes) {
    for (let index = 0; index < size; index++) {
      const before = index < pixelBytes ? 0 : (bytes[to + index - pixelBytes] as number);
      bytes[to + index] = (bytes[from + index] as number) + ((before + (above[over + index] as number)) >> 1);
    }
  },
  function paeth(bytes, from, to, size, above, over, pixelBytes) {
    for (let index = 0; index < size; index++) {
      const before = index < pixelBytes ? 0 : (bytes[to + index - pixelBytes] as number);
      const corner = index < pixelBytes ? 0 : (above[over + index - pixelBytes] as number);
      bytes[to + index] = (bytes[from + index] as number) + nearest(before, above[over + index] as number, corner);
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
