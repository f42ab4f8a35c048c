import path from 'node:path';
import { InputError, suggestName } from '@intermodel/streams';
import { someOf } from '../images/list-files.ts';
import type { DataWarning, LabelledImageEntry, LabelledImageSet, LabelSource } from '../images/labelled-image-set.ts';
import { readCsvRecords, wholeNumber, type CsvRecord } from '../labels/csv-records.ts';
import { labelVocabulary, type LabelVocabulary } from '../labels/label-vocabulary.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { DataFolder } from './data-folder.ts';
import { UnpairedFiles, type Unpaired } from './unpaired-files.ts';

/** Options of {@link readBroden}. */
export interface ReadBrodenOptions extends ReadCsvOptions {
  /** Images of one split only, such as `train` or `val`. @default all */
  readonly split?: string;
  /** Categories to load, such as `object` and `part`. @default all of category.csv */
  readonly categories?: readonly string[];
  /**
   * Whether rows whose image or label images are not there are an error, or left out with a warning. @default 'refuse'
   */
  readonly unpaired?: Unpaired;
}

/**
 * Reads a Broden data set (Bau et al. 2017, as `joinseg` writes it): `index.csv`, `category.csv`, `label.csv`,
 * `c_*.csv` and `images/`. A cell of the index lists planes and labels of the whole image, the dominant one first; a
 * pixel of a plane is R + 256 G. A label that occurs in several categories belongs to the one in which it covers most
 * (the later one if equal), as in Network Dissection. Images without a label in the wanted categories are left out.
 *
 * @throws InputError `COLUMN_MISSING`, `CATEGORY_UNKNOWN`, `SPLIT_UNKNOWN`, `LABEL_UNKNOWN`, `PATH_OUTSIDE`,
 * `FILE_MISSING`, with file, line and column.
 */
export async function readBroden(root: string, options: ReadBrodenOptions = {}): Promise<LabelledImageSet> {
  const at = (name: string) => path.join(root, name);
  const csv: ReadCsvOptions = options.encoding === undefined ? {} : { encoding: options.encoding };
  const folder = await DataFolder.open(root);
  const all = (await readCsvRecords(at('category.csv'), ['name'], [], csv)).map(({ cells }) => cells.name);
  const categories = options.categories === undefined ? all : all.filter((name) => options.categories?.includes(name));
  const unknown = options.categories?.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new InputError('CATEGORY_UNKNOWN', `there is no category "${unknown}"`, {
      file: at('category.csv'),
      hint: suggestName(unknown, all),
    });

  const vocabulary = await readVocabulary(at, categories, csv);
  const known = new Set(vocabulary.concepts.map(({ number }) => number));
  const rows = await readCsvRecords(at('index.csv'), ['image', 'split', 'sh', 'sw', ...categories], [], csv);
  const splits = [...new Set(rows.map(({ cells }) => cells['split'] ?? ''))];
  if (options.split !== undefined && !splits.includes(options.split))
    throw new InputError('SPLIT_UNKNOWN', `no image belongs to the split "${options.split}"`, {
      file: at('index.csv'),
      column: 'split',
      hint: suggestName(options.split, splits),
    });

  const files = new UnpairedFiles(options.unpaired);
  const entries = rows
    .filter(({ cells }) => options.split === undefined || cells['split'] === options.split)
    .flatMap((row) => toEntry(row, categories, known, folder, files, at('index.csv')) ?? []);
  const unlabelled = entries.filter(({ labels }) => labels.length === 0).map(({ image }) => image);
  const warnings: DataWarning[] =
    unlabelled.length === 0
      ? []
      : [
          {
            code: 'IMAGES_WITHOUT_LABELS',
            message: `${String(unlabelled.length)} images without a label in ${categories.join(', ')} are left out: ${someOf(unlabelled)}`,
          },
        ];
  return {
    images: entries.filter(({ labels }) => labels.length > 0),
    vocabulary,
    warnings: [...files.warnings(entries.length, root), ...warnings],
  };
}

async function readVocabulary(
  at: (name: string) => string,
  categories: readonly string[],
  csv: ReadCsvOptions,
): Promise<LabelVocabulary> {
  const file = at('label.csv');
  const largest = new Map<number, { readonly category: string; readonly coverage: number }>();
  for (const category of categories) {
    for (const { cells, line } of await readCsvRecords(at(`c_${category}.csv`), ['number', 'coverage'], [], csv)) {
      const number = wholeNumber(cells.number, at(`c_${category}.csv`), line, 'number');
      const coverage = Number(cells.coverage);
      if (coverage >= (largest.get(number)?.coverage ?? 0)) largest.set(number, { category, coverage });
    }
  }
  const labels = (await readCsvRecords(file, ['number', 'name'], [], csv)).flatMap(({ cells, line }) => {
    const number = wholeNumber(cells.number, file, line, 'number');
    const category = largest.get(number)?.category;
    return category === undefined ? [] : [{ concept: { number, name: cells.name, category }, place: { file, line } }];
  });
  return labelVocabulary(
    labels.map(({ concept }) => concept),
    undefined,
    labels.map(({ place }) => place),
  );
}

/** Image and labels of a row; undefined where a file of it is not there and such rows are left out. */
function toEntry(
  { cells, line }: CsvRecord<string>,
  categories: readonly string[],
  known: ReadonlySet<number>,
  folder: DataFolder,
  files: UnpairedFiles,
  file: string,
): LabelledImageEntry | undefined {
  const size = (column: string) => wholeNumber(cells[column] ?? '', file, line, column);
  const [height, width] = [size('sh'), size('sw')];
  const image = cells['image'] ?? '';
  const source = (item: string, column: string): LabelSource => {
    if (!/^\d+$/u.test(item))
      return {
        kind: 'png',
        file: folder.resolve(item, { file, line, column }, 'images'),
        encoding: 'red-green',
        stated: { width, height, by: `index.csv, line ${String(line)},` },
      };
    if (!known.has(Number(item)))
      throw new InputError('LABEL_UNKNOWN', `label ${item} is not one of the category "${column}"`, {
        file,
        line,
        column,
        expected: `a number of label.csv that c_${column}.csv lists`,
        hint: 'Correct the cell, or build the data set again.',
      });
    return { kind: 'whole', number: Number(item) };
  };
  const items = categories
    .flatMap((column) => (cells[column] ?? '').split(';').map((item) => [item.trim(), column] as const))
    .filter(([item]) => item !== '' && item !== '0');
  const labels = files.find('IMAGES_WITHOUT_LABELS', image, () => items.map(([item, column]) => source(item, column)));
  const photograph =
    labels &&
    files.find('LABELS_WITHOUT_IMAGES', image, () => folder.resolve(image, { file, line, column: 'image' }, 'images'));
  return labels === undefined || photograph === undefined ? undefined : { image, file: photograph, labels };
}
