import { informationQuality, intersectionOverUnion, type PairCounts } from '@intermodel/numerics';
import { unitConceptOverlapSchema, unitMatchSchema, type UnitConceptOverlapBatch, type UnitMatchBatch } from '@intermodel/schemas';
import { buildBatch, checkBatch, column, Interner } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { dissectionPresets, type DissectionPreset } from './dissection-presets.ts';
import { overlapNumbers } from './overlap-numbers.ts';

/** Options of {@link matchConcepts}. */
export interface MatchConceptsOptions {
  /** Epsilon, tie rule and quality gate; the IoU gate is not applied here. @default dissect-2020 */
  readonly preset?: Pick<DissectionPreset, 'epsilon' | 'matchScope' | 'minimumQuality'>;
  /**
   * Order of the categories, the last of which wins a tie under `per-category`.
   * @default order of first sight in the table
   */
  readonly categories?: readonly string[];
}

/** Defaults of {@link matchConcepts}. */
export const matchConceptsDefaults = { preset: dissectionPresets['dissect-2020'] } as const satisfies MatchConceptsOptions;

/**
 * Finds the concept of every unit with the greatest IoU: one batch when the source completes, sorted by model, layer
 * and unit, units below any gate included.
 *
 * Of equals the concept that comes first in the table wins, which is the one with the lowest number. A unit that is
 * never active has no IoU (null), one that overlaps nothing has IoU 0; both, and one whose best concept lacks the
 * quality that the preset demands, have an empty concept.
 *
 * @example
 * overlaps$.pipe(matchConcepts({ preset: dissectionPresets['netdissect-lite'] }))
 */
export function matchConcepts(options: MatchConceptsOptions = {}): OperatorFunction<UnitConceptOverlapBatch, UnitMatchBatch> {
  const { preset = matchConceptsDefaults.preset, categories = [] } = options;
  return (overlaps) =>
    defer(() =>
      overlaps.pipe(
        map((batch) => checkBatch('matchConcepts', unitConceptOverlapSchema, batch)),
        reduce((best, batch) => best.add(batch), new BestConcepts(preset, categories)),
        map((best) => best.toMatches()),
      ),
    );
}

/** Best pair of a unit so far. */
interface BestPair extends PairCounts {
  readonly iou: number;
  readonly concept: number;
  readonly category: number;
  readonly pixels: number;
  readonly active: boolean;
}

/** Keeps the best pair of every unit; text is handled as codes. */
class BestConcepts {
  readonly #preset: Pick<DissectionPreset, 'epsilon' | 'matchScope' | 'minimumQuality'>;
  readonly #models = new Interner();
  readonly #layers = new Interner();
  readonly #concepts = new Interner();
  readonly #categories = new Interner();
  /** By code of the model, code of the layer, and unit. */
  readonly #best: BestPair[][][] = [];

  constructor(preset: Pick<DissectionPreset, 'epsilon' | 'matchScope' | 'minimumQuality'>, categories: readonly string[]) {
    this.#preset = preset;
    for (const category of categories) this.#categories.code(category);
  }

  add(batch: UnitConceptOverlapBatch): this {
    const [models, layers] = [this.#models.column(column(batch, 'model')).codes, this.#layers.column(column(batch, 'layer')).codes];
    const [concepts, categories] = [this.#concepts.column(column(batch, 'concept')).codes, this.#categories.column(column(batch, 'category')).codes];
    const { unit: units, intersection, unitArea, conceptArea, pixels } = overlapNumbers(batch);
    for (let row = 0; row < batch.numRows; row++) {
      const layersOfModel = (this.#best[models[row] as number] ??= []);
      const unitsOfLayer = (layersOfModel[layers[row] as number] ??= []);
      const unit = units[row] as number;
      const counts = { intersection: intersection[row] as number, unitArea: unitArea[row] as number, conceptArea: conceptArea[row] as number };
      const iou = intersectionOverUnion(counts, this.#preset.epsilon);
      const category = categories[row] as number;
      const before = unitsOfLayer[unit];
      const active = counts.unitArea > 0 || before?.active === true;
      const laterCategory = this.#preset.matchScope === 'per-category' && before !== undefined && before.iou > 0 && iou === before.iou && category > before.category;
      if (before === undefined || iou > before.iou || laterCategory) unitsOfLayer[unit] = { ...counts, iou, concept: concepts[row] as number, category, pixels: pixels[row] as number, active };
      else if (active && !before.active) unitsOfLayer[unit] = { ...before, active };
    }
    return this;
  }

  toMatches(): UnitMatchBatch {
    const rows: { readonly model: string; readonly layer: string; readonly unit: number; readonly best: BestPair }[] = [];
    for (const { value: model, code } of sorted(this.#models)) {
      for (const { value: layer, code: layerCode } of sorted(this.#layers)) {
        this.#best[code]?.[layerCode]?.forEach((best, unit) => rows.push({ model, layer, unit, best }));
      }
    }
    const named = rows.map(({ best }) => best.iou > 0 && (this.#preset.minimumQuality === 0 || informationQuality(best, best.pixels) > this.#preset.minimumQuality));
    const name = (interner: Interner, row: number, code: number) => (named[row] === true ? (interner.values[code] as string) : '');
    return buildBatch(unitMatchSchema, {
      ...{ model: rows.map(({ model }) => model), layer: rows.map(({ layer }) => layer), unit: Int32Array.from(rows, ({ unit }) => unit) },
      concept: rows.map(({ best }, row) => name(this.#concepts, row, best.concept)),
      category: rows.map(({ best }, row) => name(this.#categories, row, best.category)),
      // NaN stands for null: a unit that is never active.
      iou: Float64Array.from(rows, ({ best }, row) => (!best.active ? NaN : named[row] === true ? best.iou : 0)),
    });
  }
}

function sorted(interner: Interner): { readonly value: string; readonly code: number }[] {
  return interner.values.map((value, code) => ({ value, code })).sort((one, other) => (one.value < other.value ? -1 : 1));
}
