import type { DissectionPresetName } from '@intermodel/concept-matching';
import {
  cutSpatialPartsDefaults,
  datasetFormats,
  decodeImageDefaults,
  exifTurns,
  listLabelledImagesDefaults,
  loadLabelledImagesDefaults,
  mostLabelCells,
  textEncodings,
  type CutSpatialPartsOptions,
  type DatasetFormatName,
  type ReadDatasetOptions,
} from '@intermodel/data-loading';
import { choicesOf } from './choices.ts';
import type { OptionRow, OptionStep } from './option-row.ts';

const images = { commands: ['dissect', 'data info', 'data show'], heading: 'Images and labels' } as const;

/** Steps that decode images. */
const decodingSteps = [
  'labels',
  'maps',
  'histogram',
  'top',
  'own',
  'features',
  'gallery',
] as const satisfies readonly OptionStep[];

const formats = choicesOf<DatasetFormatName>(datasetFormats);

/** Titles of the formats whose reader knows an option. */
function formatsWith(option: keyof ReadDatasetOptions): string {
  return formats.filter((name) => (datasetFormats[name].options as readonly string[]).includes(option)).join(', ');
}

/** Preset whose label grid is told as an example. */
const usualPreset: DissectionPresetName = 'dissect-2020';

/** Longest side of a grid or an image. */
const sides = { kind: 'whole', unit: 'pixels', minimum: 1, maximum: 65_535 } as const;

const names = { kind: 'list', of: { kind: 'text' }, fewest: 1, isUnique: true } as const;

