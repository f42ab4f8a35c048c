import {
  checkNormalisation,
  componentVariance,
  conceptLoadings,
  countUnits,
  embedModels,
  profileModels,
  profileModelsDefaults,
  readFittedEmbedding,
  selectModels,
  summariseProfiles,
  type ProfileModelsOptions,
  type ProfileReplicates,
} from '@intermodel/embedding';
import {
  type ClaimTables,
  type EmbeddingTables,
  readEmbeddingFolder,
  type RelationTables,
  studyFiles,
  tablesOfFiles,
  type UncertaintyTables,
} from '@intermodel/outputs';
import { isTested, type ConceptProfileBatch, type TaskScoreBatch, type UnitMatchBatch } from '@intermodel/schemas';
import type { MatchGate } from '@intermodel/numerics';
import { countSurvivors } from '@intermodel/significance';
import { arrowFileBytes, readArrowBytes } from '@intermodel/streams';
import { gateOf, type Study } from '@intermodel/studies';
import type { RecordBatch } from 'apache-arrow';
import { concatMap, connect, filter, forkJoin, identity, lastValueFrom, map, of, type Observable } from 'rxjs';
import { bootstrapTables, type BootstrapTables } from '../bootstrap-tables.ts';
import { compareTwins, twinsOf } from '../twins/compare-twins.ts';
import { embedProfiles } from '../embed-units.ts';
import { judgeStudy } from '../multiverse/judge-study.ts';
import { relateScoreFiles } from '../relate-scores.ts';

/** Part of a step that stands for tables that there are none of. */
export const noTables = 'none';

/** Tables as the parts of a step: the bytes of their files. */
export function tableParts(tables: StudyFileTables | undefined): Record<string, Uint8Array> {
  if (tables === undefined) return { [noTables]: new Uint8Array() };
  return Object.fromEntries(
    Object.entries(studyFiles(tables)).map(([name, batch]) => [name, arrowFileBytes(batch.schema, [batch])]),
  );
}

/** Tables of the parts of a step. */
export function tablesOfParts(parts: Readonly<Record<string, Uint8Array>>): StudyFileTables | undefined {
  if (parts[noTables] !== undefined) return undefined;
  const batches = Object.entries(parts).map(([name, bytes]): [string, RecordBatch] => [
    name,
    readArrowBytes(bytes, `${name} of a stored step`).batches[0] as RecordBatch,
  ]);
  return tablesOfFiles(Object.fromEntries(batches));
}

/** Some tables of a study. */
export type StudyFileTables = Partial<EmbeddingTables & UncertaintyTables & RelationTables & ClaimTables>;

/** Profiles with their summaries, the units of their models, and how many matches are better than chance. */
export type ProfileTables = Pick<EmbeddingTables, 'profiles' | 'summaries' | 'modelUnits' | 'significance' | 'twins'>;

/** Tables of an embedding; an earlier one has neither qualities nor traits of its categories. */
export type EmbeddedTables = Omit<EmbeddingTables, keyof ProfileTables | 'clusters' | 'traits'> &
  Partial<Pick<EmbeddingTables, 'clusters' | 'traits'>>;

/** Profiles of the models of a study, of their matches. */
export function profileTables(study: Study, matches: Observable<UnitMatchBatch>): Promise<ProfileTables> {
  const profiled = profileModels(profileChoices(study));
  const gate = gateOf(study);
  return lastValueFrom(
    matches.pipe(
      connect((shared) =>
        forkJoin({
          profiles: shared.pipe(profiled),
          modelUnits: shared.pipe(countUnits()),
          significance: shared.pipe(filter(isTested), countSurvivors({ gate })),
        }),
      ),
      concatMap(({ profiles, modelUnits, significance }) =>
        of(profiles).pipe(
          summariseProfiles(),
          map((summaries) => ({
            ...{ profiles, summaries, modelUnits },
            ...(twinsOf(study).length === 0 ? {} : { twins: compareTwins(twinsOf(study), summaries, modelUnits) }),
            ...(significance.numRows === 0 ? {} : { significance }),
          })),
        ),
      ),
    ),
  );
}

