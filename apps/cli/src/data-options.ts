import { datasetFormats, segmenterPresets, type DataContent } from '@intermodel/pipelines';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { encodingOption } from './encoding-option.ts';
import { ignoredNumber, repeated, wholeNumber } from './numbers.ts';

/** Options that say where labelled images are and what is read of them, as they are parsed. */
export interface DataOptions {
  /** Folder of images. */
  readonly images?: string;
  /** Folder of label images. */
  readonly labels?: string;
  /** CSV that names the label numbers. */
  readonly labelNames?: string;
  /** CSV of labels of whole images. */
  readonly imageLabels?: string;
  /** Segmentation models that the labels come from. */
  readonly segmenter?: readonly SegmenterOption[];
  /** Names of the classes of unified parsing. */
  readonly segmenterLabels?: string;
  /** Encoding of CSV files without a byte-order mark. */
  readonly encoding?: string;
  /** Part of the data set. */
  readonly split?: string;
  /** Categories that are read. */
  readonly categories?: readonly string[];
  /** File of the class names. */
  readonly names?: string;
  /** What crowds count as. */
  readonly crowd?: string;
  /** Whether classes are numbered from 0 with 255 for none. */
  readonly reducedZero?: boolean;
  /** Number of pixels that nobody judged. */
  readonly ignore?: number;
  /** What follows the shared part of the stems of images. */
  readonly imageSuffix?: string;
  /** What follows the shared part of the stems of label files. */
  readonly labelSuffix?: string;
  /** What happens to images and labels without each other. */
  readonly unpaired?: string;
  /** Whether files that do not decode are passed over. */
  readonly skipBad?: boolean;
  /** Most pixels of an image or label image. */
  readonly maxPixels?: number;
  /** Whether images are set upright, or read as they are stored. */
  readonly exif?: string;
  /** Whether colours are named. */
  readonly colours?: boolean;
  /** Whether objects are cut into halves. */
  readonly spatialParts?: boolean;
  /** Whether the last component of each plane stays whole then. */
  readonly skipLastComponent?: boolean;
}

/** A usual export of a segmentation model, and its file. */
export interface SegmenterOption {
  /** Name of the export. */
  readonly preset: string;
  /** ONNX file. */
  readonly file: string;
}

/** Options that say where labels come from, by their names in {@link DataOptions}. */
export const dataOptionNames = [
  'images',
  'labels',
  'labelNames',
  'imageLabels',
  'segmenter',
  'segmenterLabels',
  'encoding',
  'split',
  'categories',
  'names',
  'crowd',
  'reducedZero',
  'ignore',
  'imageSuffix',
  'labelSuffix',
  'unpaired',
  'skipBad',
  'maxPixels',
  'exif',
  'colours',
  'spatialParts',
  'skipLastComponent',
] as const satisfies readonly (keyof DataOptions)[];

/** Formats of data sets with what they look like, for the help of options. */
export const formatsHelp = Object.keys(datasetFormats).join(', ');

/** Usual exports of segmentation models. */
const segmenterPresetNames = Object.keys(segmenterPresets);

