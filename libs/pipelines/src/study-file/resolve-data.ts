import path from 'node:path';
import { cutSpatialPartsDefaults, decodeImageDefaults, listLabelledImagesDefaults, loadLabelledImagesDefaults } from '@intermodel/data-loading';
import type { GridSize, StudyData, StudySpatialParts, StudyVocabulary } from './study.ts';
import type { DataContent } from './study-content.ts';
import { studyDefaults } from './study-defaults.ts';

/** Keys of `data` that name files or folders. */
export const dataPaths = ['root', 'images', 'labels', 'labelNames', 'imageLabels', 'names'] as const;

/** Keys of `data.vocabulary` that name files. */
export const vocabularyPaths = ['synonyms', 'categories'] as const;

/** Makes every choice of the images and labels of a study: defaults filled in, paths taken from `folder`. */
export function resolveData({ vocabulary, spatialParts, ...data }: DataContent, labelGrid: GridSize, folder: string): StudyData {
  const format = data.format ?? studyDefaults.format;
  const cut = resolveSpatialParts(spatialParts);
  return {
    ...mapPaths(data, dataPaths, (name) => path.resolve(folder, name)),
    format,
    ...(format === 'plain' ? { unpaired: data.unpaired ?? listLabelledImagesDefaults.unpaired } : {}),
    ...(vocabulary === undefined ? {} : { vocabulary: mapPaths<StudyVocabulary>(vocabulary, vocabularyPaths, (name) => path.resolve(folder, name)) }),
    colours: data.colours ?? studyDefaults.colours,
    ...(cut === undefined ? {} : { spatialParts: cut }),
    labelGrid,
    skipBad: data.skipBad ?? loadLabelledImagesDefaults.skipBad,
    maxPixels: data.maxPixels ?? decodeImageDefaults.maxPixels,
    background: data.background ?? decodeImageDefaults.background,
  };
}

/** A copy of `record` in which the text under some of its keys, where there is any, is changed. */
export function mapPaths<Record extends object>(record: Record, keys: readonly (keyof Record)[], change: (name: string) => string): Record {
  const copy = { ...record };
  for (const key of keys) {
    const name = record[key];
    if (typeof name === 'string') Object.assign(copy, { [key]: change(name) });
  }
  return copy;
}

function resolveSpatialParts(given: DataContent['spatialParts'] = false): StudySpatialParts | undefined {
  return given === false ? undefined : { ...cutSpatialPartsDefaults, ...(given === true ? {} : given) };
}
