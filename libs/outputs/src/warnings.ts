import { matchScores, passesGate, type PresetGate } from '@intermodel/concept-matching';
import { resampledModels } from '@intermodel/embedding';
import { ratedRows, ratedSample } from '@intermodel/numerics';
import {
  noConcept,
  scoreColumn,
  testColumn,
  type EmbeddingPointBatch,
  type ModelFamilyBatch,
  type ModelUnitsBatch,
  type ProfileSummaryBatch,
  type TaskScoreBatch,
  type UnitMatchBatch,
} from '@intermodel/schemas';
import { column, Interner, nearestName, readNumbers, readStrings } from '@intermodel/streams';
import { tap, type MonoTypeOperatorFunction } from 'rxjs';
import type { StudyWarning } from './study-record.ts';

/**
 * Part of the median model's share of matching units under which a model is suspected to have been dissected wrongly.
 */
export const fewMatchesShare = 0.25;

/** Counts dead units and matches of each model while unit matches pass by. */
export class UnitWatch {
  readonly #gate: PresetGate;
  readonly #models = new Interner();
  readonly #concepts = new Interner();
  readonly #dead: number[] = [];
  readonly #matches: number[] = [];
  readonly #units: number[] = [];

  readonly #untrained: ReadonlySet<string>;

  /**
   * @param gate score that a match is made by, what it must pass, and by which comparison
   * @param untrained models that are not expected to match much
   */
  constructor(gate: PresetGate, untrained: readonly string[] = []) {
    this.#gate = gate;
    this.#untrained = new Set(untrained);
  }

  /** Operator that looks on and changes nothing. */
  watch(): MonoTypeOperatorFunction<UnitMatchBatch> {
    return tap((batch) => {
      const models = this.#models.column(column(batch, 'model')).codes;
      const concepts = this.#concepts.column(column(batch, 'concept')).codes;
      const none = [this.#concepts.code(noConcept), this.#concepts.code('')];
      const tests = testColumn(batch, 'q');
      const q = tests === undefined ? undefined : readNumbers(tests);
      readNumbers(scoreColumn(batch)).forEach((score, row) => {
        const model = models[row] as number;
        this.#units[model] = (this.#units[model] ?? 0) + 1;
        this.#dead[model] = (this.#dead[model] ?? 0) + (Number.isNaN(score) ? 1 : 0);
        this.#matches[model] =
          (this.#matches[model] ?? 0) +
          (passesGate(score, this.#gate, q?.[row]) && !none.includes(concepts[row] as number) ? 1 : 0);
      });
    });
  }

  /** What stood out, by model in order of their names. */
  warnings(): StudyWarning[] {
    const dead = this.#models.values.flatMap((model, code) => {
      const units = this.#dead[code] ?? 0;
      return units > 0
        ? [
            {
              subject: model,
              text: `${String(units)} units were never active (their ${matchScores[this.#gate.score].title} is undefined); they match nothing.`,
            },
          ]
        : [];
    });
    return [...dead, ...this.fewMatches()].sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : 0));
  }

  /** Models with suspiciously few matches: what wrong preprocessing looks like. */
  fewMatches(): StudyWarning[] {
    const shares = this.#models.values.map((_, code) => (this.#matches[code] ?? 0) / (this.#units[code] ?? 1));
    const sorted = shares.filter((_, code) => !this.#isUntrained(code)).sort((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
    return this.#models.values.flatMap((model, code) => {
      const share = shares[code] ?? 0;
      const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
      return share < median * fewMatchesShare && !this.#isUntrained(code)
        ? [
            {
              subject: model,
              text: `Only ${String(this.#matches[code] ?? 0)} units (${percent(share)}) match a concept, where the median model has ${percent(median)}: check the preprocessing that it was dissected with.`,
            },
          ]
        : [];
    });
  }

  #isUntrained(code: number): boolean {
    return this.#untrained.has(this.#models.values[code] ?? '');
  }
}

/** Factor by which layers of embedded models may differ in width before counts of units are warned of. */
export const widestFactor = 2;

/** Normalisations by which a layer of more units does not weigh more. */
const widthless: readonly string[] = ['share-of-units', 'share-of-matches', 'hellinger'];

/**
 * Warns where models with layers of very different width are embedded by counts of their units: wide ones have more of
 * everything for that alone.
 */
