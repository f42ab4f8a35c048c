import {
  KllSketch,
  planUpsampling,
  upsampleMap,
  type SelectedThresholds,
  type UnitCondition,
  type UpsamplingPlan,
} from '@intermodel/numerics';
import type { ActivationShape } from '@intermodel/schemas';
import type { DissectionPreset } from './dissection-presets.ts';
import { upsamplingOptions } from './kernel-options.ts';

/** Greatest absolute activation that counts as finite, as for exact thresholds. */
const LIMIT = 2 ** 126;

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

  constructor(shape: ActivationShape, preset: DissectionPreset, k: number) {
    this.#preset = preset;
    this.#plan = planUpsampling(upsamplingOptions(shape, preset));
    this.#mapSize = shape.mapHeight * shape.mapWidth;
    this.#pixels = new Float32Array(shape.labelHeight * shape.labelWidth);
    this.#units = Array.from({ length: shape.units }, (_, unit) => ({
      sketch: new KllSketch({ k, stream: unit }),
      minimum: Infinity,
      maximum: -Infinity,
      invalid: false,
    }));
  }

  /** Adds the maps of one image, units x height x width values. */
  add(activations: Float32Array): void {
    if (activations.length !== this.#units.length * this.#mapSize)
      throw new RangeError(
        `ThresholdSketches.add: expected ${String(this.#units.length)} maps of ${String(this.#mapSize)} values, got ${String(activations.length)} values`,
      );
    this.#units.forEach((unit, index) => {
      const map = activations.subarray(index * this.#mapSize, (index + 1) * this.#mapSize);
      if (!map.every((value) => Math.abs(value) <= LIMIT)) unit.invalid = true;
      if (unit.invalid) return;
      for (const value of map) {
        if (value < unit.minimum) unit.minimum = value;
        if (value > unit.maximum) unit.maximum = value;
      }
      unit.sketch.add(this.#preset.values === 'raw' ? map : upsampleMap(this.#plan, map, this.#pixels));
    });
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
