import { setImmediate } from 'node:timers/promises';
import {
  askClaims,
  checkClaims,
  drawUniverses,
  gatherEvidence,
  judgeClaims,
  rateChoices,
  readClaims,
  universeTable,
  type ConceptName,
  type ModelView,
  type UniverseChoices,
} from '@intermodel/claims';
import { familiesOf, relationDefaults, scoreColumns, type Correction } from '@intermodel/cross-task-analysis';
import {
  readFittedEmbedding,
  resampleUnits,
  resampleUnitsDefaults,
  type FittedEmbedding,
  type ProfileReplicates,
} from '@intermodel/embedding';
import type { ClaimTables, EmbeddingTables, RelationTables } from '@intermodel/outputs';
import {
  isTested,
  type ConceptRelationBatch,
  type ModelFamilyBatch,
  type TaskRelationBatch,
  type UnitMatchBatch,
} from '@intermodel/schemas';
import { column, readLists, readNumbers, readStrings } from '@intermodel/streams';
import { lastValueFrom, of } from 'rxjs';
import { ownClaims } from './own-claims.ts';
import { studyLevels, type UniverseLevels } from './study-levels.ts';
import { StudyModelView, type RelationTest, type StudyFacts } from './study-model-view.ts';
import { StudyViews } from './study-views.ts';

/** Choices of claims that are plain values. */
export interface ClaimChoices extends UniverseLevels {
  /** File of claims. @default those that follow from the study itself */
  readonly file?: string;
  /** Most universes, the study not among them. @default 200 */
  readonly universes?: number;
}

/** Options of {@link judgeStudy}. */
export interface JudgeStudyOptions {
  /** Matches of all units of all models. */
  readonly matches: readonly UnitMatchBatch[];
  /** The embedding of these models. */
  readonly embedding: Pick<EmbeddingTables, 'fit' | 'points' | 'profiles' | 'modelUnits'>;
  /** Its relations to scores. @default none */
  readonly relations?: RelationTables | undefined;
  /** What is claimed, and in which universes it is judged. */
  readonly claims: ClaimChoices;
  /** Replicates that were drawn already, such as those over images. @default over units, of the profiles */
  readonly drawn?: ProfileReplicates | undefined;
  /** Bootstrap replicates; 0: none. @default 200 */
  readonly replicates?: number;
  /** Correction that relations are tested by. @default 'benjamini-hochberg' */
  readonly correction?: Correction;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link ClaimChoices}. */
export const claimDefaults = { universes: 200 } as const satisfies ClaimChoices;

/**
 * Judges claims about the models of a study: as it was made, in replicates of its units, and in universes, which combine
 * other defensible choices from its units on. Every universe is computed by the stages that computed the study.
 *
 * @throws InputError `CLAIMS_SYNTAX`, `CLAIMS_SHAPE` for a file of claims, `CLAIM_UNKNOWN` for a claim about what the study
 *   does not have.
 */
export async function judgeStudy(options: JudgeStudyOptions): Promise<ClaimTables> {
  const {
    matches,
    embedding,
    relations,
    claims: { file, universes: most = claimDefaults.universes, ...levels },
    replicates: count = resampleUnitsDefaults.replicates,
    correction = relationDefaults.correction,
    seed = resampleUnitsDefaults.seed,
  } = options;
  const fit = readFittedEmbedding(embedding.fit);
  const facts = studyFacts(embedding, fit, relations);
  const own = studyChoices(matches, fit);
  const views = new StudyViews({ matches, score: fit.score, unitsOf: facts.unitsOf, seed });
  const viewOf = async (choices: UniverseChoices, test?: RelationTest): Promise<ModelView | undefined> => {
    const view = await views.view(choices);
    return view === undefined ? undefined : new StudyModelView(facts, view, choices, test);
  };
  const study = (await viewOf(
    own,
    relations === undefined ? undefined : relationTests(relations, correction),
  )) as ModelView;
  const replicateViews = async (): Promise<Iterable<ModelView>> => {
    if (count === 0) return [];
    const { profiles, modelUnits: units } = embedding;
    const replicates = options.drawn ?? resampleUnits({ profiles, units, replicates: count, seed });
    return mapped(await views.replicateViews(replicates, own), (view) => new StudyModelView(facts, view, own));
  };
  const read = file === undefined ? undefined : readClaims(file);
  if (read !== undefined) checkClaims(read, study, readStrings(column(embedding.modelUnits, 'model')));
  const claims = read?.claims ?? ownClaims(study, fit.clusterCount, relations?.relations);
  const evidence = gatherEvidence(claims, study, await replicateViews());
  const { universes } = drawUniverses({
    study: own,
    levels: studyLevels(levels, {
      study: own,
      families: familyMembers(fit.models, relations?.families),
      isTested: matches.every(isTested),
    }),
    universes: most + 1,
    seed,
  });
  const effects = await askClaims(
    claims,
    (async function* views() {
      for (const [universe, choices] of universes.entries()) {
        // Signals are heard between universes.
        await setImmediate();
        const view = universe === 0 ? study : await viewOf(choices);
        if (view !== undefined) yield [universe, view] as const;
      }
    })(),
  );
  const table = universeTable(universes);
  const choices = await lastValueFrom(of(effects).pipe(rateChoices({ universes: table })));
  return {
    claims: await lastValueFrom(of(effects).pipe(judgeClaims({ claims, evidence, choices }))),
    universes: table,
    universeEffects: effects,
    choices,
  };
}

