import {
  KllSketch,
  planUpsampling,
  upsampleMap,
  type SelectedThresholds,
  type UnitCondition,
  type UpsamplingPlan,
} from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import type { DissectionPreset } from '../presets/dissection-presets.ts';
import { upsamplingOptions } from '../presets/kernel-options.ts';

/** What is known of a unit. */
interface SketchedUnit {
  readonly sketch: KllSketch;
  minimum: number;
  maximum: number;
  invalid: boolean;
}

/** Thresholds of a layer by a KLL sketch for each unit: any number of images in memory that does not grow. */
export class ThresholdSketches {
  readonly #preset: DissectionPreset;
  readonly #plan: UpsamplingPlan;
  readonly #mapSize: number;
  readonly #units: readonly SketchedUnit[];
  readonly #pixels: Float32Array;

  constructor(shape: ActivationShape, preset: DissectionPreset, sketch: number) {
    this.#preset = preset;
    this.#plan = planUpsampling(upsamplingOptions(shape, preset));
    this.#mapSize = shape.mapHeight * shape.mapWidth;
    this.#pixels = new Float32Array(shape.labelHeight * shape.labelWidth);
    this.#units = Array.from({ length: shape.units }, (_, unit) => ({
      sketch: new KllSketch({ k: sketch, stream: unit }),
      minimum: Infinity,
      maximum: -Infinity,
      invalid: false,
    }));
  }

  /** Adds maps of one image: those of some units, ascending, height x width values each. */
  add(units: Uint32Array, maps: Float32Array): void {
    if (maps.length !== units.length * this.#mapSize)
      throw new RangeError(
        `ThresholdSketches.add: expected ${String(units.length)} maps of ${String(this.#mapSize)} values, got ${String(maps.length)} values`,
      );
    units.forEach((number, index) => {
      const unit = this.#units[number] as SketchedUnit;
      const map = maps.subarray(index * this.#mapSize, (index + 1) * this.#mapSize);
      for (const value of map) {
        if (value < unit.minimum) unit.minimum = value;
        if (value > unit.maximum) unit.maximum = value;
      }
      unit.sketch.add(this.#preset.values === 'raw' ? map : upsampleMap(this.#plan, map, this.#pixels));
    });
  }

  /** Marks a unit that has values which are not finite. */
  invalidate(unit: number): void {
    (this.#units[unit] as SketchedUnit).invalid = true;
  }

  /**
   * Thresholds by the level and rule of the preset, and what is peculiar about units, as an exact selection tells it.
   */
  thresholds(): Pick<SelectedThresholds, 'thresholds' | 'conditions'> {
    const { level, rule } = this.#preset;
    // Adding 0 turns -0 into 0, which sorts and prints like any other zero.
    return {
      thresholds: Float32Array.from(this.#units, ({ sketch, invalid }) =>
        invalid ? NaN : sketch.quantile(level, rule) + 0,
      ),
      conditions: this.#units.map(conditionOf),
    };
  }
}

function conditionOf({ minimum, maximum, invalid }: SketchedUnit): UnitCondition {
  if (invalid) return 'invalid';
  if (minimum !== maximum) return 'ordinary';
  return minimum === 0 ? 'dead' : 'constant';
}