export function widthWarnings(
  points: EmbeddingPointBatch,
  modelUnits: ModelUnitsBatch,
  normalisation: string,
): StudyWarning[] {
  if (widthless.includes(normalisation)) return [];
  const embedded = new Set(readStrings(column(points, 'model')));
  const units = readNumbers(column(modelUnits, 'units'));
  const widths = readStrings(column(modelUnits, 'model'))
    .map((model, row) => ({ model, units: units[row] as number }))
    .filter(({ model, units: width }) => embedded.has(model) && width > 0)
    .sort((a, b) => a.units - b.units);
  const [least, most] = [widths[0], widths[widths.length - 1]];
  if (least === undefined || most === undefined || most.units <= widestFactor * least.units) return [];
  return [
    {
      subject: 'widths of models',
      text: `Models have from ${least.units.toLocaleString('en')} (${least.model}) to ${most.units.toLocaleString('en')} units (${most.model}): one with more of them matches more for that alone, and components and categories of models may tell of width. Set \`embedding.normalisation: share-of-units\` to compare shares.`,
    },
  ];
}

/**
 * What is not done with all models where there are many.
 *
 * @param models embedded models
 * @param profiled all models of the unit tables
 */
export function sizeWarnings(models: number, profiled: number): StudyWarning[] {
  const resampled =
    profiled <= resampledModels
      ? []
      : [
          {
            subject: 'many models',
            text: `With more than ${String(resampledModels)} models, counts have intervals, but the embedding has no clouds, pairs of models are not compared, and components are not tested against chance.`,
          },
        ];
  if (models <= ratedRows) return resampled;
  return [
    ...resampled,
    {
      subject: 'many models',
      text: `With more than ${ratedRows.toLocaleString('en')} models, numbers of categories are rated by a sample of ${String(ratedSample)} (clusters.csv), the concept map orders models by their matching units, and figures bear no names.`,
    },
  ];
}

/** Names of strangers for which the nearest known one is looked for: each is compared with all. */
const strangersCompared = 50;

/**
 * Names of models that stand on one side only: embedded models without a score, which the relations leave out, and
 * scored models that no unit table has, which are most often misspelt.
 *
 * @param points models of the embedding
 * @param summaries all models of the unit tables, those left out of the fit included
 * @param scores scores that were related
 */
export function scoreWarnings(
  points: EmbeddingPointBatch,
  summaries: ProfileSummaryBatch,
  scores: TaskScoreBatch,
): StudyWarning[] {
  const known = new Set(readStrings(column(summaries, 'model')));
  const scored = new Set(readStrings(column(scores, 'model')));
  const without = readStrings(column(points, 'model')).filter((model) => !scored.has(model));
  const strangers = [...scored].filter((model) => !known.has(model));
  return [
    ...without.map((model) => ({ subject: model, text: 'It has no scores, so the relations leave it out.' })),
    ...strangers.map((model, index) => {
      const nearest = index < strangersCompared ? nearestName(model, [...known]) : undefined;
      return {
        subject: model,
        text: `Its scores are not used, since no unit table has this model${nearest === undefined ? '' : ` (the nearest name is "${nearest}")`}.`,
      };
    }),
  ];
}

/**
 * Models whose families are not known, which are then families of their own, and models of the table of families that
 * no unit table has, which are most often misspelt.
 *
 * @param points models of the embedding
 * @param summaries all models of the unit tables
 * @param families what the table of families says; undefined: none was given
 */
export function familyWarnings(
  points: EmbeddingPointBatch,
  summaries: ProfileSummaryBatch,
  families: ModelFamilyBatch | undefined,
): StudyWarning[] {
  if (families === undefined) return [];
  const known = new Set(readStrings(column(summaries, 'model')));
  const named = readStrings(column(families, 'model'));
  const inFamilies = new Set(named);
  const without = readStrings(column(points, 'model')).filter((model) => !inFamilies.has(model));
  const strangers = named.filter((model) => !known.has(model));
  return [
    ...without.map((model) => ({ subject: model, text: 'The table of families has no family for it: it is its own.' })),
    ...strangers.slice(0, strangersCompared).flatMap((model) => {
      // A table may well have more models than a study; only what looks like one of them is told.
      const nearest = nearestName(model, without);
      return nearest === undefined
        ? []
        : [
            {
              subject: model,
              text: `Its family is not used, since no unit table has this model (the nearest name is "${nearest}").`,
            },
          ];
    }),
  ];
}
