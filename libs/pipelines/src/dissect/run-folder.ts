import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError, isRunFolder, writeError } from '@intermodel/streams';

/** Folder of the models' tables within an output folder. */
export const modelsFolder = 'models';

/** Folder for what a run needs only while it runs. */
const workFolder = '.work';

/** Folder for labels that segmentation models made, kept for later runs. */
const labelsFolder = '.labels';

/** Output folder of a run, in which every model appears as soon as it is done. */
export interface RunFolder {
  /** Folder of one model's tables. */
  readonly model: (name: string) => string;
  /** Folder for what the run needs only while it runs. */
  readonly work: string;
  /** Folder for labels that segmentation models made. */
  readonly labels: string;
  /** Removes what earlier runs left and this one did not write, and the work folder. */
  readonly tidy: (written: readonly string[], models: readonly string[]) => void;
  /** Removes the work folder. */
  readonly removeWork: () => void;
  /** Removes the output folder too, if it is new and nothing was written into it. */
  readonly discard: () => void;
}

/**
 * Opens the output folder of a run: a new or empty one, or that of an earlier run.
 *
 * @throws InputError `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`; MachineError `WRITE_FAILED`.
 */
export function openRunFolder(out: string): RunFolder {
  const isNew = !existsSync(out);
  if (!isNew) {
    if (!statSync(out).isDirectory()) throw new InputError('OUTPUT_NOT_A_FOLDER', 'the output path is a file', { file: out, expected: 'a folder, or a path that does not exist yet', hint: 'Give another --out.' });
    const entries = readdirSync(out);
    if (entries.length > 0 && !isRunFolder(out) && entries.some((name) => ![modelsFolder, workFolder, labelsFolder].includes(name))) {
      throw new InputError('OUTPUT_NOT_EMPTY', 'the output folder holds files that are not the output of a run', { file: out, expected: `an empty folder, a path that does not exist yet, or an earlier run's folder`, hint: 'Give another --out, or empty the folder.' });
    }
  }
  const work = path.join(out, workFolder);
  const removeWork = () => {
    rmSync(work, { recursive: true, force: true });
  };
  try {
    removeWork();
    mkdirSync(work, { recursive: true });
  } catch (cause) {
    throw writeError(out, cause);
  }
  return {
    model: (name) => path.join(out, modelsFolder, name),
    work,
    labels: path.join(out, labelsFolder),
    removeWork,
    discard: () => {
      removeWork();
      if (isNew && readdirSync(out).length === 0) rmdirSync(out);
    },
    tidy: (written, models) => {
      const stale = readdirSync(out).filter((name) => !written.includes(name) && ![modelsFolder, workFolder].includes(name) && /\.(?:arrow|csv|html|md|json)$/u.test(name));
      for (const name of stale) rmSync(path.join(out, name));
      for (const name of readdirSync(path.join(out, modelsFolder))) if (!models.includes(name)) rmSync(path.join(out, modelsFolder, name), { recursive: true });
      removeWork();
    },
  };
}
