import path from 'node:path';
import { kllRankError } from '@intermodel/numerics';
import { changePaths } from './named-paths.ts';
import type { ModelOrigin, Study, StudyEmbedding } from './study.ts';

/**
 * The choices of a study as plain JSON for the manifest, the same on every machine: paths within the study's folder are
 * relative to it, of others only the name is given. Of `runtime` only the execution providers and the sketch, with the
 * bound of its rank error, are part of it, since nothing else there changes a result.
 */
export function formatStudy(study: Study): Readonly<Record<string, unknown>> {
  const { runtime, ...named } = changePaths(study, '', (file) => relativeName(study.folder, file));
  const stated = {
    title: named.title,
    ...(named.abstract === undefined ? {} : { abstract: named.abstract }),
    ...(named.hasData ? { data: named.data } : {}),
    models: named.models.map(({ name, file, twinOf, origin, layers, classifier, tokens, input, ...model }) => ({
      ...{ name, file, twinOf, family: model.family, recipe: model.recipe, take: model.take, strip: model.strip },
      heads: model.heads,
      ...(origin === undefined ? {} : { origin: statedOrigin(origin) }),
      ...{ layers, classifier, tokens, input },
    })),
    ...(named.tasks.length === 0 ? {} : { tasks: named.tasks }),
    preset: named.preset,
    matching: named.matching,
    diffPreset: named.diffPreset ?? null,
    ...(named.diffMatching === undefined ? {} : { diffMatching: named.diffMatching }),
    executionProviders: runtime.executionProviders,
    ...(runtime.sketch === undefined ? {} : { sketch: { k: runtime.sketch, rankError: kllRankError(runtime.sketch) } }),
    scores: named.scores,
    scoreColumns: named.scoreColumns ?? null,
    modelNames: named.modelNames,
    ...(named.encoding === undefined ? {} : { encoding: named.encoding }),
    embedding: formatEmbedding(named.embedding),
    ...(named.hasData ? { significance: named.significance } : {}),
    resampling: named.resampling,
    relations: named.relations,
    ...(named.claims === undefined ? {} : { claims: named.claims }),
    gallery: named.gallery,
    seed: named.seed,
  };
  // A copy that shares nothing with the study and holds what JSON can hold.
  return JSON.parse(JSON.stringify(stated)) as Record<string, unknown>;
}

/** What a checkpoint was found to be, each thing once. */
function statedOrigin({ family, checkpoint, recipe, graph, assumptions, warnings }: ModelOrigin): object {
  return { family, checkpoint, recipe, graph, assumptions, warnings };
}

/** Of an embedding that was fitted before, only its folder and the gate are choices of this study. */
function formatEmbedding(embedding: StudyEmbedding | undefined): object | null {
  if (embedding === undefined) return null;
  const { frozen, score, gate, compareGate } = embedding;
  return frozen === undefined ? embedding : { frozen, score, gate, compareGate };
}

function relativeName(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  const outside = relative === '' || path.isAbsolute(relative) || relative.split(path.sep)[0] === '..';
  return outside ? path.basename(file) : relative.split(path.sep).join('/');
}
