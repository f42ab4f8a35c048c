import { readScoreColumns, readScoreTables } from '@intermodel/data-loading';
import { checkNormalisation, componentVariance, conceptLoadings, embedModels, profileModels, readFittedEmbedding, summariseProfiles } from '@intermodel/embedding';
import type { UnitMatchBatch } from '@intermodel/schemas';
import { concatMap, forkJoin, lastValueFrom, map, of, type Observable } from 'rxjs';
import { embedUnits } from '../embed-units.ts';
import { readEmbeddingFolder } from '../embedding-folder.ts';
import { relateScores } from '../relate-scores.ts';
import type { Study } from '../study-file/study.ts';
import type { EmbeddingTables } from '../study-tables.ts';
import type { StudyTables } from '../write-study.ts';

/**
 * Makes the tables over the models of a study from their unit matches: profiles and summaries, the embedding if there is
 * one (fitted, or an earlier one in which the models are placed), and relations if there are scores. Where no unit of any
 * model matches, there is nothing to embed, and profiles and summaries are all.
 */
export async function studyTables(study: Study, matches: Observable<UnitMatchBatch>): Promise<StudyTables> {
  const { embedding, matching, scores, seed, relations } = study;
  const inclusive = matching.compareIou === '>=';
  const profiled = await lastValueFrom(matches.pipe(profileModels({ gate: matching.minimumIou, inclusive }), concatMap((profiles) => of(profiles).pipe(summariseProfiles(), map((summaries) => ({ profiles, summaries }))))));
  if (embedding === undefined || (embedding.frozen === undefined && profiled.profiles.numRows === 0)) return profiled;
  const embedded = embedding.frozen === undefined ? await lastValueFrom(matches.pipe(embedUnits({ ...embedding, inclusive, seed }))) : await placeMatches(embedding.frozen, inclusive, matches);
  if (scores.length === 0) return embedded;
  const scoreColumns = study.scoreColumns === undefined ? {} : { scoreColumns: await readScoreColumns(study.scoreColumns) };
  const read = readScoreTables(scores, { modelNames: study.modelNames, ...scoreColumns });
  return { ...embedded, ...(await lastValueFrom(read.pipe(relateScores({ ...embedded, seed, permutations: relations.permutations })))) };
}

type PlacedTables = Omit<EmbeddingTables, 'clusters' | 'traits'>;

/** Points of the study's models in an earlier embedding, which is not changed. */
function placeMatches(frozen: string, inclusive: boolean, matches: Observable<UnitMatchBatch>): Promise<PlacedTables> {
  const { fit } = readEmbeddingFolder(frozen);
  const { gate, normalisation, conceptsOfCategory } = readFittedEmbedding(fit);
  const placed = matches.pipe(
    profileModels({ gate, inclusive, normalisation: checkNormalisation(normalisation), conceptsOfCategory }),
    concatMap((profiles) =>
      forkJoin({
        profiles: of(profiles),
        embeddedProfiles: of(profiles),
        summaries: of(profiles).pipe(summariseProfiles()),
        points: of(profiles).pipe(embedModels({ embedding: fit })),
      }),
    ),
    map((tables) => ({ ...tables, fit, loadings: conceptLoadings(fit), variance: componentVariance(fit) })),
  );
  return lastValueFrom(placed);
}
