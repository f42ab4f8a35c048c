import { checkFiles } from '@intermodel/data-loading';
import {
  checkNormalisation,
  componentVariance,
  conceptLoadings,
  embedModels,
  profileModels,
  readFittedEmbedding,
  summariseProfiles,
} from '@intermodel/embedding';
import {
  type EmbeddingTables,
  readEmbeddingFolder,
  type RelationTables,
  studyFiles,
  type StudyTables,
  tablesOfFiles,
} from '@intermodel/outputs';
import type { ConceptProfileBatch, UnitMatchBatch } from '@intermodel/schemas';
import type { FileHashes, StepDescription, StudySteps } from '@intermodel/steps';
import { arrowFileBytes, readArrowBytes } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import type { RecordBatch } from 'apache-arrow';
import { concatMap, from, lastValueFrom, map, of, type Observable } from 'rxjs';
import { embedProfiles } from '../embed-units.ts';
import { relateScoreFiles } from '../relate-scores.ts';
import type { TableSteps } from './table-steps.ts';

/** What {@link studyTables} works with. */
export interface StudyTablesContext {
  /** The study. */
  readonly study: Study;
  /** Stored steps. */
  readonly steps: StudySteps;
  /** Descriptions of the steps. */
  readonly describe: TableSteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
}

/**
 * Gives the tables over the models of a study, from the store or from their unit matches: profiles and summaries, the
 * embedding if there is one (fitted, or an earlier one in which the models are placed), and relations if there are
 * scores. Where no unit of any model matches, there is nothing to embed, and profiles and summaries are all.
 */
export async function studyTables(
  { study, steps, describe, hashes }: StudyTablesContext,
  matches: readonly UnitMatchBatch[],
): Promise<StudyTables> {
  const stored = async <Tables extends StudyFileTables>(
    step: StepDescription,
    compute: () => Promise<Tables>,
  ): Promise<Tables> => {
    const result = await steps.run({
      ...step,
      compute: async () => {
        const tables = await compute();
        await checkFiles(describe.files, hashes);
        return Object.fromEntries(
          Object.entries(studyFiles(tables)).map(([name, batch]) => [name, arrowFileBytes(batch.schema, [batch])]),
        );
      },
    });
    // Fresh tables too are read back, so that they are written in the same form as stored ones.
    const batches: Record<string, RecordBatch> = {};
    for (const { name } of result.record.parts)
      batches[name] = readArrowBytes(await result.read(name), `${name} of a stored step`).batches[0] as RecordBatch;
    return tablesOfFiles(batches) as Tables;
  };
  const profiled = await stored(describe.profiles, () => profileTables(study, from(matches)));
  if (describe.embedding === undefined || (study.embedding?.frozen === undefined && profiled.profiles.numRows === 0))
    return profiled;
  const embedded = await stored(describe.embedding, () => embeddingTables(study, profiled.profiles));
  if (describe.relations === undefined) return { ...profiled, ...embedded };
  return {
    ...profiled,
    ...embedded,
    ...(await stored(describe.relations, () => relationTables(study, { ...profiled, ...embedded }))),
  };
}

type StudyFileTables = Partial<EmbeddingTables & RelationTables>;

type ProfileTables = Pick<EmbeddingTables, 'profiles' | 'summaries'>;

/** An earlier embedding has neither qualities nor traits of its categories. */
type EmbeddedTables = Omit<EmbeddingTables, keyof ProfileTables | 'clusters' | 'traits'> &
  Partial<Pick<EmbeddingTables, 'clusters' | 'traits'>>;

function profileTables({ embedding, matching }: Study, matches: Observable<UnitMatchBatch>): Promise<ProfileTables> {
  const profiled =
    embedding?.frozen === undefined ? profileModels(embedding ?? matching) : profileFor(embedding.frozen);
  return lastValueFrom(matches.pipe(profiled, concatSummaries));
}

/** Adds the summaries of profiles. */
function concatSummaries(profiles: Observable<ConceptProfileBatch>): Observable<ProfileTables> {
  return profiles.pipe(
    concatMap((batch) =>
      of(batch).pipe(
        summariseProfiles(),
        map((summaries) => ({ profiles: batch, summaries })),
      ),
    ),
  );
}

/** Profiles that fit an earlier embedding. */
function profileFor(frozen: string): ReturnType<typeof profileModels> {
  const fitted = readFittedEmbedding(readEmbeddingFolder(frozen).fit);
  return profileModels({ ...fitted, normalisation: checkNormalisation(fitted.normalisation) });
}

async function embeddingTables({ embedding, seed }: Study, profiles: ConceptProfileBatch): Promise<EmbeddedTables> {
  if (embedding?.frozen === undefined) {
    const {
      profiles: _profiles,
      summaries: _summaries,
      ...tables
    } = await lastValueFrom(of(profiles).pipe(embedProfiles({ ...embedding, seed })));
    return tables;
  }
  const { fit } = readEmbeddingFolder(embedding.frozen);
  const points = await lastValueFrom(of(profiles).pipe(embedModels({ embedding: fit })));
  return { embeddedProfiles: profiles, fit, points, loadings: conceptLoadings(fit), variance: componentVariance(fit) };
}

function relationTables(
  { relations, ...study }: Study,
  embedded: ProfileTables & EmbeddedTables,
): Promise<RelationTables> {
  return relateScoreFiles({ ...study, ...relations, ...embedded });
}
