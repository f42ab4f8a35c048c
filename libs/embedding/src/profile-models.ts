import {
  conceptProfileSchema,
  isTested,
  matchSchemaOf,
  matchScoreOf,
  noConcept,
  scoreColumn,
  testColumn,
  type ConceptProfileBatch,
  type UnitMatchBatch,
} from '@intermodel/schemas';
import { isMatch, type MatchGate, type MatchRule } from '@intermodel/numerics';
import { buildBatch, checkBatch, column, InputError, Interner, readNumbers } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import type { Normalisation } from './normalisation.ts';
import { weighCounts } from './weigh-counts.ts';

/** Options of {@link profileModels}. */
export interface ProfileModelsOptions {
  /**
   * Score that a unit must pass to match its concept: IoU, 0..1, unless the matches were made by another.
   * @default 0.04 (Bau et al. 2017)
   */
  readonly gate?: number;
  /** By which comparison it must pass: the presets of 2017 have `>=`. @default '>' */
  readonly compareGate?: '>' | '>=';
  /** Score that the gate is one of; matches that were made by another are refused. @default 'iou' */
  readonly score?: string;
  /** Whether a match must pass the gate, be significant (q at most 0.05 in tested matches), or both. @default 'gate' */
  readonly match?: MatchRule;
  /** How counts become weights. @default 'per-category' (the paper) */
  readonly normalisation?: Normalisation;
  /**
   * Distinct concepts per category to divide by, for profiles that must be comparable with those of another table.
   * @default as many as any model of this table matches
   */
  readonly conceptsOfCategory?: Readonly<Record<string, number>>;
  /** Names of models whose matches do not count for that, such as untrained twins. @default none */
  readonly outside?: readonly string[];
}

/** Defaults of {@link profileModels}. */
export const profileModelsDefaults = {
  gate: 0.04,
  compareGate: '>',
  score: 'iou',
  match: 'gate',
  normalisation: 'per-category',
  outside: [],
} as const satisfies ProfileModelsOptions;

/**
 * Counts the matches of every model per concept: one batch when the source completes, with every model x every concept
 * that any model matches, sorted by model, category, concept.
 *
 * A unit matches when it has a concept (neither `-` nor empty) and its score is above the gate, or what else `match`
 * asks for. A concept is a (label, category) pair: the
 * same label in two categories is two concepts. Counts are integers, so neither batches nor order change the result.
 *
 * @throws InputError `SCORE_DIFFERS` for matches by another score than that of the gate, `TESTS_MISSING` for matches that
 * were not tested where they must be significant.
 * @example
 * readUnitTables(['units.csv']).pipe(profileModels({ normalisation: 'hellinger' }))
 */
export function profileModels(
  options: ProfileModelsOptions = {},
): OperatorFunction<UnitMatchBatch, ConceptProfileBatch> {
  const {
    gate = profileModelsDefaults.gate,
    compareGate = profileModelsDefaults.compareGate,
    score = profileModelsDefaults.score,
    match = profileModelsDefaults.match,
    normalisation = profileModelsDefaults.normalisation,
    conceptsOfCategory,
    outside = profileModelsDefaults.outside,
  } = options;
  return (matches) =>
    defer(() =>
      matches.pipe(
        map((batch) => checkBatch('profileModels', matchSchemaOf(batch), checkTests(checkScore(batch, score), match))),
        reduce((tally, batch) => tally.add(batch), new MatchTally({ gate, compareGate, match })),
        map((tally) => tally.toProfiles(normalisation, conceptsOfCategory, outside)),
      ),
    );
}

function checkScore(matches: UnitMatchBatch, wanted: string): UnitMatchBatch {
  const found = matchScoreOf(matches) ?? 'iou';
  if (found !== wanted)
    throw new InputError('SCORE_DIFFERS', `units were matched by ${found}, but the gate is one of ${wanted}`, {
      expected: `matches by ${wanted}`,
      hint: `Match by ${wanted}, as the embedding was made, or make one of matches by ${found}.`,
    });
  return matches;
}

