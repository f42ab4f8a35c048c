import {
  conceptLoadings,
  countUnits,
  describeCategories,
  embeddingPresets,
  embedModels,
  fitEmbedding,
  profileModels,
  readFittedEmbedding,
  rateClusters,
  resampledModels,
  resampleUnitsDefaults,
  selectModels,
  summariseProfiles,
  testComponents,
  type EmbeddingPreset,
} from '@intermodel/embedding';
import type { MatchRule } from '@intermodel/numerics';
import type { EmbeddingTables, UncertaintyTables } from '@intermodel/outputs';
import type { ConceptProfileBatch, UnitMatchBatch } from '@intermodel/schemas';
import { column, InputError, readStrings, suggestName } from '@intermodel/streams';
import { concatMap, connect, forkJoin, map, of, type Observable, type OperatorFunction } from 'rxjs';
import { bootstrapTables } from './bootstrap-tables.ts';

/** Options of {@link embedUnits}: a preset's choices, each of which can be changed. */
export interface EmbedUnitsOptions extends Partial<EmbeddingPreset> {
  /** By which comparison a score must pass the gate. @default '>' */
  readonly compareGate?: '>' | '>=';
  /** Score that the gate is one of. @default 'iou' */
  readonly score?: string;
  /** What makes a match. @default 'gate' */
  readonly match?: MatchRule;
  /** Bootstrap replicates, and permutations that components are tested by; 0 leaves both out. @default 200 */
  readonly replicates?: number;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/** Tables of {@link embedProfiles}: of units only their matches are known. */
export type EmbeddedProfileTables = Omit<EmbeddingTables, 'modelUnits'>;

/**
 * Goes from unit matches through profiles, embedding and categories to their tables, with intervals and clouds by the
 * bootstrap over units: one emission when the source completes. Models of `exclude` count for the columns of the profiles, and are left out of the fit.
 *
 * @throws InputError from the stages, such as `MODEL_UNKNOWN`, `TOO_FEW_MODELS`, `PROFILE_EMPTY`.
 * @example
 * readUnitTables(['units.csv']).pipe(embedUnits({ components: 2 }))
 */
export function embedUnits(
  options: EmbedUnitsOptions = {},
): OperatorFunction<UnitMatchBatch, EmbeddingTables & Partial<UncertaintyTables>> {
  return (matches) =>
    matches.pipe(
      connect((shared) =>
        forkJoin({
          embedded: shared.pipe(profileModels({ ...embeddingPresets.default, ...options }), embedProfiles(options)),
          modelUnits: shared.pipe(countUnits()),
        }),
      ),
      concatMap(({ embedded, modelUnits }) =>
        bootstrapTables({ ...embedded, ...options, modelUnits }).pipe(
          map((uncertainty) => ({ ...embedded, modelUnits, ...uncertainty })),
        ),
      ),
    );
}

/**
 * Goes from the profiles of models to embedding and categories, as {@link embedUnits} does once it has them.
 *
 * @throws InputError from the stages, such as `MODEL_UNKNOWN`, `TOO_FEW_MODELS`, `PROFILE_EMPTY`.
 */
export function embedProfiles(
  options: EmbedUnitsOptions = {},
): OperatorFunction<ConceptProfileBatch, EmbeddedProfileTables> {
  const choices = {
    ...embeddingPresets.default,
    ...resampleUnitsDefaults,
    ...options,
  };
  const { exclude, dropFirstConcept } = choices;
  return (source) =>
    source.pipe(
      concatMap((profiles) => {
        checkExcluded(exclude, profiles);
        const conceptsOfCategory = countConcepts(profiles);
        const first = firstConcept(profiles);
        const leftOut = dropFirstConcept && first !== undefined ? [first] : [];
        return of(profiles).pipe(
          selectModels({ exclude, dropFirstConcept }),
          concatMap((embeddedProfiles) =>
            of(embeddedProfiles).pipe(
              fitEmbedding({ ...choices, conceptsOfCategory, leftOut }),
              concatMap((fit) => derivedTables(profiles, embeddedProfiles, choices, fit)),
            ),
          ),
        );
      }),
    );
}

function derivedTables(
  profiles: ConceptProfileBatch,
  embeddedProfiles: ConceptProfileBatch,
  { seed, replicates }: { readonly seed: number; readonly replicates: number },
  fit: EmbeddingTables['fit'],
): Observable<EmbeddedProfileTables> {
  const permutations = readFittedEmbedding(fit).models.length > resampledModels ? 0 : replicates;
  return forkJoin({
    summaries: of(profiles).pipe(summariseProfiles()),
    points: of(embeddedProfiles).pipe(embedModels({ embedding: fit })),
    clusters: of(embeddedProfiles).pipe(rateClusters({ seed })),
    variance: of(embeddedProfiles).pipe(testComponents({ embedding: fit, permutations, seed })),
    traits: of(embeddedProfiles).pipe(describeCategories({ embedding: fit })),
  }).pipe(
    map((tables) => ({
      ...tables,
      profiles,
      embeddedProfiles,
      fit,
      loadings: conceptLoadings(fit),
    })),
  );
}

function checkExcluded(exclude: readonly string[], profiles: ConceptProfileBatch): void {
  const models = [...new Set(readStrings(column(profiles, 'model')))];
  // Where nothing matches there are no models at all, which the fit says better.
  const unknown = models.length === 0 ? undefined : exclude.find((name) => !models.includes(name));
  if (unknown !== undefined)
    throw new InputError('MODEL_UNKNOWN', `there is no model "${unknown}" to exclude`, {
      hint: `${suggestName(unknown, models)} Correct \`embedding.exclude\`.`,
    });
}

function countConcepts(profiles: ConceptProfileBatch): Record<string, number> {
  const concepts = readStrings(column(profiles, 'concept'));
  const categories = readStrings(column(profiles, 'category'));
  const distinct = new Map<string, Set<string>>();
  concepts.forEach((concept, row) => {
    const category = categories[row] as string;
    distinct.set(category, (distinct.get(category) ?? new Set<string>()).add(concept));
  });
  return Object.fromEntries([...distinct].map(([category, labels]) => [category, labels.size]));
}

function firstConcept(profiles: ConceptProfileBatch) {
  const first = profiles.get(0);
  return first === null ? undefined : { concept: first.concept, category: first.category };
}
