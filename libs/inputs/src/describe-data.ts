import { prepareModels } from './prepare-models.ts';
import { openImageSource } from './image-source.ts';
import { withLabelFolder } from './label-folder.ts';
import path from 'node:path';
import { checkGate, matchScores, type MatchScore } from '@intermodel/concept-matching';
import {
  datasetFormats,
  resolveGeometry,
  vocabularyHealth,
  vocabularyHealthDefaults,
  type DatasetDescription,
  type ImageGeometry,
  type VocabularyHealth,
  type VocabularyHealthOptions,
  describedGeometry,
} from '@intermodel/data-loading';
import { healthOptions } from '@intermodel/outputs';
import { InputError, suggestName } from '@intermodel/streams';
import {
  checkData,
  checkStudyFiles,
  keyText,
  resolveData,
  studyOfFlags,
  type DataContent,
  type Finding,
  type Study,
  type StudyRuntime,
} from '@intermodel/studies';

/** Options of {@link describeData} and {@link describeStudyData}. */
export interface DescribeDataOptions {
  /** Share of pixels on which a unit is active, 0 to 1. @default that of the study, else 0.01 */
  readonly activeShare?: number;
  /** Score (IoU, or that of the study) that a unit has to exceed to count as a detector, from 0. @default that of the study, else 0.04 */
  readonly gate?: number;
  /** Concepts in fewer images than this get a warning. @default 10 */
  readonly fewImages?: number;
  /**
   * Folder where labels of segmentation models are kept, also for runs. @default that of the study, else they are not
   * kept
   */
  readonly labelCache?: string;
  /** Options of the study around the data, `PATH=VALUE`, that go over all that is given; {@link describeData} alone. */
  readonly set?: readonly string[];
  /** Stops between two images that are segmented or described. */
  readonly signal?: AbortSignal;
  /** Is told of each image that is segmented or described. @default nobody is told */
  readonly onProgress?: (done: number, of: number, step: 'segmentation' | 'labels') => void;
}

/** What is in labelled images, and what a dissection could find in them. */
export interface DescribedData {
  /** Images, planes, concepts and categories with their shares, warnings. */
  readonly description: DatasetDescription;
  /** What a unit can reach with each concept. */
  readonly health: VocabularyHealth;
  /** Share of pixels on which a unit was taken to be active. */
  readonly activeShare: number;
  /** Score that a unit has to pass. */
  readonly gate: number;
  /** That score. */
  readonly score: MatchScore;
}

/**
 * Describes images and labels as the key `data` of a study names them; relative paths are taken from the current
 * folder.
 *
 * @throws InputError `FORMAT_UNKNOWN`, `DATA_OPTIONS`, `FILE_MISSING`, `MODEL_MISSING`, and those of the readers and segmenters; with
 *   `set`, those of a study.
 */
export async function describeData(content: DataContent, options: DescribeDataOptions = {}): Promise<DescribedData> {
  if ((options.set ?? []).length > 0) return describeSet(content, options);
  const format: string | undefined = content.format;
  if (format !== undefined && !Object.hasOwn(datasetFormats, format))
    throw new InputError('FORMAT_UNKNOWN', `there is no format "${format}"`, {
      hint: suggestName(format, Object.keys(datasetFormats)),
    });
  const [finding] = checkData(content);
  if (finding !== undefined)
    throw new InputError('DATA_OPTIONS', problemOf(finding), {
      ...(finding.expected === undefined ? {} : { expected: finding.expected }),
      ...(finding.hint === undefined ? {} : { hint: finding.hint }),
    });
  const missing = checkStudyFiles({ data: content, models: [] }, process.cwd()).find(({ problem }) =>
    /^there is no /u.test(problem),
  );
  if (missing !== undefined) {
    const { expected = '', hint = '' } = missing;
    const isModel = missing.path[1] === 'segmenters' && missing.path.at(-1) === 'file';
    throw new InputError(isModel ? 'MODEL_MISSING' : 'FILE_MISSING', problemOf(missing), { expected, hint });
  }
  const { labelHeight, labelWidth } = resolveGeometry(describedGeometry);
  const grid = content.labelGrid ?? { height: labelHeight, width: labelWidth };
  const geometry = { ...describedGeometry, labelHeight: grid.height, labelWidth: grid.width };
  return describe(
    { data: resolveData(content, grid, process.cwd()), geometry, health: {}, score: matchScores.iou },
    options,
  );
}