/** Options of images and labels, but for segmentation models and changes of the vocabulary. */
export const dataOptions: readonly OptionRow[] = [
  {
    path: 'data',
    type: {
      kind: 'group',
      name: 'data',
      about:
        'Images and labels as a study file names them: a folder in the layout of format, or images, labels and their names.',
    },
    otherwise: 'nothing is dissected; there must be tasks then',
    help: 'Images with pixel-level concept labels.',
  },
  {
    path: 'data.format',
    type: { kind: 'choice', choices: formats },
    default: 'plain',
    help: 'Layout of the data set. `plain`: images, label images with the same stems, and a CSV of their names; the others are folders named by `root`.',
    flags: [
      {
        flags: '--data-format <NAME>',
        commands: ['dissect', 'data show'],
        heading: images.heading,
        help: 'Layout of --data.',
      },
      { flags: '--format <NAME>', commands: ['data info'], heading: images.heading, help: 'Layout of the data set.' },
    ],
  },
  {
    path: 'data.root',
    type: { kind: 'text', names: 'folder', role: 'images' },
    help: 'Folder of a data set in the layout of `format`; for `plain` one with images/, labels/, labels.csv and, if there is one, image-labels.csv, instead of the paths that follow.',
    flags: [
      {
        flags: '--data <DIR>',
        commands: ['dissect', 'data show'],
        heading: images.heading,
        help: 'Folder of labelled images in the layout of --data-format, instead of --images, --labels and --label-names.',
      },
    ],
  },
  {
    path: 'data.images',
    type: { kind: 'text', names: 'folder', role: 'images' },
    help: 'Folder of images (JPEG, PNG, WebP, TIFF), with sub-folders.',
    flags: [{ flags: '--images <DIR>', ...images, commands: [...images.commands, 'features', 'twin'] }],
  },
  {
    path: 'data.labels',
    type: { kind: 'text', names: 'folder', role: 'label images' },
    help: 'Folder of label images with the same stems: grey or palette PNG, or NumPy arrays.',
    flags: [{ flags: '--labels <DIR>', ...images }],
  },
  {
    path: 'data.labelNames',
    type: { kind: 'text', names: 'file', role: 'label names' },
    help: 'CSV that names the label numbers: number, name, category.',
    flags: [{ flags: '--label-names <FILE>', ...images }],
  },
  {
    path: 'data.imageLabels',
    type: { kind: 'text', names: 'file', role: 'labels of whole images' },
    help: 'CSV of labels that hold for a whole image: image, number.',
    flags: [{ flags: '--image-labels <FILE>', ...images }],
  },
  {
    path: 'data.encoding',
    type: { kind: 'choice', choices: choicesOf(textEncodings) },
    otherwise: 'utf-8',
    help: 'Encoding of the CSV files that name labels, classes, synonyms and categories; a byte-order mark goes before it.',
    flags: [
      {
        flags: '--encoding <NAME>',
        ...images,
        help: 'Encoding of CSV files without a byte-order mark (default: utf-8).',
      },
    ],
  },
  {
    path: 'data.split',
    type: { kind: 'text' },
    otherwise: 'all, or the only one',
    help: 'Part of the data set, such as train or val, by the name that its layout has for it.',
    flags: [{ flags: '--split <NAME>', ...images, help: 'Part of the data set, such as train or val.' }],
  },
  {
    path: 'data.categories',
    type: names,
    otherwise: 'all',
    help: `Categories that are read, for ${formatsWith('categories')}.`,
    flags: [{ flags: '--categories <NAME>', ...images, help: 'Category that is read of Broden (default: all).' }],
  },
  {
    path: 'data.names',
    type: { kind: 'text', names: 'file', role: 'class names' },
    otherwise: 'that of the layout',
    help: `File of the class names, for ${formatsWith('names')}.`,
    flags: [
      {
        flags: '--names <FILE>',
        ...images,
        help: 'Class names of ADE20K, of its challenge or of Pascal VOC, where they are not those of the data set.',
      },
    ],
  },
  {
    path: 'data.crowd',
    type: { kind: 'choice', choices: choicesOf<NonNullable<ReadDatasetOptions['crowd']>>({ keep: 1, ignore: 1 }) },
    otherwise: 'keep',
    help: `Whether crowds count as their concept or as pixels that nobody judged, for ${formatsWith('crowd')}.`,
    flags: [
      { flags: '--crowd <WHAT>', ...images, help: 'Whether crowds of COCO count as their concept (default: keep).' },
    ],
  },
  {
    path: 'data.reducedZero',
    type: { kind: 'truth' },
    otherwise: 'they are not',
    help: `Whether classes are numbered from 0 with 255 for none, for ${formatsWith('reducedZero')} (in the CSV of names of plain data too).`,
    flags: [
      {
        flags: '--reduced-zero',
        ...images,
        help: 'Classes are numbered from 0, with 255 for none: of plain folders (in --label-names too) or of the ADE20K challenge.',
      },
    ],
  },
  {
    path: 'data.ignore',
    type: { kind: 'whole', minimum: -2_147_483_648, maximum: 65_535, not: 0 },
    otherwise: 'none',
    help: `Label number of pixels that nobody judged, such as 255, or -1 of .npy files; for ${formatsWith('ignore')} data sets.`,
    flags: [{ flags: '--ignore <NUMBER>', ...images }],
  },
  {
    path: 'data.imageSuffix',
    type: { kind: 'text' },
    otherwise: 'nothing',
    help: `What follows the shared part of the stems of images, such as _leftImg8bit; images without it are left aside. For ${formatsWith('imageSuffix')} data sets.`,
    flags: [{ flags: '--image-suffix <TEXT>', ...images }],
  },
  {
    path: 'data.labelSuffix',
    type: { kind: 'text' },
    otherwise: 'nothing',
    help: `What follows the shared part of the stems of label images, such as _gtFine_labelIds; others are left aside. For ${formatsWith('labelSuffix')} data sets.`,
    flags: [{ flags: '--label-suffix <TEXT>', ...images }],
  },
  {
    path: 'data.unpaired',
    type: {
      kind: 'choice',
      choices: choicesOf<NonNullable<ReadDatasetOptions['unpaired']>>({ refuse: 1, 'leave-out': 1 }),
    },
    default: listLabelledImagesDefaults.unpaired,
    help: 'Whether images without labels and labels without images, and what an index names that is not there, are an error, or left out with a warning.',
    flags: [{ flags: '--unpaired <WHAT>', ...images }],
  },
  {
    path: 'data.colours',
    type: { kind: 'truth' },
    default: false,
    help: 'Whether the colour of every pixel is named by the eleven basic colour terms, as concepts of category color.',
    flags: [{ flags: '--colours', ...images, help: 'Name the colours of pixels too: 11 concepts of category color.' }],
    enters: ['labels'],
  },
  {
    path: 'data.spatialParts',
    type: { kind: 'either', of: [{ kind: 'truth' }, { kind: 'group', name: 'spatialParts' }] },
    default: false,
    help: 'Whether every connected component of the objects is cut into halves, as concepts such as sky-t (top), -b (bottom), -l (left) and -r (right) of category part. With segmenters of the preset dissect-2020 they are, unless this says false.',
    flags: [
      {
        flags: '--spatial-parts',
        ...images,
        help: 'Cut objects into halves too: concepts such as sky-t (top), -b, -l, -r of category part.',
      },
    ],
    enters: ['labels'],
  },
  {
    path: 'data.spatialParts.categories',
    type: names,
    default: cutSpatialPartsDefaults.categories,
    help: 'Categories whose concepts are cut.',
  },
  {
    path: 'data.spatialParts.skipLastComponent',
    type: { kind: 'truth' },
    default: cutSpatialPartsDefaults.skipLastComponent,
    help: 'Whether the last component of each plane stays whole, as in the published study by mistake.',
    flags: [
      {
        flags: '--skip-last-component',
        ...images,
        help: 'With --spatial-parts: leave the last component of each plane whole, as the published study did by mistake.',
      },
    ],
  },
  {
    path: 'data.spatialParts.planes',
    type: {
      kind: 'choice',
      choices: choicesOf<NonNullable<CutSpatialPartsOptions['planes']>>({ all: 1, first: 1 }),
    },
    default: cutSpatialPartsDefaults.planes,
    help: 'Whether objects of all label planes of an image are cut, or of the first alone, as with segmenters of the preset dissect-2020 unless this is said: that of objects, without those that are parts of others.',
  },
  {
    path: 'data.labelGrid',
    type: { kind: 'group', name: 'labelGrid' },
    otherwise: `that of the preset (56 x 56 for ${usualPreset}: a quarter of an input of 224)`,
    help: `Size that labels and upsampled activations are compared at. At most ${String(mostLabelCells)} cells, such as 1024 x 1024.`,
    enters: ['labels', 'histogram', 'overlaps', 'matches', 'gallery'],
  },
  { path: 'data.labelGrid.width', type: sides, isRequired: true, help: 'Columns of the grid.' },
  { path: 'data.labelGrid.height', type: sides, isRequired: true, help: 'Rows of the grid.' },
  {
    path: 'data.skipBad',
    type: { kind: 'truth' },
    default: loadLabelledImagesDefaults.skipBad,
    help: 'Whether an image whose files do not decode is passed over (and recorded) instead of stopping the run.',
    flags: [{ flags: '--skip-bad', ...images, help: 'Pass over images that do not decode, and say so.' }],
    enters: decodingSteps,
  },
  {
    path: 'data.maxPixels',
    type: { kind: 'whole', unit: 'pixels', minimum: 1 },
    default: decodeImageDefaults.maxPixels,
    help: 'Most pixels of an image or label image, each of up to 4 bytes (8-bit RGBA); a pixel of more bytes counts for more. Larger ones are refused before they are decoded.',
    flags: [{ flags: '--max-pixels <N>', ...images, commands: [...images.commands, 'features', 'probe'] }],
    enters: decodingSteps,
  },
  {
    path: 'data.background',
    type: { kind: 'list', of: { kind: 'whole', minimum: 0, maximum: 255 }, fewest: 3, most: 3 },
    default: decodeImageDefaults.background,
    help: 'Red, green and blue behind transparent pixels.',
    enters: decodingSteps,
  },
  {
    path: 'data.exif',
    type: { kind: 'choice', choices: exifTurns },
    default: decodeImageDefaults.exif,
    help: 'Whether images are set upright by their EXIF orientation, or read as they are stored, as their label images are; the labels then lie as they were drawn.',
    flags: [
      {
        flags: '--exif <WHAT>',
        ...images,
        commands: [...images.commands, 'features', 'probe'],
        help: 'Whether images are set upright by their EXIF orientation, or read as they are stored, as labels are.',
      },
    ],
    enters: decodingSteps,
  },
];
