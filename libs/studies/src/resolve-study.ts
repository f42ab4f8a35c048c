import path from 'node:path';
import { resolvePreprocessing } from '@intermodel/activation-streaming';
import { dissectionPreset, matchScores, type DissectionPreset } from '@intermodel/concept-matching';
import { resolveGeometry } from '@intermodel/data-loading';
import { changePaths } from './named-paths.ts';
import { defaultsOf } from './options/option-defaults.ts';
import { resolveData } from './resolve-data.ts';
import { embeddingPresetOf, resolveEmbedding } from './resolve-embedding.ts';
import { twinOfModel, type GridSize, type Study, type StudyModel, type StudyTask } from './study.ts';
import type { MatchingContent, ModelContent, StudyContent, TaskContent } from './study-content.ts';
import { namesImages, taskName } from './check-tasks.ts';

/** Makes every choice of a checked study: presets expanded, defaults filled in, paths taken from `folder`. */
export function resolveStudy(given: StudyContent, folder: string, file?: string): Study {
  const content = changePaths(given, '', (name) => path.resolve(folder, name));
  const { title, preset, seed, diffPreset } = { ...defaultsOf(''), ...content };
  const labelGrid = content.data?.labelGrid ?? dissectionPreset(preset).labelGrid;
  const matching = resolveMatching(dissectionPreset(preset), content.matching ?? {}, labelGrid);
  return {
    file: file === undefined ? undefined : path.resolve(file),
    folder: path.resolve(folder),
    title,
    abstract: content.abstract,
    data: resolveData(content.data ?? {}, labelGrid, folder),
    hasData: namesImages(content),
    tasks: (content.tasks ?? []).map((task) => resolveTask(task)),
    models: content.models.flatMap(({ twin = defaultsOf('models[]').twin, ...given }) => {
      const model = resolveModel(given, labelGrid);
      return twin ? [model, twinOfModel(model)] : [model];
    }),
    preset,
    matching,
    diffPreset,
    diffMatching:
      diffPreset === undefined
        ? undefined
        : resolveMatching(dissectionPreset(diffPreset), content.diffMatching ?? {}, labelGrid),
    significance: { ...defaultsOf('significance'), ...content.significance },
    runtime: { ...defaultsOf('runtime'), ...content.runtime },
    scores: [content.scores ?? []].flat(),
    scoreColumns: content.scoreColumns,
    modelNames: content.modelNames ?? embeddingPresetOf(content).modelNames,
    encoding: content.encoding,
    embedding: resolveEmbedding(content, {
      ...matching,
      match: content.significance?.match ?? defaultsOf('significance').match,
    }),
    resampling: { ...defaultsOf('resampling'), ...content.resampling },
    relations: { ...defaultsOf('relations'), ...content.relations },
    claims: content.claims,
    gallery: { ...defaultsOf('gallery'), ...content.gallery },
    seed,
  };
}

function resolveModel(
  { name, file, checkpoint, layer, layers, input, tokens, ...reading }: Omit<ModelContent, 'twin'>,
  labelGrid: GridSize,
): StudyModel {
  const preprocessing = resolvePreprocessing(input ?? defaultsOf('models[]').input);
  const { height, width, resize, shortestSide, filter } = preprocessing;
  return {
    name,
    file: file ?? checkpoint ?? '',
    isCheckpoint: checkpoint !== undefined,
    ...reading,
    layers: layers ?? (layer === undefined ? 'usual' : [layer]),
    layersAreUsual: layers === undefined && layer === undefined,
    tokens: tokens ?? {},
    input: preprocessing,
    givenInput: input,
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

function resolveTask(task: TaskContent): StudyTask {
  const { split } = task;
  return {
    ...{ ...defaultsOf('tasks[]'), ...task, name: taskName(task) },
    ...(split === undefined ? {} : { split: { ...defaultsOf('tasks[].split'), ...split } }),
  };
}

function resolveMatching(preset: DissectionPreset, changes: MatchingContent, labelGrid: GridSize): DissectionPreset {
  const { score = preset.score } = changes;
  const { gate } = score === preset.score ? preset : matchScores[score];
  return { ...preset, gate, ...changes, labelGrid };
}
