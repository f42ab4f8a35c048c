import path from 'node:path';
import { resolvePreprocessing } from '@intermodel/activation-streaming';
import {
  cutSpatialPartsDefaults,
  decodeImageDefaults,
  listLabelledImagesDefaults,
  loadLabelledImagesDefaults,
  type VocabularyChanges,
} from '@intermodel/data-loading';
import type { GridSize, StudyData, StudySegmenter, StudySpatialParts } from './study.ts';
import type { DataContent, SegmenterContent } from './study-content.ts';
import { studyDefaults } from './study-defaults.ts';

/** Keys of `data` that name files or folders. */
export const dataPaths = ['root', 'images', 'labels', 'labelNames', 'imageLabels', 'names'] as const;

/** Keys of `data.vocabulary` that name files. */
export const vocabularyPaths = ['synonyms', 'categories'] as const;

/** Makes every choice of the images and labels of a study: defaults filled in, paths taken from `folder`. */
export function resolveData(
  { vocabulary, spatialParts, segmenters, ...data }: DataContent,
  labelGrid: GridSize,
  folder: string,
): StudyData {
  const format = data.format ?? studyDefaults.format;
  const pathOf = (name: string) => path.resolve(folder, name);
  const cut = resolveSpatialParts(spatialParts);
  return {
    ...mapPaths(data, dataPaths, pathOf),
    format,
    ...(format === 'plain' ? { unpaired: data.unpaired ?? listLabelledImagesDefaults.unpaired } : {}),
    ...(vocabulary === undefined
      ? {}
      : { vocabulary: mapPaths<VocabularyChanges>(vocabulary, vocabularyPaths, pathOf) }),
    ...(segmenters === undefined
      ? {}
      : { segmenters: segmenters.map((segmenter) => mapSegmenter(resolveSegmenter(segmenter), pathOf)) }),
    colours: data.colours ?? studyDefaults.colours,
    ...(cut === undefined ? {} : { spatialParts: cut }),
    labelGrid,
    skipBad: data.skipBad ?? loadLabelledImagesDefaults.skipBad,
    maxPixels: data.maxPixels ?? decodeImageDefaults.maxPixels,
    background: data.background ?? decodeImageDefaults.background,
    exif: data.exif ?? decodeImageDefaults.exif,
  };
}

/** A copy of `record` in which the text under some of its keys, where there is any, is changed. */
export function mapPaths<Record extends object>(
  record: Record,
  keys: readonly (keyof Record)[],
  change: (name: string) => string,
): Record {
  const copy = { ...record };
  for (const key of keys) {
    const name = record[key];
    if (typeof name === 'string') Object.assign(copy, { [key]: change(name) });
  }
  return copy;
}

/** A segmenter whose paths are changed. */
export function mapSegmenter(segmenter: StudySegmenter, change: (name: string) => string): StudySegmenter {
  const { heads } = segmenter;
  return {
    ...mapPaths(segmenter, ['file', 'labels'], change),
    ...(heads === undefined ? {} : { heads: heads.map((head) => mapPaths(head, ['classes', 'owners'], change)) }),
  };
}

function resolveSegmenter({ input, ...segmenter }: SegmenterContent): StudySegmenter {
  if (input === undefined && segmenter.preset !== undefined) return segmenter;
  return { ...segmenter, input: resolvePreprocessing(input ?? studyDefaults.input) };
}

function resolveSpatialParts(given: DataContent['spatialParts'] = false): StudySpatialParts | undefined {
  return given === false ? undefined : { ...cutSpatialPartsDefaults, ...(given === true ? {} : given) };
}
