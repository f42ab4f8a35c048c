/** Where the pixel of a moved label plane is in the plane as it is. */
type PixelSource = (
  row: number,
  column: number,
  size: { readonly height: number; readonly width: number },
) => readonly [row: number, column: number];

/** A way in which labels may have to be moved to lie on their images. */
export interface LabelMove {
  /** What is done to the labels: words that follow "labels". */
  readonly words: string;
  /** Whether only square planes can be moved so. */
  readonly isOfSquares: boolean;
  /** Where a pixel comes from. */
  readonly source: PixelSource;
}

/** Part of a side by which labels are shifted. */
const shiftShare = 1 / 8;

/** Moves by which a set of labels may be wrong as a whole: mirrored or turned, or shifted (over the edges). */
export const labelMoves: readonly LabelMove[] = [
  move('mirrored left to right', (row, column, { width }) => [row, width - 1 - column]),
  move('mirrored top to bottom', (row, column, { height }) => [height - 1 - row, column]),
  move('turned upside down', (row, column, { height, width }) => [height - 1 - row, width - 1 - column]),
  { ...move('with rows and columns exchanged', (row, column) => [column, row]), isOfSquares: true },
  {
    ...move('turned a quarter to the right', (row, column, { height }) => [height - 1 - column, row]),
    isOfSquares: true,
  },
  { ...move('turned a quarter to the left', (row, column, { width }) => [column, width - 1 - row]), isOfSquares: true },
  shift('down', 1, 0),
  shift('up', -1, 0),
  shift('to the right', 0, 1),
  shift('to the left', 0, -1),
];

function move(words: string, source: PixelSource): LabelMove {
  return { words, isOfSquares: false, source };
}

function shift(words: string, down: number, right: number): LabelMove {
  return move(`shifted ${words} by an eighth of the side`, (row, column, { height, width }) => [
    (row - down * Math.round(height * shiftShare) + height) % height,
    (column - right * Math.round(width * shiftShare) + width) % width,
  ]);
}