/**
 * How sure the profiles of a study are, and the embedding that was fitted to them; models in an earlier embedding have
 * no clouds, since it stays as it is. Undefined without replicates or matches.

 * Replicates are those over images where they are given, else over units.
 */
export function uncertaintyTables(
  { embedding, resampling, seed }: Study,
  { profiles, modelUnits }: ProfileTables,
  embedded: EmbeddedTables | undefined,
  drawn?: ProfileReplicates,
): Promise<BootstrapTables | undefined> {
  const fit = embedding?.frozen === undefined ? embedded?.fit : undefined;
  return lastValueFrom(bootstrapTables({ profiles, modelUnits, fit, drawn, ...resampling, seed }));
}

/** What makes a match in the profiles of a study. */
export function profileGate(study: Study): MatchGate {
  const { gate, compareGate, match } = { ...profileModelsDefaults, ...profileChoices(study) };
  return { gate, compareGate, match };
}

/** How the profiles of a study are made: as those of an earlier embedding, where models are placed in one. */
function profileChoices(study: Study): ProfileModelsOptions {
  const { embedding } = study;
  if (embedding?.frozen === undefined)
    return { ...(embedding ?? gateOf(study)), outside: twinsOf(study).map(({ name }) => name) };
  const fitted = readFittedEmbedding(readEmbeddingFolder(embedding.frozen).fit);
  return { ...fitted, normalisation: checkNormalisation(fitted.normalisation) };
}

/**
 * The embedding of the models of a study, fitted or an earlier one in which they are placed; undefined where no unit of
 * any model matches, so that there is nothing to embed.
 */
export async function embeddingTables(
  { embedding, resampling, seed, models }: Study,
  profiles: ConceptProfileBatch,
): Promise<EmbeddedTables | undefined> {
  const exclude = twinsOf({ models }).map(({ name }) => name);
  if (embedding?.frozen === undefined && profiles.numRows === 0) return undefined;
  if (embedding?.frozen === undefined) {
    // Untrained twins leave no trace in it.
    const trained = of(profiles).pipe(exclude.length === 0 ? identity : selectModels({ exclude, dropUnmatched: true }));
    const {
      profiles: _profiles,
      summaries: _summaries,
      ...tables
    } = await lastValueFrom(trained.pipe(embedProfiles({ ...embedding, ...resampling, seed })));
    return tables;
  }
  const { fit } = readEmbeddingFolder(embedding.frozen);
  const points = await lastValueFrom(of(profiles).pipe(embedModels({ embedding: fit })));
  return { embeddedProfiles: profiles, fit, points, loadings: conceptLoadings(fit), variance: componentVariance(fit) };
}

/** How the embedding of a study is related to its scores: those in files, and those that were measured on its tasks. */
export function relationTables(
  { relations, ...study }: Study,
  embedded: ProfileTables & EmbeddedTables,
  probed?: TaskScoreBatch,
): Promise<RelationTables> {
  return relateScoreFiles({ ...study, ...relations, ...embedded, ...(probed === undefined ? {} : { probed }) });
}

/** Verdicts on the claims of a study; undefined where nothing is embedded, or no claims are judged. */
export async function claimTables(
  { claims, models, resampling, relations: { correction }, seed }: Study,
  matches: readonly UnitMatchBatch[],
  embedding: ProfileTables & EmbeddedTables,
  relations: RelationTables | undefined,
  drawn: ProfileReplicates | undefined,
): Promise<ClaimTables | undefined> {
  if (claims === undefined) return undefined;
  const twins = new Set(twinsOf({ models }).map(({ name }) => name));
  // Untrained twins leave no trace in the embedding, nor in what is said of it.
  const trained = matches.filter((batch) => !twins.has(batch.get(0)?.model ?? ''));
  return judgeStudy({ matches: trained, embedding, relations, claims, drawn, ...resampling, correction, seed });
}
