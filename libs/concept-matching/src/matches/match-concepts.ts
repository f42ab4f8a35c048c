import {
  matchSchema,
  unitConceptOverlapSchema,
  unitMatchSchema,
  type UnitConceptOverlapBatch,
  type UnitMatchBatch,
} from '@intermodel/schemas';
import { buildBatch, checkBatch, column, Interner } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { dissectionPresets } from '../presets/dissection-presets.ts';
import { bestOfRows, isNamedPair, type BestPair, type MatchPreset } from './best-pair.ts';
import { overlapNumbers, type OverlapRows } from './overlap-numbers.ts';
import { matchScores, type MatchScore } from './scores.ts';

/** Options of {@link matchConcepts}. */
export interface MatchConceptsOptions {
  /** Score, epsilon, tie rule and quality gate; the gate of the score is not applied here. @default dissect-2020 */
  readonly preset?: MatchPreset;
  /**
   * Order of the categories, the last of which wins a tie under `per-category`.
   * @default order of first sight in the table
   */
  readonly categories?: readonly string[];
}

/** Defaults of {@link matchConcepts}. */
export const matchConceptsDefaults = {
  preset: dissectionPresets['dissect-2020'],
} as const satisfies MatchConceptsOptions;

/**
 * Finds the concept of every unit with the greatest score, IoU unless the preset names another: one batch when the source completes, sorted by model, layer
 * and unit, units below any gate included.
 *
 * Of equals the concept that comes first in the table wins, which is the one with the lowest number. A unit that is
 * never active has no IoU (null), one that overlaps nothing has IoU 0; both, and one whose best concept lacks the
 * quality that the preset demands, have an empty concept. Where another score is matched by, it stands in a column
 * of its name beside the IoU, and no score above 0 is what overlapping nothing is for IoU.
 *
 * @example
 * overlaps$.pipe(matchConcepts({ preset: dissectionPresets['netdissect-lite'] }))
 */
export function matchConcepts(
  options: MatchConceptsOptions = {},
): OperatorFunction<UnitConceptOverlapBatch, UnitMatchBatch> {
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

/** Units row by row, each with its best pair. */
interface MatchedUnits {
  readonly model: readonly string[];
  readonly layer: readonly string[];
  readonly unit: readonly number[];
  readonly best: readonly BestPair[];
}

/** Keeps the best pair of every unit; text is handled as codes. */
class BestConcepts {
  readonly #preset: MatchPreset;
  readonly #models = new Interner();
  readonly #layers = new Interner();
  readonly #concepts = new Interner();
  readonly #categories = new Interner();
  /** By code of the model, code of the layer, and unit. */
  readonly #best: BestPair[][][] = [];

  constructor(preset: MatchPreset, categories: readonly string[]) {
    this.#preset = preset;
    for (const category of categories) this.#categories.code(category);
  }

  add(batch: UnitConceptOverlapBatch): this {
    const models = this.#models.column(column(batch, 'model')).codes;
    const layers = this.#layers.column(column(batch, 'layer')).codes;
    const concept = this.#concepts.column(column(batch, 'concept')).codes;
    const category = this.#categories.column(column(batch, 'category')).codes;
    const rows: OverlapRows = { ...overlapNumbers(batch), concept, category };
    for (let first = 0, end; first < batch.numRows; first = end) {
      const model = models[first] as number;
      const layer = layers[first] as number;
      const unit = rows.unit[first] as number;
      // Runs of models and layers are as long as the table: they are followed within the unit only.
      end = endOfRun(layers, first, endOfRun(models, first, endOfRun(rows.unit, first, batch.numRows)));
      const units = ((this.#best[model] ??= [])[layer] ??= []);
      units[unit] = bestOfRows(rows, first, end, units[unit], this.#preset);
    }
    return this;
  }

  toMatches(): UnitMatchBatch {
    const models: string[] = [];
    const layers: string[] = [];
    const units: number[] = [];
    const bests: BestPair[] = [];
    for (const { value: model, code } of sorted(this.#models)) {
      for (const { value: layer, code: layerCode } of sorted(this.#layers)) {
        this.#best[code]?.[layerCode]?.forEach((best, unit) => {
          models.push(model);
          layers.push(layer);
          units.push(unit);
          bests.push(best);
        });
      }
    }
    return matchTable(
      { model: models, layer: layers, unit: units, best: bests },
      this.#preset,
      this.#concepts.values,
      this.#categories.values,
    );
  }
}

/** End of the rows from `first` on, up to `limit`, that have its value. */
function endOfRun(values: OverlapRows['unit'], first: number, limit: number): number {
  const value = values[first];
  let end = first + 1;
  while (end < limit && values[end] === value) end++;
  return end;
}

function matchTable(
  { model, layer, unit, best }: MatchedUnits,
  preset: MatchPreset,
  concepts: readonly string[],
  categories: readonly string[],
): UnitMatchBatch {
  const { epsilon } = preset;
  const matching = matchScores[preset.score];
  // Code 0 is the empty text of units without a match.
  const concept = new Int32Array(best.length);
  const category = new Int32Array(best.length);
  const score = new Float64Array(best.length);
  const iou = matching === matchScores.iou ? score : new Float64Array(best.length);
  best.forEach((pair, row) => {
    const isNamed = isNamedPair(pair, preset);
    concept[row] = isNamed ? pair.concept + 1 : 0;
    category[row] = isNamed ? pair.category + 1 : 0;
    // NaN stands for null: a unit that is never active.
    score[row] = !pair.active ? NaN : isNamed ? pair.score : 0;
    if (iou !== score) iou[row] = !pair.active ? NaN : isNamed ? pairScore(pair, matchScores.iou, epsilon) : 0;
  });
  const columns = {
    model,
    layer,
    unit,
    concept: { codes: concept, values: ['', ...concepts] },
    category: { codes: category, values: ['', ...categories] },
    iou,
  };
  if (iou === score) return buildBatch(unitMatchSchema, columns);
  const scored = { ...columns, [matching.name]: score };
  return buildBatch(matchSchema({ score: matching.name }), scored);
}

function pairScore({ intersection, unitArea, conceptArea, pixels }: BestPair, { of }: MatchScore, epsilon: number) {
  return of(intersection, unitArea, conceptArea, pixels, epsilon);
}

function sorted(interner: Interner): { readonly value: string; readonly code: number }[] {
  return interner.values
    .map((value, code) => ({ value, code }))
    .sort((one, other) => (one.value < other.value ? -1 : 1));
}
