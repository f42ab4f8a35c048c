import { existsSync } from 'node:fs';
import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import { listLabelledImages } from '../images/list-labelled-images.ts';
import type { LabelledImageSet } from '../images/labelled-image-set.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { readAde20k } from './read-ade20k.ts';
import { readAde20kChallenge } from './read-ade20k-challenge.ts';
import { readBroden } from './read-broden.ts';
import { readCocoInstances, readCocoPanoptic } from './read-coco.ts';
import { readVoc } from './read-voc.ts';
import type { Unpaired } from './unpaired-files.ts';

/** What readers of data sets can be told; a reader that does not know an option refuses it. */
export interface ReadDatasetOptions extends ReadCsvOptions {
  /** Part of the data set, by the name that its layout has for it. @default all, or the only one */
  readonly split?: string;
  /** Categories to load, for Broden. @default all */
  readonly categories?: readonly string[];
  /** File of the class names, for ADE20K, ADE20K challenge and VOC. @default that of the layout */
  readonly names?: string;
  /** Whether crowds count as their concept or are ignored, for COCO. @default 'keep' */
  readonly crowd?: 'keep' | 'ignore';
  /**
   * Whether classes are numbered from 0 with 255 for none, for plain folders and the ADE20K challenge. @default false
   */
  readonly reducedZero?: boolean;
  /** Number of pixels that nobody judged, for plain folders: any but 0, -1 too. @default none */
  readonly ignore?: number;
  /** What follows the shared part of the stems of images, for plain folders. @default nothing */
  readonly imageSuffix?: string;
  /** What follows the shared part of the stems of label files, for plain folders. @default nothing */
  readonly labelSuffix?: string;
  /** What happens to images and labels without each other. @default 'refuse' */
  readonly unpaired?: Unpaired;
}

interface DatasetFormat {
  /** What the format is, in a few words. */
  readonly title: string;
  /** Options that its reader knows. */
  readonly options: readonly (keyof ReadDatasetOptions)[];
  /** Reads a data set of the format from a folder. */
  readonly read: (root: string, options: ReadDatasetOptions) => Promise<LabelledImageSet>;
}

/** The formats of labelled images, by the name that study files give them. */
export const datasetFormats = {
  plain: {
    title: 'images/, labels/ (grey or palette PNG, or .npy) and labels.csv',
    options: ['ignore', 'reducedZero', 'imageSuffix', 'labelSuffix', 'unpaired', 'encoding'],
    read: readPlain,
  },
  broden: {
    title: 'Broden: index.csv, label.csv, category.csv, c_*.csv and images/',
    options: ['split', 'categories', 'unpaired', 'encoding'],
    read: readBroden,
  },
  ade20k: {
    title: 'ADE20K, full: NAME.jpg, NAME_seg.png and NAME_parts_N.png',
    options: ['split', 'names', 'unpaired', 'encoding'],
    read: readAde20k,
  },
  'ade20k-challenge': {
    title: 'ADEChallengeData2016: images/, annotations/ and objectInfo150.txt',
    options: ['split', 'names', 'reducedZero', 'unpaired', 'encoding'],
    read: readAde20kChallenge,
  },
  voc: {
    title: 'Pascal VOC: JPEGImages/ and SegmentationClass/',
    options: ['split', 'names', 'unpaired', 'encoding'],
    read: readVoc,
  },
  'coco-panoptic': {
    title: 'COCO panoptic: annotations/panoptic_SPLIT.json and its label images',
    options: ['split', 'crowd', 'unpaired'],
    read: readCocoPanoptic,
  },
  'coco-instances': {
    title: 'COCO instances: annotations/instances_SPLIT.json',
    options: ['split', 'crowd', 'unpaired'],
    read: readCocoInstances,
  },
} as const satisfies Record<string, DatasetFormat>;

/** Name of a format of labelled images. */
export type DatasetFormatName = keyof typeof datasetFormats;

/**
 * Reads a folder of labelled images in any of the {@link datasetFormats}: paths and vocabulary only, nothing is
 * decoded.
 *
 * @throws InputError `FORMAT_UNKNOWN`, `OPTION_UNKNOWN`, and those of the format's reader.
 */
export async function readDataset(
  format: string,
  root: string,
  options: ReadDatasetOptions = {},
): Promise<LabelledImageSet> {
  if (!isFormat(format))
    throw new InputError('FORMAT_UNKNOWN', `there is no format "${format}"`, {
      hint: suggestName(format, Object.keys(datasetFormats)),
    });
  const { read, options: known }: DatasetFormat = datasetFormats[format];
  const strange = Object.entries(options).find(
    ([name, value]) => value !== undefined && !known.includes(name as keyof ReadDatasetOptions),
  )?.[0];
  if (strange !== undefined)
    throw new InputError('OPTION_UNKNOWN', `the format "${format}" has no option "${strange}"`, {
      column: strange,
      hint: suggestName(strange, known),
    });
  return read(root, options);
}

function isFormat(name: string): name is DatasetFormatName {
  return Object.hasOwn(datasetFormats, name);
}

/** Labels of whole images stand in `image-labels.csv`, if there are any. */
async function readPlain(root: string, options: ReadDatasetOptions): Promise<LabelledImageSet> {
  const imageLabels = path.join(root, 'image-labels.csv');
  return listLabelledImages({
    ...options,
    ...(existsSync(imageLabels) ? { imageLabels } : {}),
    images: path.join(root, 'images'),
    labels: path.join(root, 'labels'),
    labelNames: path.join(root, 'labels.csv'),
  });
}
