import path from 'node:path';
import { resolvePreprocessing } from '@intermodel/activation-streaming';
import { dissectionPreset, matchScores, type DissectionPreset } from '@intermodel/concept-matching';
import { resolveGeometry } from '@intermodel/data-loading';
import { resolveData } from './resolve-data.ts';
import { embeddingPresetOf, resolveEmbedding } from './resolve-embedding.ts';
import type { GridSize, Study, StudyModel, StudyRuntime } from './study.ts';
import type { MatchingContent, ModelContent, RuntimeContent, StudyContent } from './study-content.ts';
import { studyDefaults } from './study-defaults.ts';

/** Makes every choice of a checked study: presets expanded, defaults filled in, paths taken from `folder`. */
export function resolveStudy(content: StudyContent, folder: string, file?: string): Study {
  const pathOf = (name: string) => path.resolve(folder, name);
  const preset = content.preset ?? studyDefaults.preset;
  const labelGrid = content.data.labelGrid ?? dissectionPreset(preset).labelGrid;
  const matching = resolveMatching(dissectionPreset(preset), content.matching ?? {}, labelGrid);
  return {
    file: file === undefined ? undefined : path.resolve(file),
    folder: path.resolve(folder),
    title: content.title ?? studyDefaults.title,
    abstract: content.abstract,
    data: resolveData(content.data, labelGrid, folder),
    models: content.models.map((model) => resolveModel(model, labelGrid, pathOf)),
    preset,
    matching,
    diffPreset: content.diffPreset,
    diffMatching:
      content.diffPreset === undefined
        ? undefined
        : resolveMatching(dissectionPreset(content.diffPreset), content.diffMatching ?? {}, labelGrid),
    runtime: resolveRuntime(content.runtime ?? {}, pathOf),
    scores: [content.scores ?? []].flat().map(pathOf),
    scoreColumns: content.scoreColumns === undefined ? undefined : pathOf(content.scoreColumns),
    modelNames: content.modelNames ?? embeddingPresetOf(content).modelNames,
    encoding: content.encoding,
    embedding: resolveEmbedding(content, matching, pathOf),
    relations: { permutations: content.relations?.permutations ?? studyDefaults.permutations },
    gallery: { ...studyDefaults.gallery, ...content.gallery },
    seed: content.seed ?? studyDefaults.seed,
  };
}

function resolveModel(
  { name, file, layer, layers, input, tokens }: ModelContent,
  labelGrid: GridSize,
  pathOf: (name: string) => string,
): StudyModel {
  const preprocessing = resolvePreprocessing(input ?? studyDefaults.input);
  const { height, width, resize, shortestSide, filter } = preprocessing;
  return {
    name,
    file: pathOf(file),
    layers: layers ?? (layer === undefined ? 'usual' : [layer]),
    tokens: tokens ?? {},
    input: preprocessing,
    sizeIsOpen: !(typeof input === 'object' && (input.width !== undefined || input.height !== undefined)),
    geometry: resolveGeometry({
      height,
      width,
      resize,
      shortestSide,
      filter,
      labelHeight: labelGrid.height,
      labelWidth: labelGrid.width,
    }),
  };
}

function resolveMatching(preset: DissectionPreset, changes: MatchingContent, labelGrid: GridSize): DissectionPreset {
  const { score = preset.score } = changes;
  const { gate } = score === preset.score ? preset : matchScores[score];
  return { ...preset, gate, ...changes, labelGrid };
}

function resolveRuntime({ labelCache, ...runtime }: RuntimeContent, pathOf: (name: string) => string): StudyRuntime {
  return {
    ...runtime,
    executionProviders: runtime.executionProviders ?? studyDefaults.executionProviders,
    keptMapsMegabytes: runtime.keptMapsMegabytes ?? studyDefaults.keptMapsMegabytes,
    secondPass: runtime.secondPass ?? studyDefaults.secondPass,
    imagesPerShard: runtime.imagesPerShard ?? studyDefaults.imagesPerShard,
    ...(labelCache === undefined ? {} : { labelCache: pathOf(labelCache) }),
  };
}
