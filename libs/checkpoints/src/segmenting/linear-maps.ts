/** A linear map along one axis of images: its rows are weights of the pixels that go in. */
export interface LinearMap {
  /** Pixels that come out. */
  readonly rows: number;
  /** Pixels that go in. */
  readonly columns: number;
  /** Weights, row by row. */
  readonly values: Float64Array;
}

/** A map from its weights. */
function mapOf(rows: number, columns: number, weight: (row: number, column: number) => number): LinearMap {
  const values = Float64Array.from({ length: rows * columns }, (_, index) =>
    weight(Math.floor(index / columns), index % columns),
  );
  return { rows, columns, values };
}

/**
 * Precise RoI pooling (Jiang et al. 2018) of a whole axis of `size` pixels into `bins`: the mean over each bin of the
 * piecewise linear function that has pixel i at coordinate i and is 0 from -1 down and from `size` up. The axis is
 * 0..size, so that the first pixel counts with half of its hat, and the last bins lack what lies beyond the last pixel:
 * their weights do not sum to 1.
 */
export function precisePooling(size: number, bins: number): LinearMap {
  const step = size / bins;
  return mapOf(bins, size, (bin, pixel) => (hatUpTo((bin + 1) * step - pixel) - hatUpTo(bin * step - pixel)) / step);
}

/** Integral of max(0, 1 - |t|) up to a coordinate. */
function hatUpTo(to: number): number {
  const at = Math.min(1, Math.max(-1, to));
  return at < 0 ? (1 + at) ** 2 / 2 : 1 - (1 - at) ** 2 / 2;
}

/**
 * Adaptive average pooling as torch has it, also where it enlarges: pixel i is the mean of those from floor(i size /
 * outputs) up to but not ceil((i + 1) size / outputs).
 */
export function averagePooling(size: number, outputs: number): LinearMap {
  return mapOf(outputs, size, (output, pixel) => {
    const first = Math.floor((output * size) / outputs);
    const end = Math.ceil(((output + 1) * size) / outputs);
    return pixel >= first && pixel < end ? 1 / (end - first) : 0;
  });
}

/** Bilinear resizing with half-pixel centres and clamped borders: `align_corners=False` of torch, without antialiasing. */
export function linearResizing(size: number, outputs: number): LinearMap {
  return mapOf(outputs, size, (output, pixel) => {
    const at = Math.max(0, ((output + 0.5) * size) / outputs - 0.5);
    const first = Math.min(size - 1, Math.floor(at));
    const second = Math.min(size - 1, first + 1);
    const share = at - Math.floor(at);
    return (pixel === first ? 1 - share : 0) + (pixel === second ? share : 0);
  });
}

/** One map after another: `last` of what `first` gives. */
export function composed(last: LinearMap, first: LinearMap): LinearMap {
  if (last.columns !== first.rows)
    throw new RangeError(`${String(first.rows)} pixels go into a map of ${String(last.columns)}`);
  return mapOf(last.rows, first.columns, (row, column) => {
    let sum = 0;
    for (let between = 0; between < first.rows; between++)
      sum +=
        (last.values[row * last.columns + between] as number) *
        (first.values[between * first.columns + column] as number);
    return sum;
  });
}

/** Columns as rows. */
export function transposed({ rows, columns, values }: LinearMap): LinearMap {
  return mapOf(columns, rows, (row, column) => values[column * columns + row] as number);
}
