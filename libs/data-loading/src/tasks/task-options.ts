import type { DatasetFormatName, ReadDatasetOptions } from '../formats/read-dataset.ts';
import type { TaskPart } from './task-data.ts';

/** Shares of the parts of the data, and the seed by which images are drawn for them. */
export interface TaskSplit {
  /** Share of the images on which heads are fitted, above 0. @default 0.7 */
  readonly train?: number;
  /** Share of the images on which choices are made, above 0. @default 0.1 */
  readonly val?: number;
  /** Share of the images that scores come from, above 0. @default 0.2 */
  readonly test?: number;
  /** Whole number from 0: another one draws other images. @default 0 */
  readonly seed?: number;
}

/** Defaults of {@link TaskSplit}. */
export const taskSplitDefaults = { train: 0.7, val: 0.1, test: 0.2, seed: 0 } as const satisfies TaskSplit;

/** What readers of the data of tasks can be told; a reader that does not know an option refuses it. */
export interface ReadTaskDataOptions extends Omit<ReadDatasetOptions, 'split' | 'crowd'> {
  /** Folder of the data set. @default the folders and files that the format asks for are given each */
  readonly root?: string;
  /** Folder of the images. @default `images` below the folder of the data set, or that folder */
  readonly images?: string;
  /**
   * What is to be told of the images: the CSV of classes, the folder of label planes, normals or depths. @default
   * `labels.csv`, or `labels`, `normals` or `depth`, below the folder of the data set
   */
  readonly labels?: string;
  /** CSV file that names the numbers of label planes: number, name, category. @default `labels.csv` of the data set */
  readonly labelNames?: string;
  /** Layout of label planes, as of {@link readDataset}. @default 'plain' */
  readonly dataset?: DatasetFormatName;
  /** Names that the layout has for the parts, such as `{ train: 'train2017', test: 'val2017' }`. @default those found */
  readonly parts?: Readonly<Partial<Record<TaskPart, string>>>;
  /** Units of a depth of 1 metre in PNG files and arrays of whole numbers, above 0. @default 1,000 */
  readonly depthScale?: number;
  /** How images are shared out among parts that the data do not have. @default 0.7, 0.1 and 0.2 by seed 0 */
  readonly split?: TaskSplit;
}
