import type { StudyRecord } from '@intermodel/outputs';
import type { DissectedLayer, LayerSurvival } from './dissect/dissect-events.ts';
import type { EmbeddedStudy } from './embed-study.ts';
import type { StudyRun } from './run/run-study.ts';

type Tables = StudyRun['tables'];
type RelationRow = ReturnType<NonNullable<Tables['relations']>['toArray']>[number];
type ClaimRow = ReturnType<NonNullable<Tables['claims']>['toArray']>[number];
type PowerRow = ReturnType<NonNullable<Tables['power']>['toArray']>[number];

/** What relations of so many models can show at all. */
export type PowerSummary = Pick<
  PowerRow,
  'n' | 'relations' | 'tests' | 'pFloor' | 'criticalOne' | 'criticalAll' | 'statement'
>;

/** A claim with its verdict. */
export type JudgedClaimSummary = Pick<
  ClaimRow,
  | 'claim'
  | 'statement'
  | 'source'
  | 'verdict'
  | 'effect'
  | 'q'
  | 'replicateShare'
  | 'universes'
  | 'universeShare'
  | 'sentence'
>;

/** The rule by which relations are supported, and which of them so few models can show. */
export interface RelationRules {
  /** What a relation must meet. */
  readonly rule: string;
  /** What relations of so many models can show, those of the most models first. */
  readonly power: readonly PowerSummary[];
}

/** What was found in a layer: its name, the images that were used, and counts of its units. */
export type LayerSummary = Pick<DissectedLayer, 'layer' | 'images'> &
  DissectedLayer['summary'] &
  Partial<LayerSurvival>;

/** What the intervals of a study come from. */
export interface IntervalSource {
  /** What was drawn with replacement: images or units. */
  readonly over: string;
  /** How often. */
  readonly replicates: number;
}

/** A model where its embedding has it. */
export interface EmbeddedModel {
  /** Name of the model. */
  readonly model: string;
  /** Its place, a number for each component. */
  readonly components: readonly (number | null)[];
  /** Category of models that it is in; null for one that was not embedded. */
  readonly cluster: number | null;
}

/** What came of an embedding, as plain values. */
export interface EmbeddingSummary {
  /** Options after presets and defaults. */
  readonly options: StudyRecord['options'];
  /** Variance of each component, and its share of all. */
  readonly variance: readonly { readonly component: number; readonly variance: number; readonly ratio: number }[];
  /** Models of the embedding. */
  readonly models: readonly EmbeddedModel[];
  /** What intervals come from, if there are any. */
  readonly intervals?: IntervalSource;
  /** Relations to scores, if there are scores: how many were tested, and those that are supported. */
  readonly relations?: RelationRules & {
    readonly tested: number;
    readonly supported: readonly Pick<RelationRow, 'predictor' | 'column' | 'n' | 'pearson' | 'q'>[];
  };
  /** Claims with their verdicts, if any were judged. */
  readonly claims?: readonly JudgedClaimSummary[];
  /** Things that a reader should know. */
  readonly warnings: StudyRecord['warnings'];
}

/** Matching units of a model and of its untrained twin. */
export type TwinSummary = Pick<
  NonNullable<ReturnType<NonNullable<Tables['twins']>['get']>>,
  'model' | 'units' | 'matches' | 'twin' | 'twinUnits' | 'twinMatches'
>;

/** What came of a run, as plain values. */
export interface RunSummary {
  /** Models with what was found in each of their layers. */
  readonly models: readonly { readonly model: string; readonly layers: readonly LayerSummary[] }[];
  /** Matching units of models and of their untrained twins, if there are twins. */
  readonly twins?: readonly TwinSummary[];
  /** Models of the embedding, if there is one. */
  readonly embedding?: readonly EmbeddedModel[];
  /** What intervals come from, if there are any. */
  readonly intervals?: IntervalSource;
  /** Relations to scores, if there are scores: how many were tested, and how many are supported. */
  readonly relations?: RelationRules & { readonly tested: number; readonly supported: number };
  /** Claims with their verdicts, if any were judged. */
  readonly claims?: readonly JudgedClaimSummary[];
  /** Things that a reader should know. */
  readonly warnings: StudyRecord['warnings'];
}

/** What came of an embedding, as plain values for programs: models, categories and the relations that are supported. */
export function summariseEmbedding({ tables, record }: EmbeddedStudy): EmbeddingSummary {
  const relations = tables.relations?.toArray();
  const supported = relations
    ?.filter((relation) => relation.supported)
    .map(({ predictor, column, n, pearson, q }) => ({ predictor, column, n, pearson, q }));
  return {
    options: record.options,
    variance: tables.variance.toArray().map(({ component, variance, ratio }) => ({ component, variance, ratio })),
    models: modelsOf(tables) ?? [],
    ...intervalsOf(tables),
    ...(relations === undefined
      ? {}
      : { relations: { tested: relations.length, supported: supported ?? [], ...relationRules(tables) } }),
    ...claimsOf(tables),
    warnings: record.warnings,
  };
}

/** What came of a run, likewise: what each model's units match, and the embedding and relations if there are any. */
export function summariseRun({ tables, record, models }: Pick<StudyRun, 'tables' | 'record' | 'models'>): RunSummary {
  const embedding = modelsOf(tables);
  const relations = tables.relations?.toArray();
  return {
    models: models.map(({ model, layers }) => ({
      model: model.name,
      layers: layers.map(({ layer, images, summary, survival }) => ({ layer, images, ...summary, ...survival })),
    })),
    ...(tables.twins === undefined
      ? {}
      : {
          twins: tables.twins.toArray().map(({ model, units, matches, twin, twinUnits, twinMatches }) => ({
            ...{ model, units, matches, twin, twinUnits, twinMatches },
          })),
        }),
    ...(embedding === undefined ? {} : { embedding }),
    ...intervalsOf(tables),
    ...(relations === undefined
      ? {}
      : {
          relations: {
            tested: relations.length,
            supported: relations.filter(({ supported }) => supported).length,
            ...relationRules(tables),
          },
        }),
    ...claimsOf(tables),
    warnings: record.warnings,
  };
}

/** The rule of relations and what they can show, of their table of power. */
export function relationRules({ power }: Pick<Tables, 'power'>): RelationRules {
  const rows = power?.toArray().filter(({ table }) => table === 'relations') ?? [];
  return {
    rule: rows[0]?.rule ?? '',
    power: rows.map(({ n, relations, tests, pFloor, criticalOne, criticalAll, statement }) => ({
      ...{ n, relations, tests, pFloor, criticalOne, criticalAll, statement },
    })),
  };
}

function claimsOf({ claims }: Pick<Tables, 'claims'>): { readonly claims?: readonly JudgedClaimSummary[] } {
  if (claims === undefined) return {};
  return {
    claims: claims.toArray().map((row) => ({
      ...{ claim: row.claim, statement: row.statement, source: row.source, verdict: row.verdict },
      ...{ effect: row.effect, q: row.q, replicateShare: row.replicateShare },
      ...{ universes: row.universes, universeShare: row.universeShare, sentence: row.sentence },
    })),
  };
}

function intervalsOf({ summaryIntervals }: Pick<Tables, 'summaryIntervals'>): {
  readonly intervals?: IntervalSource;
} {
  const first = summaryIntervals?.get(0);
  return first ? { intervals: { over: first.over, replicates: first.replicates } } : {};
}

function modelsOf({ points }: Pick<Tables, 'points'>): EmbeddedModel[] | undefined {
  return points?.toArray().map(({ model, components, cluster }) => ({ model, components: [...components], cluster }));
}
