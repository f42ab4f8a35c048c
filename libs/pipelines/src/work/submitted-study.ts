import { studyInputs } from '@intermodel/inputs';
import type { ManifestInput } from '@intermodel/outputs';
import { programVersion } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import { changePaths, readStudyFile, type Study } from '@intermodel/studies';
import { inspectStudy, type StudyPlace } from '../upkeep/inspect-study.ts';
import type { AllowedRoots } from './allowed-roots.ts';
import { openWorker, type OpenWorkerOptions, type StudyWorker } from './open-worker.ts';
import { expectStudy } from './study-identity.ts';

/** Names of inputs that a message lists. */
const inputsTold = 5;

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
  /** Folder of the finished steps. */
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
  /** Folder of the finished steps, whatever was handed out. @default that which was, if it is allowed */
  readonly store?: string;
}

/** Facts about all that a study reads, for those who are to work on it elsewhere. */
export async function hashStudyInputs(study: Study, place: StudyPlace): Promise<readonly ManifestInput[]> {
  const { signal } = place;
  const { opened, store } = await inspectStudy(study, place);
  return opened === undefined ? [] : studyInputs(opened.study, opened.source, store.hashes, signal);
}

/**
 * Opens a study that was handed out elsewhere. The file is read here, and only where it, and all that it names, lies
 * within folders that are allowed; it has to be the same study, under the same program, over the same files.
 *
 * @throws InputError `VERSION_DIFFERS`, `PATH_NOT_ALLOWED`, `STUDY_DIFFERS`, `INPUT_DIFFERS`; those of reading a study.
 */
export async function openSubmitted(
  submitted: SubmittedStudy,
  { roots, store = submitted.store, ...options }: OpenSubmittedOptions,
): Promise<StudyWorker> {
  const { program, file, hash, set, shardsPerTask } = submitted;
  if (program !== programVersion)
    throw new InputError('VERSION_DIFFERS', `the study was handed out by version ${program} of the program`, {
      expected: `version ${programVersion}, which this worker is`,
      hint: 'Use the same version on all machines.',
    });
  roots.check(file);
  if (store === submitted.store) roots.check(store);
  // What files it names has to be known before any of them is looked for.
  changePaths(readStudyFile(file, { set, checkFiles: false }), '', (name) => {
    roots.check(name);
    return name;
  });
  const study = readStudyFile(file, { set });
  expectStudy(study, hash, store);
  const worker = await openWorker(study, { ...options, store, ...(shardsPerTask === 0 ? {} : { shardsPerTask }) });
  try {
    compareInputs(file, submitted.inputs, await worker.inputs());
  } catch (error) {
    await worker.stop();
    throw error;
  }
  return worker;
}

/** @throws InputError `INPUT_DIFFERS` */
function compareInputs(file: string, meant: readonly ManifestInput[], own: readonly ManifestInput[]): void {
  const nameOf = ({ role, name }: ManifestInput) => `${role} ${name}`;
  const known = new Map(own.map((input) => [nameOf(input), input.sha256]));
  const differing = meant.filter((input) => known.get(nameOf(input)) !== input.sha256);
  if (differing.length === 0 && meant.length === own.length) return;
  const told = differing.slice(0, inputsTold).map((input) => {
    const here = known.get(nameOf(input));
    return `${nameOf(input)} (${here === undefined ? 'not here' : `SHA-256 ${here} here`}, ${input.sha256} where it was handed out)`;
  });
  const more = differing.length - told.length;
  const names = new Set(meant.map(nameOf));
  const further = own.filter((input) => !names.has(nameOf(input))).map((input) => `${nameOf(input)} (only here)`);
  throw new InputError(
    'INPUT_DIFFERS',
    `files of the study differ from those that it was handed out with: ${[
      ...told,
      ...(more > 0 ? [`${String(more)} more`] : []),
      ...further.slice(0, inputsTold),
    ].join('; ')}`,
    {
      file,
      expected: 'the same images, labels and models on all machines',
      hint: 'Bring the files of this machine up to date; or hand the study out again from what they are now.',
    },
  );
}
