import path from 'node:path';
import type { Study } from './study.ts';

/**
 * The choices of a study as plain JSON for the manifest, the same on every machine: paths within the study's folder are
 * relative to it, of others only the name is given. Of `runtime` only the execution providers are part of it, since
 * nothing else there changes a result.
 */
export function formatStudy(study: Study): Readonly<Record<string, unknown>> {
  const { folder, data, models, diff, runtime, scores, scoreColumns, embedding } = study;
  const nameOf = (file: string) => relativeName(folder, file);
  const named = {
    title: study.title,
    data: { ...data, images: nameOf(data.images), labels: nameOf(data.labels), labelNames: nameOf(data.labelNames), ...(data.imageLabels === undefined ? {} : { imageLabels: nameOf(data.imageLabels) }) },
    models: models.map(({ name, file, layers, tokens, input }) => ({ name, file: nameOf(file), layers, tokens, input })),
    preset: study.preset,
    matching: study.matching,
    diff: diff ?? null,
    executionProviders: runtime.executionProviders,
    scores: scores.map(nameOf),
    scoreColumns: scoreColumns === undefined ? null : nameOf(scoreColumns),
    modelNames: study.modelNames,
    embedding: embedding === undefined ? null : { ...embedding, ...(embedding.frozen === undefined ? {} : { frozen: nameOf(embedding.frozen) }) },
    relations: study.relations,
    seed: study.seed,
  };
  // A copy that shares nothing with the study and holds what JSON can hold.
  return JSON.parse(JSON.stringify(named)) as Record<string, unknown>;
}

function relativeName(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  const outside = relative === '' || path.isAbsolute(relative) || relative.split(path.sep)[0] === '..';
  return outside ? path.basename(file) : relative.split(path.sep).join('/');
}
