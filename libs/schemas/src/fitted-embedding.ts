import { Field, FixedSizeList, Float64, Utf8, type Schema } from 'apache-arrow';
import { wireSchema, type WireBatch } from './wire-table.ts';

/** Types of the columns of `FittedEmbedding`. */
export type FittedEmbeddingColumns = {
  readonly concept: Utf8;
  readonly category: Utf8;
  readonly mean: Float64;
  readonly loadings: FixedSizeList<Float64>;
  readonly centroids: FixedSizeList<Float64>;
};

/** A fitted embedding, as one batch. */
export type FittedEmbeddingBatch = WireBatch<FittedEmbeddingColumns>;

/** What a fitted embedding says of itself beside its columns. */
export interface FittedEmbeddingFacts {
  /** Sample variance (n - 1) of each component. */
  readonly variance: readonly number[];
  /** Share of each component in the total variance, 0..1. */
  readonly ratio: readonly number[];
  /** Components after those of the embedding, which only tell how much is left: their variances and shares. */
  readonly remaining?: { readonly variance: readonly number[]; readonly ratio: readonly number[] };
  /** Models that were fitted, in the order of `clusters`. */
  readonly models: readonly string[];
  /** Category of models of each fitted model, counted from 0. */
  readonly clusters: readonly number[];
  /** Normalisation of the profiles. */
  readonly normalisation: string;
  /** Score that a unit must pass to match. */
  readonly gate: number;
  /** By which comparison it must pass. */
  readonly compareGate: '>' | '>=';
  /** Name of that score. */
  readonly score: string;
  /** What made a match: passing the gate, being significant, or both. */
  readonly match: string;
  /** Distinct concepts that were matched by any model, per concept category. */
  readonly conceptsOfCategory: Readonly<Record<string, number>>;
  /** Concepts left out of the fit on purpose, as [category, concept]. */
  readonly leftOut: readonly (readonly [string, string])[];
}

/**
 * Schema of `FittedEmbedding`, one row a concept: its mean weight, its loading in each component, and its weight in the
 * centre of each category of models. With it a new model is placed without changing the embedding.
 */
export function fittedEmbeddingSchema(facts: FittedEmbeddingFacts): Schema<FittedEmbeddingColumns> {
  const clusters = facts.clusters.reduce((count, cluster) => Math.max(count, cluster + 1), 0);
  return wireSchema<FittedEmbeddingColumns>(
    'FittedEmbedding',
    1,
    {
      concept: new Utf8(),
      category: new Utf8(),
      mean: new Float64(),
      loadings: new FixedSizeList(facts.variance.length, new Field('loading', new Float64(), false)),
      centroids: new FixedSizeList(clusters, new Field('weight', new Float64(), false)),
    },
    { metadata: { facts: JSON.stringify(Object.fromEntries(Object.entries(facts).flatMap(statedFact))) } },
  );
}

/** A fact as it is stored: what the first embeddings did not know of is left out where they had no choice. */
function statedFact([name, value]: [name: string, value: unknown]): [string, unknown][] {
  if (name === 'compareGate') return value === '>=' ? [['inclusive', true]] : [];
  if (name === 'score') return value === 'iou' ? [] : [[name, value]];
  if (name === 'match') return value === 'gate' ? [] : [[name, value]];
  return [[name, value]];
}

/**
 * What a fitted embedding's schema says of itself, or undefined where it is another schema, or says what none of ours
 * would.
 */
export function fittedEmbeddingFacts(schema: Schema): FittedEmbeddingFacts | undefined {
  const text = schema.metadata.get('facts');
  if (text === undefined) return undefined;
  try {
    const facts: unknown = JSON.parse(text);
    if (!isStoredFacts(facts)) return undefined;
    const { inclusive = false, score = 'iou', match = 'gate', ...others } = facts;
    return { ...others, compareGate: inclusive ? '>=' : '>', score, match };
  } catch {
    return undefined;
  }
}

/** Facts as they are stored. */
type StoredFacts = Omit<FittedEmbeddingFacts, 'compareGate' | 'score' | 'match'> & {
  /** Whether a score that just reaches the gate matches too. */
  readonly inclusive?: boolean;
  /** Name of the score, where it is not IoU. */
  readonly score?: string;
  /** What made a match, where it was not the gate alone. */
  readonly match?: string;
};

function isStoredFacts(value: unknown): value is StoredFacts {
  if (!isRecord(value)) return false;
  const {
    variance,
    ratio,
    remaining,
    models,
    clusters,
    normalisation,
    gate,
    inclusive,
    score,
    match,
    conceptsOfCategory,
    leftOut,
  } = value;
  if (
    !isList(variance, isNumber) ||
    !isList(ratio, isNumber) ||
    variance.length === 0 ||
    variance.length !== ratio.length
  )
    return false;
  if (
    remaining !== undefined &&
    !(isRecord(remaining) && isList(remaining['variance'], isNumber) && isList(remaining['ratio'], isNumber))
  )
    return false;
  if (
    !isList(models, isText) ||
    !isList(clusters, isNumber) ||
    models.length !== clusters.length ||
    new Set(models).size !== models.length
  )
    return false;
  if (!clusters.every((cluster) => Number.isInteger(cluster) && cluster >= 0 && cluster < models.length)) return false;
  if (
    !isText(normalisation) ||
    !isNumber(gate) ||
    (inclusive !== undefined && typeof inclusive !== 'boolean') ||
    (score !== undefined && !isText(score)) ||
    (match !== undefined && !isText(match)) ||
    !isRecord(conceptsOfCategory) ||
    !Object.values(conceptsOfCategory).every(isNumber)
  )
    return false;
  return isList(leftOut, (pair): pair is [string, string] => isList(pair, isText) && pair.length === 2);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
