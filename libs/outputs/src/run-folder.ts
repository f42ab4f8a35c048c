import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  beginReplacing,
  InputError,
  isRunFolder,
  makeFolder,
  manifestFile,
  removeLeftovers,
  removeRunFolder,
  replaceFiles,
  unfinishedFile,
  writeError,
} from '@intermodel/streams';
import { reportImagesFolder } from './report-choices.ts';
import { studyFileNames } from './write-study.ts';
import { vocabularyFile } from './label-health.ts';
import { changeFile } from './study-change.ts';
import { modelFileNames } from './write-model.ts';

/** Folder of the models' tables within an output folder. */
export const modelsFolder = 'models';

/** Folder within an output folder for the steps of a study, unless another one is named. */
export const storeFolder = '.store';

/** Folder within an output folder for labels that segmentation models made, kept for later runs. */
export const labelsFolder = '.labels';

/** Files of an output folder beside those of the models; what else stands there is the user's. */
const ownFiles: ReadonlySet<string> = new Set([...studyFileNames, vocabularyFile, changeFile]);

const ownFolders: readonly string[] = [modelsFolder, storeFolder, labelsFolder];

/** What {@link RunFolder.replace} did. */
export interface Replaced {
  /** Names of the files. */
  readonly files: readonly string[];
  /** Models whose tables went since the study does not name them, and whether other files keep their folder. */
  readonly gone: readonly { readonly model: string; readonly stays: boolean }[];
}

/** Output folder of a run, in which every model appears as soon as it is done. */
export interface RunFolder {
  /** Path of the folder. */
  readonly path: string;
  /** Folder of one model's tables. */
  readonly model: (name: string) => string;
  /** Takes the manifest of an earlier run away, before the first file of it is replaced. */
  readonly begin: () => void;
  /**
   * Puts the files over models in place, the manifest last.
   *
   * @param write writes them into a folder aside; returns their names
   * @param models models of the study
   */
  readonly replace: (write: (staging: string) => readonly string[], models: readonly string[]) => Replaced;
  /** Removes what earlier runs left and this one did not write; returns the models that went. */
  readonly tidy: (written: readonly string[], models: readonly string[]) => Replaced['gone'];
  /** Removes the output folder if it is new and holds nothing that was computed. */
  readonly discard: () => void;
  /**
   * Removes the output folder if it is new and empty: for a run that may not touch it, since another one holds the
   * store.
   */
  readonly abandon: () => void;
}

/**
 * Opens the output folder of a run: a new or empty one, or that of an earlier run.
 *
 * @throws InputError `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`; MachineError `WRITE_FAILED`.
 */
export function openRunFolder(out: string): RunFolder {
  const isNew = !existsSync(out);
  if (!isNew) {
    if (!statSync(out).isDirectory())
      throw new InputError('OUTPUT_NOT_A_FOLDER', 'the output path is a file', {
        file: out,
        expected: 'a folder, or a path that does not exist yet',
        hint: 'Give another `out`.',
      });
    const entries = readdirSync(out);
    if (!isRunFolder(out) && !wasBegun(out) && entries.some((name) => !ownFolders.includes(name))) {
      throw new InputError('OUTPUT_NOT_EMPTY', 'the output folder holds files that are not the output of a run', {
        file: out,
        expected: `an empty folder, a path that does not exist yet, or an earlier run's folder`,
        hint: 'Give another `out`, or empty the folder.',
      });
    }
  }
  try {
    makeFolder(out);
  } catch (cause) {
    throw writeError(out, cause);
  }
  return {
    path: out,
    model: (name) => path.join(out, modelsFolder, name),
    discard: () => {
      // Another run may have come first while this one waited for it.
      if (isNew && !holdsWork(out)) rmSync(out, { recursive: true, force: true });
    },
    abandon: () => {
      if (isNew && existsSync(out) && readdirSync(out).length === 0) rmdirSync(out);
    },
    begin: () => {
      beginReplacing(out);
    },
    replace: (write, models) => {
      let gone: Replaced['gone'] = [];
      // A change is recognised by the embedding that it led from: once that is replaced, it must be on record.
      const changeFirst = (staging: string) =>
        [...write(staging)].sort((one, other) => Number(other === changeFile) - Number(one === changeFile));
      const files = replaceFiles(out, changeFirst, (names) => (gone = removeStale(out, names, models)));
      removeLeftovers(out);
      return { files: [...files].sort(), gone };
    },
    tidy: (written, models) => {
      removeLeftovers(out);
      return removeStale(out, written, models);
    },
  };
}

/** Removes files of an output that have no successor, and the tables of models that the study does not name. */
function removeStale(out: string, written: readonly string[], models: readonly string[]): Replaced['gone'] {
  const folders = path.join(out, modelsFolder);
  removeLeftovers(folders, modelFileNames);
  for (const name of ownFiles)
    if (name !== manifestFile && !written.includes(name)) rmSync(path.join(out, name), { force: true });
  const images = path.join(out, reportImagesFolder);
  for (const name of existsSync(images) ? readdirSync(images) : []) {
    if (/^[0-9a-f]{20}\.(?:jpg|png|webp)$/u.test(name) && !written.includes(`${reportImagesFolder}/${name}`))
      rmSync(path.join(images, name));
  }
  if (existsSync(images) && readdirSync(images).length === 0) rmdirSync(images);
  // An output of scores, or of features, has none.
  const found = existsSync(folders) ? readdirSync(folders) : [];
  const gone = found.filter((name) => !models.includes(name) && isRunFolder(path.join(folders, name)));
  return gone.map((model) => ({ model, stays: !removeRunFolder(path.join(folders, model), modelFileNames) }));
}

/** Whether anything in a folder was computed, by whatever run: an empty store and its indices are not. */
function holdsWork(out: string): boolean {
  const holds = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0;
  return (
    isRunFolder(out) ||
    [path.join(out, modelsFolder), path.join(out, labelsFolder), path.join(out, storeFolder, 'steps')].some(holds) ||
    (existsSync(out) && readdirSync(out).some((name) => !ownFolders.includes(name)))
  );
}

/** Whether a run that was stopped while it wrote its tables left a folder: the manifest is written last. */
function wasBegun(out: string): boolean {
  const models = path.join(out, modelsFolder);
  return (
    [storeFolder, unfinishedFile].some((name) => existsSync(path.join(out, name))) ||
    (existsSync(models) && readdirSync(models).some((name) => isRunFolder(path.join(models, name))))
  );
}
