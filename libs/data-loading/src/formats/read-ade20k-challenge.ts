import { InputError, suggestName } from '@intermodel/streams';
import type { LabelledImageSet } from '../images/labelled-image-set.ts';
import { readCsvRecords, wholeNumber } from '../labels/csv-records.ts';
import { labelVocabulary, type LabelConcept, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { readTextLines } from '../tables/text-encoding.ts';
import { DataFolder, shortNames } from './data-folder.ts';
import { UnpairedFiles, type Unpaired } from './unpaired-files.ts';

/** Options of {@link readAde20kChallenge}. */
export interface ReadAde20kChallengeOptions extends ReadCsvOptions {
  /** Images of one split only: `training` or `validation`. @default both */
  readonly split?: string;
  /** File of the class names, `objectInfo150.txt` or `.csv`. @default that in the data set's folder */
  readonly names?: string;
  /**
   * Whether classes are numbered from 0 and 255 means none, as tools with `reduce_zero_label` save them. @default false
   */
  readonly reducedZero?: boolean;
  /** Whether label images without an image are an error, or left out with a warning. @default 'refuse' */
  readonly unpaired?: Unpaired;
}

/** Number of classes of the scene parsing challenge. */
export const ade20kChallengeClasses = 150;

/**
 * Reads ADEChallengeData2016 (Zhou et al. 2017): `images/SPLIT/*.jpg`, `annotations/SPLIT/*.png` in 8-bit grey, 0 other
 * or unlabelled and 1 to 150 the classes of `objectInfo150.txt`.
 *
 * @throws InputError `FOLDER_EMPTY`, `SPLIT_UNKNOWN`, `FILE_MISSING`, `CLASS_NAMES_BROKEN` with the line.
 */
export async function readAde20kChallenge(
  root: string,
  options: ReadAde20kChallengeOptions = {},
): Promise<LabelledImageSet> {
  const { split, reducedZero = false } = options;
  const folder = await DataFolder.open(root);
  const vocabulary = await readClassNames(
    options.names ??
      (folder.find('objectInfo150.csv') ?? { file: folder.resolve('objectInfo150.txt', { file: root }) }).file,
    options,
  );
  const labels = folder.files.filter(({ name }) => /^annotations\/.*\.png$/u.test(name));
  const splits = [...new Set(labels.map(({ name }) => name.split('/')[1] ?? ''))];
  if (labels.length === 0)
    throw new InputError('FOLDER_EMPTY', 'holds no annotations/*/*.png', {
      file: root,
      expected: 'the folders images and annotations, and objectInfo150.txt',
      hint: 'Give the folder ADEChallengeData2016.',
    });
  if (split !== undefined && !splits.includes(split))
    throw new InputError('SPLIT_UNKNOWN', `there is no folder annotations/${split}`, {
      file: root,
      hint: suggestName(split, splits),
    });
  const numbers = reducedZero
    ? new Map([[255, 0], ...vocabulary.concepts.map(({ number }) => [number - 1, number] as const)])
    : undefined;
  const files = new UnpairedFiles(options.unpaired);
  const images = labels
    .filter(({ name }) => split === undefined || name.startsWith(`annotations/${split}/`))
    .flatMap(({ stem, file }) => {
      const image = stem.slice('annotations/'.length);
      const photograph = files.find('LABELS_WITHOUT_IMAGES', image, () =>
        folder.resolveImage(image, { file }, 'images'),
      );
      return photograph === undefined
        ? []
        : [
            {
              image: photograph.name.slice('images/'.length),
              file: photograph.file,
              labels: [
                {
                  kind: 'png' as const,
                  file,
                  encoding: 'indices' as const,
                  ...(numbers === undefined ? {} : { numbers }),
                },
              ],
            },
          ];
    });
  return { images, vocabulary, warnings: files.warnings(images.length, root) };
}

async function readClassNames(file: string, { encoding }: ReadCsvOptions): Promise<LabelVocabulary> {
  const classes = file.endsWith('.csv')
    ? await readCsvNames(file, encoding === undefined ? {} : { encoding })
    : await readTabNames(file, encoding);
  const short = shortNames(classes);
  const concepts = classes.map(({ number }): LabelConcept => ({
    number,
    name: short.get(number) ?? '',
    category: 'object',
  }));
  return labelVocabulary(
    concepts,
    undefined,
    classes.map(({ line }) => ({ file, line })),
  );
}

interface ClassName {
  readonly number: number;
  readonly name: string;
  readonly line: number;
}

async function readCsvNames(file: string, options: ReadCsvOptions): Promise<ClassName[]> {
  return (await readCsvRecords(file, ['Idx', 'Name'], [], options)).map(({ cells, line }) => ({
    number: wholeNumber(cells.Idx, file, line, 'Idx'),
    name: cells.Name,
    line,
  }));
}

async function readTabNames(file: string, encoding: ReadCsvOptions['encoding']): Promise<ClassName[]> {
  const [headings = '', ...lines] = await readTextLines(file, encoding);
  const places = ['Idx', 'Name'].map((name) => headings.split('\t').findIndex((heading) => heading.trim() === name));
  if (places.includes(-1))
    throw new InputError('CLASS_NAMES_BROKEN', 'its first line does not name the columns Idx and Name', {
      file,
      line: 1,
      expected: 'Idx, Ratio, Train, Val, Stuff, Name, with tabs between',
      hint: 'Take the file of the original download, or give the names with `data.names`.',
    });
  return lines.flatMap((text, index) => {
    if (text.trim() === '') return [];
    const cells = text.split('\t');
    const [number, name] = places.map((place) => (cells[place] ?? '').trim());
    return [{ number: wholeNumber(number ?? '', file, index + 2, 'Idx'), name: name ?? '', line: index + 2 }];
  });
}