/** Adds these options to a command. */
export function withDataOptions(command: Command): Command {
  return command
    .option('--images <DIR>', 'folder of images: JPEG, PNG, WebP, TIFF')
    .option('--labels <DIR>', 'folder of label images with the same stems: grey or palette PNG, NumPy arrays')
    .option('--label-names <FILE>', 'CSV number,name,category')
    .option('--image-labels <FILE>', 'CSV image,number of labels that hold for whole images')
    .option(
      '--segmenter <PRESET=FILE>',
      `ONNX segmentation model that labels the images instead of label files: ${segmenterPresetNames.join(', ')}; may be given several times (other exports: in a study file)`,
      readSegmenter,
    )
    .option('--segmenter-labels <FILE>', 'labels.json of the segmenter unified-parsing')
    .addOption(encodingOption())
    .option('--split <NAME>', 'part of the data set, such as train or val')
    .option(
      '--categories <NAME>',
      'category that is read of Broden; may be given several times (default: all)',
      repeated,
    )
    .option(
      '--names <FILE>',
      'class names of ADE20K, of its challenge or of Pascal VOC, where they are not those of the data set',
    )
    .addOption(
      new Option('--crowd <WHAT>', 'whether crowds of COCO count as their concept (default: keep)').choices([
        'keep',
        'ignore',
      ]),
    )
    .option(
      '--reduced-zero',
      'classes are numbered from 0, with 255 for none: of plain folders (in --label-names too) or of the ADE20K challenge',
    )
    .option(
      '--ignore <NUMBER>',
      'label number of pixels that nobody judged, such as 255, or -1 of .npy files',
      ignoredNumber,
    )
    .option(
      '--image-suffix <TEXT>',
      'what follows the shared part of the stems of images, such as _leftImg8bit; others are left aside',
    )
    .option(
      '--label-suffix <TEXT>',
      'what follows the shared part of the stems of label images, such as _gtFine_labelIds; others are left aside',
    )
    .addOption(
      new Option(
        '--unpaired <WHAT>',
        'images without labels and labels without images, and what an index names that is not there (default: refuse)',
      ).choices(['refuse', 'leave-out']),
    )
    .option('--skip-bad', 'pass over images that do not decode, and say so')
    .option(
      '--max-pixels <N>',
      'most pixels of an image or label image, each of up to 4 bytes (8-bit RGBA; one of 16 bits counts twice); larger ones are refused before they are decoded (default: 100000000)',
      wholeNumber(1),
    )
    .addOption(
      new Option(
        '--exif <WHAT>',
        'whether images are set upright by their EXIF orientation, or read as they are stored, as labels are (default: upright)',
      ).choices(['upright', 'ignore']),
    )
    .option('--colours', 'name the colours of pixels too: 11 concepts of category color')
    .option('--spatial-parts', 'cut objects into halves too: concepts such as sky-t (top), -b, -l, -r of category part')
    .addOption(
      new Option(
        '--skip-last-component',
        'with --spatial-parts: leave the last component of each plane whole, as the published study did by mistake',
      ).implies({ spatialParts: true }),
    );
}

/** The key `data` of the study that the options describe; whatever they say is checked as a study file is. */
export function dataContent(options: DataOptions, format: string | undefined, root: string | undefined): DataContent {
  const {
    images,
    labels,
    labelNames,
    imageLabels,
    segmenter,
    segmenterLabels,
    encoding,
    split,
    categories,
    names,
    crowd,
    reducedZero,
    ignore,
    imageSuffix,
    labelSuffix,
    unpaired,
    skipBad,
    maxPixels,
    exif,
    colours,
    spatialParts: cut,
    skipLastComponent,
  } = options;
  const spatialParts = skipLastComponent === true ? { skipLastComponent } : cut;
  const segmenters = segmenter?.map(({ preset, file }) => ({
    file,
    preset,
    labels: preset === 'unified-parsing' ? segmenterLabels : undefined,
  }));
  // Options that were not given must not stand in the study at all.
  return JSON.parse(
    JSON.stringify({
      format,
      root,
      images,
      labels,
      labelNames,
      imageLabels,
      encoding,
      segmenters,
      split,
      categories,
      names,
      crowd,
      reducedZero,
      ignore,
      imageSuffix,
      labelSuffix,
      unpaired,
      skipBad,
      maxPixels,
      exif,
      colours,
      spatialParts,
    }),
  ) as DataContent;
}

function readSegmenter(text: string, earlier: readonly SegmenterOption[] = []): readonly SegmenterOption[] {
  const at = text.indexOf('=');
  const preset = text.slice(0, Math.max(0, at));
  if (!segmenterPresetNames.includes(preset))
    throw new InvalidArgumentError(`expected PRESET=FILE, where PRESET is one of ${segmenterPresetNames.join(', ')}.`);
  return [...earlier, { preset, file: text.slice(at + 1) }];
}
