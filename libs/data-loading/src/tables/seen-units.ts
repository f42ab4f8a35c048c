/** Row of a unit in one of the files that are read. */
export interface UnitPlace {
  /** File, as it was named. */
  readonly file: string;
  /** Line or row, counted from 1, at most 2^32 - 1. */
  readonly line: number;
}

/** Units beyond those seen so far, and so many times as many, that a list by unit is let grow for. */
const [denseUnits, denseFactor] = [1024, 4];

/**
 * Remembers which units of which models and layers were seen, and where: four bytes a unit where units are numbered
 * one after the other and those of a layer stand in one file.
 */
export class SeenUnits {
  readonly #files: ReadonlyMap<string, number>;
  readonly #layers = new Map<string, Map<string, LayerUnits>>();

  /** @param files all files that are read */
  constructor(files: readonly string[]) {
    this.#files = new Map(files.map((file, index) => [file, index]));
  }

  /** Adds a unit; gives the place where it was seen before, if it was. */
  add(model: string, layer: string, unit: number, { file, line }: UnitPlace): UnitPlace | undefined {
    let layers = this.#layers.get(model);
    if (layers === undefined) this.#layers.set(model, (layers = new Map<string, LayerUnits>()));
    let units = layers.get(layer);
    if (units === undefined) layers.set(layer, (units = new LayerUnits(this.#files.get(file) ?? 0)));
    const earlier = units.add(unit, this.#files.get(file) ?? 0, line);
    return earlier === undefined
      ? undefined
      : { file: [...this.#files.keys()][earlier.file] ?? file, line: earlier.line };
  }
}

/** Units of one layer. */
class LayerUnits {
  /** File of the units in the list. */
  readonly #file: number;
  /** Line of each unit; 0: not seen. */
  #lines = new Uint32Array(0);
  /** Units of other files, and those far beyond the others. */
  readonly #others = new Map<number, { readonly file: number; readonly line: number }>();
  #count = 0;

  constructor(file: number) {
    this.#file = file;
  }

  add(unit: number, file: number, line: number): { readonly file: number; readonly line: number } | undefined {
    const listed = this.#lines[unit] ?? 0;
    if (listed > 0) return { file: this.#file, line: listed };
    const other = this.#others.get(unit);
    if (other !== undefined) return other;
    if (file === this.#file && unit < denseUnits + denseFactor * this.#count) {
      if (unit >= this.#lines.length) this.#grow(unit);
      this.#lines[unit] = line;
    } else this.#others.set(unit, { file, line });
    this.#count++;
    return undefined;
  }

  #grow(unit: number): void {
    const lines = new Uint32Array(Math.max(64, 2 * this.#lines.length, unit + 1));
    lines.set(this.#lines);
    this.#lines = lines;
  }
}
