import { datasetFormats, resolveGeometry, vocabularyHealth, type DatasetDescription, type VocabularyHealth } from '@intermodel/data-loading';
import { InputError, suggestName } from '@intermodel/streams';
import { describedGeometry, openImageSource } from './dissect/image-source.ts';
import { checkData } from './study-file/check-data.ts';
import { resolveData } from './study-file/resolve-data.ts';
import type { DataContent } from './study-file/study-content.ts';

/** Options of {@link describeData}. */
export interface DescribeDataOptions {
  /** Share of pixels on which a unit is active, 0 to 1. @default 0.01 */
  readonly activeShare?: number;
  /** IoU that a unit has to exceed to count as a detector, 0 to 1. @default 0.04 */
  readonly gate?: number;
  /** Is told after each image how many are done. @default nobody is told */
  readonly onProgress?: (done: number, of: number) => void;
}

/** What is in labelled images, and what a dissection could find in them. */
export interface DescribedData {
  /** Images, planes, concepts and categories with their shares, warnings. */
  readonly description: DatasetDescription;
  /** What a unit can reach with each concept. */
  readonly health: VocabularyHealth;
}

/**
 * Describes images and labels as the key `data` of a study names them; relative paths are taken from the current folder.
 *
 * @throws InputError `FORMAT_UNKNOWN`, `DATA_OPTIONS`, and those of the readers.
 */
export async function describeData(content: DataContent, { activeShare, gate, onProgress }: DescribeDataOptions = {}): Promise<DescribedData> {
  const format: string | undefined = content.format;
  if (format !== undefined && !Object.hasOwn(datasetFormats, format)) throw new InputError('FORMAT_UNKNOWN', `there is no format "${format}"`, { hint: suggestName(format, Object.keys(datasetFormats)) });
  const [finding] = checkData(content);
  if (finding !== undefined) throw new InputError('DATA_OPTIONS', finding.problem, { ...(finding.expected === undefined ? {} : { expected: finding.expected }), ...(finding.hint === undefined ? {} : { hint: finding.hint }) });
  const { labelHeight, labelWidth } = resolveGeometry(describedGeometry);
  const grid = content.labelGrid ?? { height: labelHeight, width: labelWidth };
  const source = await openImageSource({ data: resolveData(content, grid, process.cwd()) });
  const description = await source.describe({ ...describedGeometry, labelHeight: grid.height, labelWidth: grid.width }, onProgress);
  return { description, health: vocabularyHealth(description, { ...(activeShare === undefined ? {} : { activeShare }), ...(gate === undefined ? {} : { gate }) }) };
}
