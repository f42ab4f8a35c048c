/** Values of one head for one image. */
export interface HeadValues {
  /** Values of all classes. */
  readonly data: Float32Array;
  /** Number of classes. */
  readonly classes: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Whether the classes of a pixel lie side by side (channels last). */
  readonly channelsLast: boolean;
}

/** How {@link decideClasses} decides. */
export interface DecideOptions {
  /** Size of the planes; values are upsampled bilinearly to it. @default that of the values */
  readonly size?: { readonly height: number; readonly width: number };
  /** Least share of the softmax, 0 to 1, that the largest value must have. @default 0 */
  readonly confidence?: number;
  /** For each class the value that it must exceed; several may be there at once. @default the largest value wins */
  readonly thresholds?: Float32Array;
  /** Which classes are candidates at a pixel. @default all */
  readonly candidates?: Candidates;
}

/** Classes that are candidates where another head sees certain things. */
export interface Candidates {
  /** What the other head sees at each pixel of the planes: a row of `allowed`. */
  readonly owners: Uint16Array;
  /** 1 for each class that is a candidate, `classes` in each row. */
  readonly allowed: Uint8Array;
}

/**
 * Decides which classes each pixel bears, as planes of class + 1 with 0 for none: one plane where the largest value wins
 * (the first of equal ones), as many as classes coincide where each has its threshold. Upsampling is bilinear with half-pixel centres
 * and clamped borders, as PyTorch's `interpolate` with `align_corners=False`.
 */
export function decideClasses(values: HeadValues, { size = values, confidence = 0, thresholds, candidates }: DecideOptions = {}): Uint16Array[] {
  const { classes } = values;
  const [cells, { width, height }] = [size.width * size.height, size];
  const planes: Uint16Array[] = thresholds === undefined ? [new Uint16Array(cells)] : [];
  const [rows, columns] = [sourcePositions(height, values.height), sourcePositions(width, values.width)];
  const line = new Float32Array(classes * width);
  const isCandidate = (cell: number, index: number) => candidates === undefined || candidates.allowed[(candidates.owners[cell] as number) * classes + index] === 1;
  for (let y = 0; y < height; y++) {
    blendLine(values, rows, y, columns, width, line);
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      if (thresholds === undefined) (planes[0] as Uint16Array)[cell] = winner(line, x, width, classes, confidence, (index) => isCandidate(cell, index));
      else markAbove(line, x, width, thresholds, (index) => isCandidate(cell, index), cell, planes, cells);
    }
  }
  return planes;
}

function winner(line: Float32Array, x: number, width: number, classes: number, confidence: number, isCandidate: (index: number) => boolean): number {
  let [best, largest] = [-1, -Infinity];
  for (let index = 0; index < classes; index++) {
    const value = line[index * width + x] as number;
    if (value > largest && isCandidate(index)) [best, largest] = [index, value];
  }
  if (best < 0 || confidence <= 0) return best + 1;
  let sum = 0;
  for (let index = 0; index < classes; index++) if (isCandidate(index)) sum += Math.exp((line[index * width + x] as number) - largest);
  return 1 / sum >= confidence ? best + 1 : 0;
}

function markAbove(line: Float32Array, x: number, width: number, thresholds: Float32Array, isCandidate: (index: number) => boolean, cell: number, planes: Uint16Array[], cells: number): void {
  let plane = 0;
  for (let index = 0; index < thresholds.length; index++) {
    if (!((line[index * width + x] as number) > (thresholds[index] as number)) || !isCandidate(index)) continue;
    if (plane === planes.length) planes.push(new Uint16Array(cells));
    (planes[plane++] as Uint16Array)[cell] = index + 1;
  }
}

interface Positions {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight: Float32Array;
}

/** For each row (column) of the planes the two of the values that it lies between, and the weight of the second. */
function sourcePositions(size: number, from: number): Positions {
  const [first, second, weight] = [new Int32Array(size), new Int32Array(size), new Float32Array(size)];
  for (let position = 0; position < size; position++) {
    const at = Math.max(0, ((position + 0.5) * from) / size - 0.5);
    first[position] = Math.min(from - 1, Math.floor(at));
    second[position] = Math.min(from - 1, (first[position] as number) + 1);
    weight[position] = at - Math.floor(at);
  }
  return { first, second, weight };
}

/** Interpolates one row of the planes, class by class. */
function blendLine({ data, classes, height, width: from, channelsLast }: HeadValues, rows: Positions, y: number, columns: Positions, width: number, line: Float32Array): void {
  const [perClass, perColumn] = channelsLast ? [1, classes] : [height * from, 1];
  const [top, bottom] = [(rows.first[y] as number) * from * perColumn, (rows.second[y] as number) * from * perColumn];
  const down = rows.weight[y] as number;
  for (let index = 0; index < classes; index++) {
    const start = index * perClass;
    for (let x = 0; x < width; x++) {
      const [left, right, across] = [(columns.first[x] as number) * perColumn, (columns.second[x] as number) * perColumn, columns.weight[x] as number];
      const above = data[start + top + left] as number;
      if (down === 0 && across === 0) {
        line[index * width + x] = above;
        continue;
      }
      const upper = above + across * ((data[start + top + right] as number) - above);
      const below = data[start + bottom + left] as number;
      const lower = below + across * ((data[start + bottom + right] as number) - below);
      line[index * width + x] = upper + down * (lower - upper);
    }
  }
}
