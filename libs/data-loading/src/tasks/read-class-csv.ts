import { InputError, suggestName } from '@intermodel/streams';
import { DataFolder } from '../formats/data-folder.ts';
import { UnpairedFiles } from '../formats/unpaired-files.ts';
import { imageExtensions, type ListedFile } from '../images/list-files.ts';
import { findColumn, missingColumn, readCsvRows } from '../tables/csv-table.ts';
import { classTask } from './class-task.ts';
import type { ClassTask, TaskPart } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { imageFolder, placeOf } from './task-places.ts';
import { imagesOnce, requirePart, twiceWarnings, type UnpartedImage } from './task-parts.ts';

/** Headings of the columns, in lower case, the first that is there wins. */
const headingsOf = {
  image: ['image', 'file', 'filename', 'file_name', 'path', 'name'],
  label: ['label', 'labels', 'class', 'classes', 'tags'],
  split: ['split', 'part', 'set', 'subset'],
} as const;

/** What stands between the classes of one cell. */
const separators = /[|;]/u;

/**
 * Reads classes from a CSV file of image, label and, where the data have parts, split: one row an image, or several,
 * whose labels add up. A cell lists several labels with `|` or `;` between them; an empty one is an image without a
 * class, which only data with several classes of an image have. Images are named by paths below the folder of images
 * (or that of the data set, where the first one lies there), whose endings may be left out where no two images differ in
 * them alone.
 *
 * @throws InputError `COLUMN_MISSING`, `LABEL_EMPTY`, `PART_UNKNOWN`, `IMAGE_UNKNOWN`, `STEM_TWICE`, `PATH_OUTSIDE`,
 *   `FILE_MISSING`, `IMAGE_IN_TWO_PARTS`, those of {@link readCsvRows} and {@link classTask}.
 */
export async function readClassCsv(options: ReadTaskDataOptions): Promise<ClassTask> {
  const file = placeOf(options, 'labels', 'labels.csv');
  const rows = await readRows(file, options);
  const { root, findImage } = await openImages(options, rows[0], file);
  const files = new UnpairedFiles(options.unpaired);
  const listed = rows.flatMap(({ image, labels, part, line }): UnpartedImage<readonly string[]>[] => {
    const found = files.find('LABELS_WITHOUT_IMAGES', image, () => findImage(image, line));
    return found === undefined ? [] : [{ image: found.name, file: found.file, part, target: labels }];
  });
  const left = files.warnings(listed.length, root);
  const join = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
  const { images, twice } = imagesOnce(listed, join, file);
  const bare = rows.find(({ labels }) => labels.length === 0);
  if (bare !== undefined && images.every(({ target }) => target.length <= 1))
    throw new InputError('LABEL_EMPTY', `the image "${bare.image}" has no label`, {
      file,
      line: bare.line,
      column: 'label',
      expected: 'the class of the image; only data with several classes of an image have images without any',
      hint: 'Write the class, or take the row out.',
    });
  return classTask(
    {
      images,
      warnings: [...left, ...twiceWarnings(twice, 'what its rows say adds up')],
      files: [file],
      root: file,
    },
    options,
  );
}

interface LabelRow {
  readonly image: string;
  readonly labels: readonly string[];
  readonly part: TaskPart | undefined;
  readonly line: number;
}

async function readRows(file: string, { encoding }: ReadTaskDataOptions): Promise<LabelRow[]> {
  const rows: LabelRow[] = [];
  let columns: { readonly image: number; readonly label: number; readonly split: number | undefined } | undefined;
  for await (const { cells, line } of readCsvRows(file, encoding === undefined ? {} : { encoding })) {
    if (columns === undefined) {
      const headings = cells.map((cell) => cell.trim().toLowerCase());
      const need = (names: readonly string[]) => {
        const index = findColumn(headings, names);
        if (index === undefined) throw missingColumn(file, names, cells);
        return index;
      };
      columns = {
        image: need(headingsOf.image),
        label: need(headingsOf.label),
        split: findColumn(headings, headingsOf.split),
      };
      continue;
    }
    const labels = (cells[columns.label] ?? '')
      .split(separators)
      .map((label) => label.trim().normalize('NFC'))
      .filter((label) => label !== '');
    rows.push({
      image: (cells[columns.image] ?? '').trim(),
      labels: [...new Set(labels)],
      part:
        columns.split === undefined
          ? undefined
          : requirePart(cells[columns.split] ?? '', { file, line, column: 'split' }),
      line,
    });
  }
  if (rows.length === 0)
    throw new InputError('TABLE_EMPTY', 'the table lists no image', {
      file,
      expected: 'a row for each image',
      hint: 'Check that the file was written whole.',
    });
  return rows;
}

interface OpenedImages {
  readonly root: string;
  readonly findImage: ReturnType<typeof imageFinder>;
}

/** The folder that names are relative to: of those that may be meant, the one that has the first image. */
async function openImages(
  options: ReadTaskDataOptions,
  first: LabelRow | undefined,
  file: string,
): Promise<OpenedImages> {
  const usual = imageFolder(options);
  const others =
    options.images === undefined && options.root !== undefined && options.root !== usual ? [options.root] : [];
  const open = async (root: string): Promise<OpenedImages> => ({
    root,
    findImage: imageFinder(await DataFolder.open(root), file),
  });
  const opened = await open(usual);
  if (first === undefined || has(opened, first)) return opened;
  for (const root of others) {
    const other = await open(root);
    if (has(other, first)) return other;
  }
  return opened;
}

function has({ findImage }: OpenedImages, { image, line }: LabelRow): boolean {
  try {
    findImage(image, line);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** Finds an image by its path below the folder, or by that without its ending. */
function imageFinder(folder: DataFolder, file: string): (name: string, line: number) => ListedFile {
  const byStem = new Map<string, ListedFile[]>();
  const images = folder.files.filter(({ extension }) => imageExtensions.includes(extension));
  for (const image of images) {
    const stem = image.stem.normalize('NFC');
    byStem.set(stem, [...(byStem.get(stem) ?? []), image]);
  }
  return (name, line) => {
    const place = { file, line, column: 'image' };
    const candidates = byStem.get(name.normalize('NFC').replace(/^(?:\.\/)+/u, ''));
    if (candidates === undefined || folder.find(name) !== undefined) {
      const found = folder.locate(name, place);
      if (imageExtensions.includes(found.extension)) return found;
      throw new InputError('IMAGE_UNKNOWN', `"${name}" is no image`, {
        ...place,
        expected: `a file that ends with ${imageExtensions.join(', ')}`,
        hint: suggestName(
          name,
          images.map((image) => image.name),
        ),
      });
    }
    const [only, other] = candidates;
    if (only !== undefined && other === undefined) return only;
    throw new InputError(
      'STEM_TWICE',
      `"${name}" may be ${candidates.map((one) => one.name).join(' or ')}, which differ in their endings alone`,
      { ...place, expected: 'one image for each name', hint: 'Write the name with its ending.' },
    );
  };
}