/** What the study chose, from what its fit states. */
function studyChoices(matches: readonly UnitMatchBatch[], fit: FittedEmbedding): UniverseChoices {
  const embedded = new Set(fit.models);
  const all = new Set(matches.flatMap((batch) => readStrings(column(batch, 'model'))));
  return {
    gate: fit.gate,
    compareGate: fit.compareGate,
    match: fit.match,
    normalisation: fit.normalisation,
    dropFirstConcept: fit.leftOut.length > 0,
    leftOut: [...all].filter((model) => !embedded.has(model)).toSorted(),
    components: fit.components,
    clusters: fit.clusterCount,
    distance: 'profiles',
  };
}

function studyFacts(
  { points, modelUnits }: Pick<EmbeddingTables, 'points' | 'modelUnits'>,
  fit: FittedEmbedding,
  relations: RelationTables | undefined,
): StudyFacts {
  const models = readStrings(column(points, 'model'));
  const places = readLists(column(points, 'components'));
  const numbers = readNumbers(column(modelUnits, 'units'));
  const units = new Map(readStrings(column(modelUnits, 'model')).map((model, row) => [model, numbers[row] as number]));
  return {
    unitsOf: (model) => units.get(model) ?? 0,
    components: Array.from({ length: fit.components }, (_, component) => ({
      name: `pc${String(component + 1)}`,
      values: new Map(models.map((model, row) => [model, places[row * fit.components + component] as number])),
    })),
    scores: relations === undefined ? [] : scoreColumns([relations.scores]),
    families: relations?.families,
  };
}

/** Members of each family of embedded models. */
function familyMembers(models: readonly string[], families: ModelFamilyBatch | undefined): readonly string[][] {
  const { of, names } = familiesOf(models, families);
  return names.map((_, family) => models.filter((__, row) => of[row] === family));
}

/** p of each relation of the study, alone and corrected for its table. */
function relationTests({ relations, concepts }: RelationTables, correction: Correction): RelationTest {
  const predictors = readStrings(column(relations, 'predictor'));
  const [labels, categories] = [readStrings(column(concepts, 'concept')), readStrings(column(concepts, 'category'))];
  const tests = new Map([
    ...testsOf(relations, correction, (row) => predictors[row] as string),
    ...testsOf(concepts, correction, (row) => ({
      concept: labels[row] as string,
      category: categories[row] as string,
    })),
  ]);
  return (predictor, name) => tests.get(relationKey(predictor, name));
}

const correctedColumns = {
  'benjamini-hochberg': 'q',
  'benjamini-yekutieli': 'qBy',
  'max-t': 'pFamily',
} as const satisfies Record<Correction, string>;

function testsOf(
  batch: TaskRelationBatch | ConceptRelationBatch,
  correction: Correction,
  predictorOf: (row: number) => string | ConceptName,
): (readonly [string, NonNullable<ReturnType<RelationTest>>])[] {
  const p = readNumbers(column(batch as TaskRelationBatch, 'p'));
  const corrected = readNumbers(column(batch as TaskRelationBatch, correctedColumns[correction]));
  return readStrings(column(batch as TaskRelationBatch, 'column')).map((name, row) => [
    relationKey(predictorOf(row), name),
    { p: p[row] as number, corrected: corrected[row] as number },
  ]);
}

function relationKey(predictor: string | ConceptName, name: string): string {
  return JSON.stringify([typeof predictor === 'string' ? predictor : [predictor.category, predictor.concept], name]);
}

function* mapped<From, To>(values: Iterable<From>, map: (value: From) => To): Iterable<To> {
  for (const value of values) yield map(value);
}
