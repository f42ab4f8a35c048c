import path from 'node:path';
import { resolvePreprocessing } from '@intermodel/activation-streaming';
import { dissectionPreset, matchScores, type DissectionPreset } from '@intermodel/concept-matching';
import { resolveGeometry } from '@intermodel/data-loading';
import { resolveData } from './resolve-data.ts';
import { embeddingPresetOf, resolveEmbedding } from './resolve-embedding.ts';
import type { GridSize, Study, StudyModel, StudyRuntime, StudyTokens } from './study.ts';
import type { MatchingContent, ModelContent, RuntimeContent, StudyContent } from './study-content.ts';
import { studyDefaults } from './study-defaults.ts';

/** Bytes of a MiB. */
const mebibyte = 2 ** 20;

/** Makes every choice of a checked study: presets expanded, defaults filled in, paths taken from `folder`. */
export function resolveStudy(content: StudyContent, folder: string, file?: string): Study {
  const pathOf = (name: string) => path.resolve(folder, name);
  const preset = content.preset ?? studyDefaults.preset;
  const [targetHeight, targetWidth] = dissectionPreset(preset).upsampling.target;
  const labelGrid: GridSize = content.data.labelGrid ?? { width: targetWidth, height: targetHeight };
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
    diff:
      content.diffPreset === undefined
        ? undefined
        : {
            preset: content.diffPreset,
            matching: resolveMatching(dissectionPreset(content.diffPreset), content.diffMatching ?? {}, labelGrid),
          },
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
    tokens: resolveTokens(tokens),
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

function resolveTokens({ prefix, width, height }: NonNullable<ModelContent['tokens']> = {}): StudyTokens {
  return {
    ...(prefix === undefined ? {} : { prefixTokens: prefix }),
    ...(width === undefined || height === undefined ? {} : { grid: { width, height } }),
  };
}

function resolveMatching(
  preset: DissectionPreset,
  changes: MatchingContent,
  { width, height }: GridSize,
): DissectionPreset {
  const {
    padding = preset.upsampling.padding,
    alignment = preset.upsampling.alignment,
    score = 'iou',
    gate = score === 'iou' ? preset.minimumIou : matchScores[score].gate,
    compareGate = preset.compareIou,
    ...others
  } = changes;
  return {
    ...preset,
    ...others,
    ...(score === 'iou'
      ? { minimumIou: gate, compareIou: compareGate }
      : { score: { name: score, gate, compare: compareGate } }),
    upsampling: { padding, alignment, target: [height, width] },
  };
}

function resolveRuntime(
  {
    batchSize,
    threads,
    executionProviders,
    keptMapsMegabytes,
    secondPass,
    imagesPerShard,
    labelCache,
    sketch,
    probeSeconds,
    probeMegabytes,
  }: RuntimeContent,
  pathOf: (name: string) => string,
): StudyRuntime {
  return {
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(threads === undefined ? {} : { threads }),
    executionProviders: executionProviders ?? studyDefaults.executionProviders,
    keptMapsBytes: Math.round((keptMapsMegabytes ?? studyDefaults.keptMapsMegabytes) * mebibyte),
    secondPass: secondPass ?? studyDefaults.secondPass,
    imagesPerShard: imagesPerShard ?? studyDefaults.imagesPerShard,
    ...(labelCache === undefined ? {} : { labelCache: pathOf(labelCache) }),
    ...(sketch === undefined ? {} : { sketch }),
    ...(probeSeconds === undefined ? {} : { probeSeconds }),
    ...(probeMegabytes === undefined ? {} : { probeMegabytes }),
  };
}
