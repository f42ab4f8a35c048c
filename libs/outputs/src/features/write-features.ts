import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { csvText, isRunFolder, manifestFile, readInputFile } from '@intermodel/streams';
import type { Manifest } from '../manifest.ts';
import type { RunFolder } from '../run-folder.ts';
import { storeFolder } from '../run-folder.ts';
import type { StudyRecord } from '../study-record.ts';
import { writeFiles } from '../write-study.ts';
import { featureFormats, writeFeatures, type FeatureFormatName, type FeatureTable } from './feature-formats.ts';

/** Names of the images of files of features, in their order. */
export const featureImagesFile = 'images.csv';

/** Features to be written, by the name of their file without ending. */
export type NamedFeatures = ReadonlyMap<string, FeatureTable>;

/**
 * Writes features into the output folder of a run, each table in each form, with the names of the images and the
 * manifest: all files aside first, then in the place of those of an earlier run.
 *
 * @returns names of the files
 * @throws MachineError `WRITE_FAILED`
 */
export async function writeFeatureFolder(
  folder: RunFolder,
  tables: NamedFeatures,
  images: readonly string[],
  formats: readonly FeatureFormatName[],
  record: StudyRecord,
): Promise<readonly string[]> {
  // Files of features may be larger than memory: they are written while they are read.
  const aside = path.join(folder.path, storeFolder, 'features-under-way');
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true });
  try {
    const names: string[] = [];
    for (const [name, table] of tables)
      for (const format of formats) {
        await writeFeatures(path.join(aside, `${name}.${format}`), format, table);
        names.push(`${name}.${format}`);
      }
    const before = earlierFeatures(folder.path);
    const { files } = folder.replace((staging) => {
      mkdirSync(staging, { recursive: true });
      for (const name of names) renameSync(path.join(aside, name), path.join(staging, name));
      const list = csvText([{ name: 'image', cell: (row) => images[row] }], images.length);
      return writeFiles(staging, {}, record, { [featureImagesFile]: list }, {}, names);
    }, []);
    for (const name of before) if (!files.includes(name)) rmSync(path.join(folder.path, name), { force: true });
    return files;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** Files of features that an earlier run wrote. */
function earlierFeatures(folder: string): readonly string[] {
  const manifest = path.join(folder, manifestFile);
  if (!existsSync(manifest) || !isRunFolder(folder)) return [];
  const { files = {} } = JSON.parse(readInputFile(manifest).toString()) as Partial<Manifest>;
  return Object.keys(files).filter((name) => Object.hasOwn(featureFormats, path.extname(name).slice(1)));
}
