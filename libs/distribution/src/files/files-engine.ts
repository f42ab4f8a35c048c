import path from 'node:path';
import { InputError } from '@intermodel/errors';
import type { Engine, WorkOrder } from '../engine.ts';
import { cutElements, type WaveElements } from '../jobs/cut-elements.ts';
import {
  elementArguments,
  elementsText,
  workScript,
  workScriptText,
  writeNewFolder,
  type FileTexts,
} from '../jobs/job-files.ts';
import { shellWord } from '../jobs/shell-word.ts';

/** How the files of commands are written. */
export interface FilesEngineOptions {
  /** Folder that is written; it must be new, or empty. */
  readonly jobs: string;
  /** Tasks of one command, at least 1. @default 1 */
  readonly tasksPerElement?: number;
}

/** Writes what is to be run as files, for whatever runs commands: GNU parallel, xargs, batch systems of other kinds. */
export function filesEngine(options: FilesEngineOptions): Engine {
  const folder = path.resolve(options.jobs);
  const texts = (order: WorkOrder) => {
    const waves = cutElements(order.tasks, { tasksPerElement: options.tasksPerElement ?? 1 });
    return { waves, files: fileTexts(order, waves, folder) };
  };
  return {
    preview: (order) => {
      const { files } = texts(order);
      return Promise.resolve(
        Object.entries(files)
          .map(([name, text]) => `# ${path.join(folder, name)}\n${text}`)
          .join('\n'),
      );
    },
    submit: (order) => {
      const { waves, files } = texts(order);
      if (!writeNewFolder(folder, files)) throw notEmpty(folder);
      return Promise.resolve({
        folder,
        jobs: waves.map(({ wave, elements }, index) => ({
          ...{ wave, elements: elements.length },
          job: path.join(folder, listName(wave, index)),
          tasks: elements.flat().length,
        })),
      });
    },
  };
}

function fileTexts(order: WorkOrder, waves: readonly WaveElements[], folder: string): FileTexts {
  if (folder.includes('\n'))
    throw new InputError(
      'JOBS_FOLDER',
      'the path of the folder has a line break in it, which a list of commands has not',
      {
        file: folder,
        hint: 'Give a folder of another name.',
      },
    );
  const script = shellWord(path.join(folder, workScript));
  return {
    [workScript]: workScriptText(order),
    ...Object.fromEntries(
      waves.flatMap(({ wave, elements }, index) => [
        [listName(wave, index), elements.map((element) => `sh ${script} ${elementArguments(element)}\n`).join('')],
        [`${stem(wave, index)}.tasks`, elementsText(elements)],
      ]),
    ),
  };
}

function listName(wave: string, index: number): string {
  return `${stem(wave, index)}.txt`;
}

function stem(wave: string, index: number): string {
  return `${String(index + 1)}-${wave}`;
}

function notEmpty(folder: string): InputError {
  return new InputError('OUTPUT_NOT_EMPTY', 'the folder for the lists of commands is not empty', {
    file: folder,
    expected: 'an empty folder, or a path that does not exist yet',
    hint: 'Give another `files.jobs`.',
  });
}
