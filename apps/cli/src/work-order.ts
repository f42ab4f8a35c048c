import path from 'node:path';
import { isStoreAddress, type EnginePlace, type WorkOrder } from '@intermodel/distribution';
import {
  hashStudyInputs,
  identifyStudy,
  labelsFolder,
  listTasks,
  programVersion,
  wavesOfModels,
  type ListedTask,
  type ListTasksOptions,
  type Study,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { storeOf, studyPlace, type StoreOptions } from './run-to-end.ts';

/** Folder of what was submitted, within that of the store. */
const submissionsFolder = 'submissions';

/** Where submissions of a study are. */
export interface SubmittedOptions extends StoreOptions {
  /** Folder of scripts and logs. @default 'submissions' in the store */
  readonly submissions?: string;
}

/** What of a command line decides what workers are told. */
export interface WorkOrderOptions extends SubmittedOptions, ListTasksOptions {
  /** Command of the program where workers run. */
  readonly command?: readonly string[];
}

/** Which study engines are asked about, and where its submissions are; undefined: a bucket has no folder for them. */
export function enginePlace(study: Study, own: SubmittedOptions): EnginePlace {
  const store = storeOf(own);
  const { submissions = isStoreAddress(store) ? undefined : path.join(store, submissionsFolder) } = own;
  return {
    store,
    submissions: submissions === undefined ? undefined : path.resolve(submissions),
    studyHash: identifyStudy(study).hash,
    studyFile: path.resolve(study.file ?? ''),
  };
}

/** How workers of other machines are told to make tasks of a study: all by absolute paths. */
export function workOrder(study: Study, own: WorkOrderOptions): Omit<WorkOrder, 'tasks' | 'held'> {
  const place = enginePlace(study, own);
  const { set = [], shardsPerTask, command = [process.execPath, path.resolve(process.argv[1] ?? '')] } = own;
  const { out, store, cacheFolder, cacheMegabytes } = own;
  const folders = Object.entries({ out, store, cache: cacheFolder }).flatMap(([name, folder]) =>
    typeof folder === 'string' ? [`--${name}`, isStoreAddress(folder) ? folder : path.resolve(folder)] : [],
  );
  return {
    ...place,
    name: path.basename(place.studyFile, path.extname(place.studyFile)),
    command: [
      ...command,
      ...['work', place.studyFile],
      ...set.flatMap((setting) => ['--set', setting]),
      ...folders,
      ...(cacheMegabytes === undefined ? [] : ['--cache-megabytes', String(cacheMegabytes)]),
      ...(shardsPerTask === undefined ? [] : ['--shards-per-task', String(shardsPerTask)]),
      ...['--expect-study', place.studyHash, '--batch'],
    ],
    gpuWaves: study.runtime.executionProviders.includes('cuda') ? wavesOfModels(study) : [],
    ...{ shardsPerTask, program: own.command },
    queued: {
      program: programVersion,
      set: [...set, ...labelSettings(study, own)],
      inputs: () => hashStudyInputs(study, studyPlace(own)),
    },
  };
}

/** Where labels of segmentation models are kept, which workers of a queue, who write no output, are to know. */
function labelSettings({ runtime: { labelCache } }: Study, { out }: StoreOptions): string[] {
  if (out === undefined || labelCache !== undefined) return [];
  return [`runtime.labelCache=${JSON.stringify(path.resolve(out, labelsFolder))}`];
}

/** The tasks of a study. @throws InputError `TASKS_UNKNOWN` while images are still to be segmented. */
export async function knownTasks(
  study: Study,
  own: StoreOptions,
  { shardsPerTask, unmeasured }: { readonly [Name in keyof ListTasksOptions]: ListTasksOptions[Name] | undefined },
): Promise<readonly ListedTask[]> {
  const { tasks, unsegmented } = await listTasks(study, studyPlace(own), {
    ...(shardsPerTask === undefined ? {} : { shardsPerTask }),
    ...(unmeasured === undefined ? {} : { unmeasured }),
  });
  if (unsegmented > 0)
    throw new InputError(
      'TASKS_UNKNOWN',
      `${String(unsegmented)} images have no labels of the segmentation models yet: the tasks are not known before`,
      {
        ...(study.file === undefined ? {} : { file: study.file }),
        hint: 'Have them made on one machine first, by "intermodel work --wave labels", then submit.',
      },
    );
  return tasks;
}
