import path from 'node:path';
import { InputError } from '@intermodel/errors';
import type { Engine, WorkOrder } from '../engine.ts';
import { cutElements, type WaveElements } from '../jobs/cut-elements.ts';
import {
  elementArguments,
  elementScript,
  elementsText,
  workScript,
  workScriptText,
  writeNewFolder,
  type FileTexts,
} from '../jobs/job-files.ts';
import { shellWord } from '../jobs/shell-word.ts';
import { jobsReadme } from './jobs-readme.ts';
import { kubernetesJob, kubernetesName } from './kubernetes-job.ts';

/** How the files of commands are written. */
export interface FilesEngineOptions {
  /** Folder that is written; it must be new, or empty. */
  readonly jobs: string;
  /** Tasks of one command, at least 1. @default 1 */
  readonly tasksPerElement?: number;
  /** Image for Kubernetes that has the program; with it, a manifest is written for each wave. @default none */
  readonly image?: string;
  /** Volumes for Kubernetes, `CLAIM=FOLDER`, that hold study, store and `jobs` under the same paths as here. */
  readonly volumes?: readonly string[];
  /** Pods of a wave that run at once, at least 1. @default 10 */
  readonly parallelism?: number;
}

const parallelismDefault = 10;

/**
 * Writes what is to be run as files, for whatever runs commands: GNU parallel, xargs, other batch systems, Kubernetes.
 *
 * @throws InputError `ENGINE_OPTION` for what is said of Kubernetes manifests where none are written.
 */
export function filesEngine(options: FilesEngineOptions): Engine {
  checkManifests(options);
  const folder = path.resolve(options.jobs);
  const texts = (order: WorkOrder) => {
    const waves = cutElements(order.tasks, { tasksPerElement: options.tasksPerElement ?? 1 });
    return { waves, files: fileTexts(order, waves, folder, options) };
  };
  return {
    preview: promised((order) =>
      Object.entries(texts(order).files)
        .map(([name, text]) => `# ${path.join(folder, name)}\n${text}`)
        .join('\n'),
    ),
    submit: promised((order) => {
      const { waves, files } = texts(order);
      if (waves.length === 0) return { jobs: [], folder: undefined };
      if (!writeNewFolder(folder, files)) throw notEmpty(folder);
      return {
        folder,
        jobs: waves.map(({ wave, elements }, index) => ({
          ...{ wave, elements: elements.length },
          job: path.join(folder, `${stemOf(wave, index)}.txt`),
          tasks: elements.flat().length,
        })),
      };
    }),
  };
}

function fileTexts(
  order: WorkOrder,
  waves: readonly WaveElements[],
  folder: string,
  { image, volumes = [], parallelism = parallelismDefault }: FilesEngineOptions,
): FileTexts {
  if (folder.includes('\n'))
    throw new InputError('JOBS_FOLDER', 'its path has a line break, which a command in a list cannot have', {
      file: folder,
      hint: 'Give a folder of another name as `files.jobs`.',
    });
  const inFolder = (name: string) => path.join(folder, name);
  const listed = waves.map(({ wave, elements }, index) => ({
    stem: stemOf(wave, index),
    commands: elements.length,
    job: image === undefined ? undefined : kubernetesName(order.name, wave),
  }));
  return {
    [workScript]: workScriptText(order),
    'README.txt': jobsReadme(order, folder, listed),
    ...Object.fromEntries(
      waves.flatMap((wave, index) => {
        const stem = stemOf(wave.wave, index);
        const tasks = `${stem}.tasks`;
        const script = inFolder(`${stem}.sh`);
        const lists: [string, string][] = [
          [
            `${stem}.txt`,
            wave.elements
              .map((element) => `sh ${shellWord(inFolder(workScript))} ${elementArguments(element)}\n`)
              .join(''),
          ],
          [tasks, elementsText(wave.elements)],
        ];
        if (image === undefined) return lists;
        return [
          ...lists,
          [`${stem}.sh`, elementScript('$((JOB_COMPLETION_INDEX + 1))', inFolder(tasks), inFolder(workScript))],
          [`${stem}.yaml`, kubernetesJob(order, wave, script, { image, volumes, parallelism })],
        ];
      }),
    ),
  };
}

/** Refuses what would have no effect without manifests. */
function checkManifests({ image, volumes, parallelism }: FilesEngineOptions): void {
  if (image !== undefined) return;
  for (const [name, value] of Object.entries({ volumes, parallelism }))
    if (value !== undefined)
      throw new InputError('ENGINE_OPTION', `\`files.${name}\` is about Kubernetes, for which no image was given`, {
        expected: '`files.image`, for which manifests are written',
        hint: `Give \`files.image\` too, or leave \`files.${name}\` out.`,
      });
}

function stemOf(wave: string, index: number): string {
  return `${String(index + 1)}-${wave}`;
}

function promised<Result>(work: (order: WorkOrder) => Result): (order: WorkOrder) => Promise<Result> {
  return (order) =>
    new Promise((resolve) => {
      resolve(work(order));
    });
}

function notEmpty(folder: string): InputError {
  return new InputError('OUTPUT_NOT_EMPTY', 'the folder for the lists of commands is not empty', {
    file: folder,
    expected: 'an empty folder, or a path that does not exist yet',
    hint: 'Give another `files.jobs`.',
  });
}
