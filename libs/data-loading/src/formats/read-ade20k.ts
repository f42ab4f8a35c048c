import { InputError } from '@intermodel/streams';
import { someOf, type ListedFile } from '../images/list-files.ts';
import type { LabelledImageEntry, LabelledImageSet, RasterLabel } from '../images/labelled-image-set.ts';
import { labelVocabulary, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { readAde20kNames } from './ade20k-names.ts';
import { DataFolder, shortNames } from './data-folder.ts';
import { UnpairedFiles, type Unpaired } from './unpaired-files.ts';

/** Options of {@link readAde20k}. */
export interface ReadAde20kOptions extends ReadCsvOptions {
  /** Images below a folder of this name only, such as `training`. @default all */
  readonly split?: string;
  /**
   * File of the object names by class: `index_ade20k.mat`, or a text file of one name a line. @default found in the
   * folder
   */
  readonly names?: string;
  /** Whether images without a `_seg.png` are an error, or left out with a warning. @default 'refuse' */
  readonly unpaired?: Unpaired;
}

/**
 * Reads the full ADE20K (Zhou et al. 2019; releases of 2016 and 2021): beside each `NAME.jpg` the objects in
 * `NAME_seg.png` and the parts, parts of parts, … in `NAME_parts_1.png`, `NAME_parts_2.png`, …; a pixel's class is
 * floor(R / 10) * 256 + G, 1 being the first object name. Parts are concepts of their own: number = class + number of
 * classes, category `part`. Names come from `index_ade20k.mat` (2016) or the JSON file of each image (2021).
 *
 * @throws InputError `FOLDER_EMPTY`, `IMAGES_WITHOUT_LABELS`, `FILE_MISSING`, `CLASS_NAMES_MISSING`, `JSON_BROKEN`,
 *   `MAT_BROKEN`.
 */
export async function readAde20k(
  root: string,
  { split, names, unpaired, encoding }: ReadAde20kOptions = {},
): Promise<LabelledImageSet> {
  const folder = await DataFolder.open(root);
  const found = folder.files.filter(
    ({ name, extension }) => extension === '.jpg' && (split === undefined || name.split('/').includes(split)),
  );
  if (found.length === 0)
    throw new InputError('FOLDER_EMPTY', `holds no images${split === undefined ? '' : ` below a folder "${split}"`}`, {
      file: root,
      expected: 'NAME.jpg with NAME_seg.png beside it',
      hint: 'Give the folder of the release, such as ADE20K_2016_07_26.',
    });
  const files = new UnpairedFiles(unpaired);
  const isLabelled = ({ stem }: ListedFile) => folder.find(`${stem}_seg.png`) !== undefined;
  const unlabelled = found.filter((picture) => !isLabelled(picture)).map(({ name }) => name);
  if (unlabelled.length > 0 && !files.leavesOut)
    throw new InputError(
      'IMAGES_WITHOUT_LABELS',
      `${String(unlabelled.length)} images have no _seg.png: ${someOf(unlabelled)}`,
      {
        file: root,
        hint: 'Copy the data set whole, or leave such images out with `data.unpaired: leave-out`.',
      },
    );
  for (const name of unlabelled) files.leaveOut('IMAGES_WITHOUT_LABELS', name);
  const pictures = found.filter(isLabelled);
  const warnings = files.warnings(pictures.length, root);

  const objectNames = await readAde20kNames(folder, pictures, names, encoding);
  const classes = Math.max(...objectNames.keys());
  const numbers = (offset: number) =>
    new Map([[0, 0], ...[...objectNames.keys()].map((number) => [number, number + offset] as const)]);
  const [objects, parts] = [numbers(0), numbers(classes)];
  const images = pictures.map(({ name, file, stem }): LabelledImageEntry => {
    const planes = [`${stem}_seg.png`, ...partFiles(folder, stem)].flatMap((plane) => folder.find(plane) ?? []);
    return {
      image: name,
      file,
      labels: planes.map((plane, level): RasterLabel => ({
        kind: 'png',
        file: plane.file,
        encoding: 'ade20k',
        numbers: level === 0 ? objects : parts,
      })),
    };
  });
  return { images, vocabulary: vocabularyOf(objectNames, classes), warnings };
}

function partFiles(folder: DataFolder, stem: string): string[] {
  const files: string[] = [];
  const name = (level: number) => `${stem}_parts_${String(level)}.png`;
  for (let level = 1; folder.find(name(level)) !== undefined; level++) files.push(name(level));
  const [missing, next] = [name(files.length + 1), name(files.length + 2)];
  if (folder.find(next) !== undefined)
    throw new InputError('FILE_MISSING', `there is no file "${missing}", though there is "${next}"`, {
      file: folder.root,
      expected: 'all levels of parts of an image',
      hint: 'Copy the data set whole.',
    });
  return files;
}

function vocabularyOf(objectNames: ReadonlyMap<number, string>, classes: number): LabelVocabulary {
  const short = shortNames([...objectNames].map(([number, name]) => ({ number, name })));
  return labelVocabulary(
    [...short].flatMap(([number, name]) => [
      { number, name, category: 'object' },
      { number: number + classes, name, category: 'part' },
    ]),
  );
}
