import type { ManifestInput } from '@intermodel/outputs';
import { programVersion, type StepStore } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { changePaths, readStudyFile } from '@intermodel/studies';
import type { AllowedRoots } from './allowed-roots.ts';
import { openWorker, type OpenWorkerOptions, type StudyWorker } from './open-worker.ts';
import { expectStudy } from './study-identity.ts';
import { compareInputs } from './study-inputs.ts';

/** A study as it was handed out elsewhere: names and hashes, of which a worker believes nothing. */
export interface SubmittedStudy {
  /** Version of the program that handed it out. */
  readonly program: string;
  /** Absolute path of the study file. */
  readonly file: string;
  /** Hash of the resolved study, see {@link identifyStudy}. */
  readonly hash: string;
  /** Options that go over those of the file, `PATH=VALUE`. */
  readonly set: readonly string[];
  /** Folder of the finished steps, or address of a bucket. */
  readonly store: string;
  /** Shards of images of one task; 0: the usual number. */
  readonly shardsPerTask: number;
  /** What the study reads, by its content. */
  readonly inputs: readonly ManifestInput[];
}

/** Options of {@link openSubmitted}. */
export interface OpenSubmittedOptions extends Pick<
  OpenWorkerOptions,
  'stages' | 'consumers' | 'concurrency' | 'signal' | 'onEvent'
> {
  /** Folders that the study may name. */
  readonly roots: AllowedRoots;
  /** Where finished steps are kept, whatever was handed out. @default what was, if it is allowed */
  readonly store?: StepStore | string;
  /** Opens a store that was handed out, and is allowed. @default it is a folder */
  readonly openStore?: (name: string) => StepStore | string;
}

/**
 * Opens a study that was handed out elsewhere. The file is read here, and only where it, and all that it names, lies
 * within folders that are allowed; it has to be the same study, under the same program, over the same files.
 *
 * @throws InputError `VERSION_DIFFERS`, `PATH_NOT_ALLOWED`, `STUDY_DIFFERS`, `INPUT_DIFFERS`; those of reading a study.
 */
export async function openSubmitted(
  submitted: SubmittedStudy,
  { roots, store: own, openStore = (name) => name, ...options }: OpenSubmittedOptions,
): Promise<StudyWorker> {
  const { program, file, hash, set, shardsPerTask } = submitted;
  if (program !== programVersion)
    throw new InputError('VERSION_DIFFERS', `the study was handed out by version ${program} of the program`, {
      expected: `version ${programVersion}, which this worker is`,
      hint: 'Use the same version on all machines.',
    });
  roots.check(file);
  if (own === undefined) roots.check(submitted.store);
  // What files it names has to be known before any of them is looked for.
  changePaths(readStudyFile(file, { set, checkFiles: false }), '', (name) => {
    roots.check(name);
    return name;
  });
  const study = readStudyFile(file, { set });
  const store = own ?? openStore(submitted.store);
  expectStudy(study, hash, typeof store === 'string' ? store : undefined);
  const worker = await openWorker(study, { ...options, store, ...(shardsPerTask === 0 ? {} : { shardsPerTask }) });
  try {
    compareInputs(file, submitted.inputs, await worker.inputs());
  } catch (error) {
    await worker.stop();
    throw error;
  }
  return worker;
}