/** Describes images and labels as a study of them alone would have them, with options that are set beside. */
function describeSet(
  data: DataContent,
  { set = [], gate, labelCache, ...options }: DescribeDataOptions,
): Promise<DescribedData> {
  const study = studyOfFlags(
    {
      data,
      // A study has models; none is opened to describe its data.
      models: [{ name: 'any', file: 'any.onnx' }],
      ...(gate === undefined ? {} : { matching: { gate } }),
      ...(labelCache === undefined ? {} : { runtime: { labelCache } }),
    },
    { set, checkFiles: false },
  );
  const { height, width } = study.data.labelGrid;
  const { activeShare, ...asked } = healthOptions(study.matching);
  return describe(
    {
      ...{ data: study.data, runtime: study.runtime, score: matchScores[study.matching.score] },
      geometry: { ...describedGeometry, labelHeight: height, labelWidth: width },
      // The usual level is the usual share, but for rounding.
      health: study.matching.level === 1 - vocabularyHealthDefaults.activeShare ? asked : { activeShare, ...asked },
    },
    options,
  );
}

/** A problem with the option that it is about, where it does not name it. */
function problemOf({ path: key, problem }: Finding): string {
  return key.length < 2 || problem.includes('`') ? problem : `\`${keyText(key)}\`: ${problem}`;
}

/**
 * Describes the images and labels of a study as a run of it would see them: with its segmenters, its changes of the
 * vocabulary, its label grid and its preset. No model of the study is run.
 *
 * @throws InputError of the readers and segmenters.
 */
export async function describeStudyData(
  study: Pick<Study, 'data' | 'models' | 'matching' | 'runtime'>,
  options: DescribeDataOptions = {},
): Promise<DescribedData> {
  const { data, models, matching, runtime } = await prepareModels(study);
  return describe(
    {
      data,
      geometry: models[0]?.geometry ?? describedGeometry,
      health: healthOptions(matching),
      score: matchScores[matching.score],
      runtime,
    },
    options,
  );
}

interface Described extends Pick<Study, 'data'> {
  readonly geometry: ImageGeometry;
  readonly health: VocabularyHealthOptions;
  readonly score: MatchScore;
  readonly runtime?: StudyRuntime;
}

async function describe(
  { data, geometry, health, score, runtime }: Described,
  { activeShare, gate, fewImages, labelCache = runtime?.labelCache, signal, onProgress }: DescribeDataOptions,
): Promise<DescribedData> {
  const tell = (step: 'segmentation' | 'labels') => (done: number, of: number) => onProgress?.(done, of, step);
  return withLabelFolder(labelCache, { data }, async (folder) => {
    const source = await openImageSource(
      { data },
      {
        ...(folder === undefined ? {} : { labelCache: path.resolve(folder) }),
        ...(runtime === undefined ? {} : { runtime }),
        ...(signal === undefined ? {} : { signal }),
        onProgress: tell('segmentation'),
      },
    );
    const description = await source.describe(geometry, tell('labels'), fewImages);
    const chosen = {
      ...vocabularyHealthDefaults,
      ...health,
      ...(activeShare === undefined ? {} : { activeShare }),
      ...(gate === undefined ? {} : { gate: checkGate(gate, score) }),
    };
    return {
      description,
      health: vocabularyHealth(description, chosen),
      activeShare: chosen.activeShare,
      gate: chosen.gate,
      score,
    };
  });
}
