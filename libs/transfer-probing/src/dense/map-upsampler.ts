import { planUpsampling, type UpsamplingPlan } from '@intermodel/numerics';

/**
 * Upsamples maps bilinearly, pixels as areas and borders repeated, with the very values of `upsampleMap`. Each row of a
 * map is widened once, which takes a fraction of the time.
 */
export class MapUpsampler {
  readonly #plan: UpsamplingPlan;
  /** Rows of the map, as wide as the target. */
  readonly #wide: Float32Array;

  /** Sizes of a map and of what it becomes. */
  constructor(sizes: {
    readonly height: number;
    readonly width: number;
    readonly targetHeight: number;
    readonly targetWidth: number;
  }) {
    this.#plan = planUpsampling({ ...sizes, padding: 'clamp', alignment: 'half-pixel' });
    this.#wide = new Float32Array(sizes.height * sizes.targetWidth);
  }

  /**
   * Upsamples one of several maps that stand beside each other.
   *
   * @param values values of a cell together, cells row by row
   * @param maps maps, that is values of a cell
   * @param map number of the map, from 0
   * @param target where the pixels go, row by row
   */
  upsample(values: Float32Array, maps: number, map: number, target: Float32Array): void {
    const { height, width, targetHeight, targetWidth, columns, rows } = this.#plan;
    const { fround } = Math;
    const wide = this.#wide;
    for (let column = 0; column < targetWidth; column++) {
      const start = columns.starts[column] as number;
      const weight = columns.fractions[column] as number;
      const left = (start === 0 ? 0 : start - 1) * maps + map;
      const right = Math.min(start, width - 1) * maps + map;
      for (let row = 0; row < height; row++) {
        const from = values[row * width * maps + left] as number;
        const to = values[row * width * maps + right] as number;
        wide[row * targetWidth + column] = from + fround(weight * fround(to - from));
      }
    }
    for (let row = 0; row < targetHeight; row++) {
      const start = rows.starts[row] as number;
      const weight = rows.fractions[row] as number;
      const upper = (start === 0 ? 0 : start - 1) * targetWidth;
      const lower = Math.min(start, height - 1) * targetWidth;
      for (let column = 0; column < targetWidth; column++) {
        const from = wide[upper + column] as number;
        const to = wide[lower + column] as number;
        target[row * targetWidth + column] = from + fround(weight * fround(to - from));
      }
    }
  }
}
