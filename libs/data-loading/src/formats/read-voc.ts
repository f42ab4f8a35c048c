import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import type { LabelledImageEntry, LabelledImageSet } from '../images/labelled-image-set.ts';
import { labelVocabulary, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import { readLabelNames } from '../labels/read-label-names.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { readTextLines } from '../tables/text-encoding.ts';
import { DataFolder } from './data-folder.ts';
import { UnpairedFiles, type Unpaired } from './unpaired-files.ts';

/** Options of {@link readVoc}. */
export interface ReadVocOptions extends ReadCsvOptions {
  /** List of images in `ImageSets/Segmentation`, such as `train` or `val`. @default all label images */
  readonly split?: string;
  /** CSV file of number, name and category, for data sets with other classes. @default the 20 classes of Pascal VOC */
  readonly names?: string;
  /**
   * Whether images without a label image and labels without an image are an error, or left out with a warning. @default
   * 'refuse'
   */
  readonly unpaired?: Unpaired;
}

/** The classes of Pascal VOC by index from 1 (Everingham et al. 2010). */
export const vocClasses = [
  'aeroplane',
  'bicycle',
  'bird',
  'boat',
  'bottle',
  'bus',
  'car',
  'cat',
  'chair',
  'cow',
  'diningtable',
  'dog',
  'horse',
  'motorbike',
  'person',
  'pottedplant',
  'sheep',
  'sofa',
  'train',
  'tvmonitor',
] as const;

/** Palette index of the border around objects in Pascal VOC, which nobody judged. */
export const vocIgnore = 255;

/**
 * Reads a Pascal VOC data set (`VOC2012`): photographs in `JPEGImages` (of any
 * ending that images have), palette PNG in `SegmentationClass` whose
 * indices are the classes: 0 background (unlabelled here), 255 a border to ignore.
 *
 * @throws InputError `SPLIT_UNKNOWN`, `FILE_MISSING` with the list and its line, `FOLDER_EMPTY`, `PATH_OUTSIDE`.
 */
export async function readVoc(
  root: string,
  { split, names, unpaired, ...options }: ReadVocOptions = {},
): Promise<LabelledImageSet> {
  const folder = await DataFolder.open(root);
  const listed = split === undefined ? labelledStems(folder) : await readSplit(folder, split, options);
  const files = new UnpairedFiles(unpaired);
  const images = listed.flatMap(({ stem, file, line }): LabelledImageEntry[] => {
    const place = { file, ...(line === undefined ? {} : { line }) };
    const photograph = files.find('LABELS_WITHOUT_IMAGES', stem, () => folder.resolveImage(stem, place, photographs));
    const label =
      photograph &&
      files.find('IMAGES_WITHOUT_LABELS', stem, () => folder.resolve(`${stem}.png`, place, 'SegmentationClass'));
    return photograph === undefined || label === undefined
      ? []
      : [
          {
            image: photograph.name.slice(photographs.length + 1),
            file: photograph.file,
            labels: [{ kind: 'png', file: label, encoding: 'indices' }],
          },
        ];
  });
  return {
    images,
    vocabulary: names === undefined ? vocVocabulary : await readLabelNames(names, { ...options, ignore: vocIgnore }),
    warnings: files.warnings(images.length, root),
  };
}

/** Folder of the photographs. */
const photographs = 'JPEGImages';

const vocVocabulary: LabelVocabulary = labelVocabulary(
  vocClasses.map((name, index) => ({ number: index + 1, name, category: 'object' })),
  vocIgnore,
);

interface ListedStem {
  readonly stem: string;
  readonly file: string;
  readonly line?: number;
}

function labelledStems(folder: DataFolder): ListedStem[] {
  const labels = folder.files.filter(({ name }) => /^SegmentationClass\/[^/]+\.png$/iu.test(name));
  if (labels.length === 0)
    throw new InputError('FOLDER_EMPTY', 'holds no SegmentationClass/*.png', {
      file: folder.root,
      expected: 'the folders JPEGImages and SegmentationClass',
      hint: 'Give the folder of one year, such as VOCdevkit/VOC2012.',
    });
  return labels.map(({ stem, file }) => ({ stem: path.posix.basename(stem), file }));
}

async function readSplit(folder: DataFolder, split: string, { encoding }: ReadCsvOptions): Promise<ListedStem[]> {
  const lists = folder.files.filter(({ name }) => /^ImageSets\/Segmentation\/[^/]+\.txt$/u.test(name));
  const list = lists.find(({ name }) => path.posix.basename(name, '.txt') === split);
  if (list === undefined)
    throw new InputError('SPLIT_UNKNOWN', `there is no list ImageSets/Segmentation/${split}.txt`, {
      file: folder.root,
      hint: suggestName(
        split,
        lists.map(({ name }) => path.posix.basename(name, '.txt')),
      ),
    });
  return (await readTextLines(list.file, encoding)).flatMap((text, index) =>
    text.trim() === '' ? [] : [{ stem: text.trim(), file: list.file, line: index + 1 }],
  );
}
