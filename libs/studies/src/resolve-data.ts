import path from 'node:path';
import { resolvePreprocessing } from '@intermodel/activation-streaming';
import { changePaths } from './named-paths.ts';
import { defaultsOf } from './options/option-defaults.ts';
import type { GridSize, StudyData, StudySegmenter } from './study.ts';
import type { DataContent, SegmenterContent } from './study-content.ts';

/** Makes every choice of the images and labels of a study: defaults filled in, paths taken from `folder`. */
export function resolveData(content: DataContent, labelGrid: GridSize, folder: string): StudyData {
  const isPublished = content.segmenters?.some(({ preset }) => preset === 'dissect-2020') === true;
  const {
    spatialParts: _unless,
    segmenters,
    unpaired,
    ...data
  } = {
    ...defaultsOf('data'),
    ...changePaths(content, 'data', (name) => path.resolve(folder, name)),
  };
  const { spatialParts = isPublished } = content;
  return {
    ...data,
    // What is missing of other formats is no choice of a study that says nothing of it.
    ...(data.format === 'plain' || content.unpaired !== undefined ? { unpaired } : {}),
    ...(segmenters === undefined ? {} : { segmenters: segmenters.map(resolveSegmenter) }),
    ...(spatialParts === false
      ? {}
      : {
          spatialParts: {
            ...defaultsOf('data.spatialParts'),
            ...(isPublished ? { planes: 'first' } : {}),
            ...(spatialParts === true ? {} : spatialParts),
          },
        }),
    labelGrid,
  };
}

function resolveSegmenter({ input, ...segmenter }: SegmenterContent): StudySegmenter {
  if (input === undefined && segmenter.preset !== undefined) return segmenter;
  return { ...segmenter, input: resolvePreprocessing(input ?? defaultsOf('models[]').input) };
}