function checkTests(matches: UnitMatchBatch, match: MatchRule): UnitMatchBatch {
  if (match === 'gate' || isTested(matches)) return matches;
  throw new InputError('TESTS_MISSING', 'matches that must be significant were not tested against chance', {
    expected: 'matches with columns p and q',
    hint: 'Dissect with --nulls 200, or count matches that pass the gate (--match gate).',
  });
}

/** Counts units and matches per model and concept; text is handled as codes. */
class MatchTally {
  readonly #gate: MatchGate;
  readonly #models = new Interner();
  readonly #labels = new Interner();
  readonly #categories = new Interner();
  /** Units of each model, by code. */
  readonly #units: number[] = [];
  /** Matches of each model by code, by code of the concept. */
  readonly #matches: Map<number, number>[] = [];
  /** Concept codes by label and category: `label + category * 2^26`. */
  readonly #conceptCodes = new Map<number, number>();
  readonly #concepts: { readonly concept: string; readonly category: string }[] = [];

  constructor(gate: MatchGate) {
    this.#gate = gate;
  }

  add(batch: UnitMatchBatch): this {
    const models = this.#models.column(column(batch, 'model')).codes;
    const labels = this.#labels.column(column(batch, 'concept')).codes;
    const categories = this.#categories.column(column(batch, 'category')).codes;
    const scores = readNumbers(scoreColumn(batch));
    const tests = testColumn(batch, 'q');
    const q = tests === undefined ? undefined : readNumbers(tests);
    const [none, empty] = [this.#labels.code(noConcept), this.#labels.code('')];
    for (let row = 0; row < batch.numRows; row++) {
      const model = models[row] as number;
      const counts = (this.#matches[model] ??= new Map<number, number>());
      this.#units[model] = (this.#units[model] ?? 0) + 1;
      const score = scores[row] as number;
      if (labels[row] === none || labels[row] === empty || !isMatch(score, q?.[row] ?? Number.NaN, this.#gate))
        continue;
      const concept = this.#concept(labels[row] as number, categories[row] as number);
      counts.set(concept, (counts.get(concept) ?? 0) + 1);
    }
    return this;
  }

  toProfiles(
    normalisation: Normalisation,
    fixedSizes?: Readonly<Record<string, number>>,
    outside: readonly string[] = [],
  ): ConceptProfileBatch {
    const concepts = this.#concepts
      .map((concept, code) => ({ ...concept, code }))
      .sort((a, b) => compareText(a.category, b.category) || compareText(a.concept, b.concept));
    const models = this.#models.values
      .map((model, code) => ({ model, code }))
      .sort((a, b) => compareText(a.model, b.model));
    const sizes = new Map<string, number>();
    const counting = this.#matches.filter((_, code) => !outside.includes(this.#models.values[code] ?? ''));
    for (const { category, code } of concepts)
      if (counting.some((counts) => counts.has(code))) sizes.set(category, (sizes.get(category) ?? 0) + 1);
    for (const [category, size] of Object.entries(fixedSizes ?? {})) sizes.set(category, size);

    const units = Int32Array.from(
      models.flatMap((model) => concepts.map(({ code }) => this.#matches[model.code]?.get(code) ?? 0)),
    );
    const weight = weighCounts(
      {
        counts: units,
        unitsOfModel: models.map(({ code }) => this.#units[code] ?? 0),
        matchesOfModel: models.map(({ code }) =>
          [...(this.#matches[code]?.values() ?? [])].reduce((sum, count) => sum + count, 0),
        ),
        conceptsOfCategory: concepts.map(({ category }) => sizes.get(category) ?? 1),
      },
      normalisation,
    );
    return buildBatch(conceptProfileSchema, {
      model: models.flatMap(({ model }) => concepts.map(() => model)),
      concept: models.flatMap(() => concepts.map(({ concept }) => concept)),
      category: models.flatMap(() => concepts.map(({ category }) => category)),
      units,
      weight,
    });
  }

  #concept(label: number, category: number): number {
    const key = label + category * 2 ** 26;
    let code = this.#conceptCodes.get(key);
    if (code === undefined) {
      code = this.#concepts.length;
      this.#conceptCodes.set(key, code);
      this.#concepts.push({
        concept: this.#labels.values[label] ?? '',
        category: this.#categories.values[category] ?? '',
      });
    }
    return code;
  }
}

/** Order by code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
