import path from 'node:path';
import { kllRankError } from '@intermodel/numerics';
import { dataPaths, mapPaths, mapSegmenter, vocabularyPaths } from './resolve-data.ts';
import type { Study, StudyData, StudyEmbedding } from './study.ts';

/**
 * The choices of a study as plain JSON for the manifest, the same on every machine: paths within the study's folder are
 * relative to it, of others only the name is given. Of `runtime` only the execution providers and the sketch, with the
 * bound of its rank error, are part of it, since nothing else there changes a result.
 */
export function formatStudy(study: Study): Readonly<Record<string, unknown>> {
  const { folder, data, models, runtime, scores, scoreColumns, embedding } = study;
  const nameOf = (file: string) => relativeName(folder, file);
  const named = {
    title: study.title,
    ...(study.abstract === undefined ? {} : { abstract: study.abstract }),
    data: formatData(data, nameOf),
    models: models.map(({ name, file, layers, tokens, input }) => ({
      name,
      file: nameOf(file),
      layers,
      tokens,
      input,
    })),
    preset: study.preset,
    matching: study.matching,
    diffPreset: study.diffPreset ?? null,
    ...(study.diffMatching === undefined ? {} : { diffMatching: study.diffMatching }),
    executionProviders: runtime.executionProviders,
    ...(runtime.sketch === undefined ? {} : { sketch: { k: runtime.sketch, rankError: kllRankError(runtime.sketch) } }),
    scores: scores.map(nameOf),
    scoreColumns: scoreColumns === undefined ? null : nameOf(scoreColumns),
    modelNames: study.modelNames,
    ...(study.encoding === undefined ? {} : { encoding: study.encoding }),
    embedding: formatEmbedding(embedding, nameOf),
    relations: study.relations,
    gallery: study.gallery,
    seed: study.seed,
  };
  // A copy that shares nothing with the study and holds what JSON can hold.
  return JSON.parse(JSON.stringify(named)) as Record<string, unknown>;
}

/** Of an embedding that was fitted before, only its folder and the gate are choices of this study. */
function formatEmbedding(embedding: StudyEmbedding | undefined, nameOf: (file: string) => string): object | null {
  if (embedding === undefined) return null;
  const { frozen, score, gate, compareGate } = embedding;
  if (frozen === undefined) return embedding;
  return { frozen: nameOf(frozen), score, gate, compareGate };
}

function formatData(data: StudyData, nameOf: (file: string) => string): StudyData {
  const { vocabulary, segmenters } = data;
  return {
    ...mapPaths(data, dataPaths, nameOf),
    ...(vocabulary === undefined ? {} : { vocabulary: mapPaths(vocabulary, vocabularyPaths, nameOf) }),
    ...(segmenters === undefined ? {} : { segmenters: segmenters.map((segmenter) => mapSegmenter(segmenter, nameOf)) }),
  };
}

function relativeName(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  const outside = relative === '' || path.isAbsolute(relative) || relative.split(path.sep)[0] === '..';
  return outside ? path.basename(file) : relative.split(path.sep).join('/');
}
