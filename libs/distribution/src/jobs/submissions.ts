import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { IntermodelError, MachineError, readError, readInputFile } from '@intermodel/errors';
import { writeFileAtomically } from '@intermodel/streams';
import type { EnginePlace } from '../engine.ts';
import { writeNewFolder, type FileTexts } from './job-files.ts';

const recordFile = 'submission.json';
const jobsFile = 'jobs.json';
/** Digits of the number of a submission. */
const idDigits = 4;

/** A job of a submission: elements of one wave. */
export interface PlannedJob {
  /** Wave that it makes tasks of. */
  readonly wave: string;
  /** Name of its files, without what stands behind the dot. */
  readonly stem: string;
  /** Name that the engine shows. */
  readonly name: string;
}

/** What of a submission is known before the engine has it. */
export interface PlannedSubmission extends Pick<EnginePlace, 'studyHash' | 'studyFile'> {
  /** Engine that it was for. */
  readonly engine: string;
  /** How tasks were cut, where that was said. */
  readonly shardsPerTask?: number | undefined;
  /** Words that start the program where workers run, where they were given. */
  readonly program?: readonly string[] | undefined;
  /** What was given for the engine; holds no credentials. */
  readonly options: object;
  /** Its jobs, in the order of their waves. */
  readonly jobs: readonly PlannedJob[];
}

/** A submission as its folder tells of it. */
export interface SubmissionRecord extends PlannedSubmission {
  /** Its folder. */
  readonly folder: string;
  /** Jobs that the engine took, by their stems. */
  readonly taken: Readonly<Record<string, string>>;
}

/**
 * Writes the files of a submission into a folder of its own, which appears whole or not at all.
 *
 * @param submissions folder of all submissions
 * @param planned what is submitted
 * @param files gives the files, for the folder that they come to lie in
 * @throws MachineError `WRITE_FAILED`.
 */
export function writeSubmission(
  submissions: string,
  planned: PlannedSubmission,
  files: (folder: string) => FileTexts,
): SubmissionRecord {
  for (let number = nextNumber(submissions); ; number++) {
    const folder = folderOf(submissions, number);
    const record = `${JSON.stringify(planned, null, 2)}\n`;
    if (writeNewFolder(folder, { ...files(folder), [recordFile]: record })) return { ...planned, folder, taken: {} };
  }
}

/** Folder that the next submission is likely to get. */
export function nextSubmissionFolder(submissions: string): string {
  return folderOf(submissions, nextNumber(submissions));
}

/** Remembers which jobs an engine took. */
export function rememberJobs(folder: string, taken: Readonly<Record<string, string>>): void {
  writeFileAtomically(path.join(folder, jobsFile), `${JSON.stringify(taken, null, 2)}\n`);
}

/**
 * What was submitted of a study to a store, in order: of the study as it is now, or of what its file once said.
 *
 * @throws MachineError `SUBMISSION_DAMAGED`, with the file.
 */
export function readSubmissions({
  submissions,
  studyHash,
  studyFile,
}: Pick<EnginePlace, 'submissions' | 'studyHash' | 'studyFile'>): SubmissionRecord[] {
  if (submissions === undefined) return [];
  return numbers(submissions).flatMap((number) => {
    const folder = folderOf(submissions, number);
    const planned = readJson(path.join(folder, recordFile)) as PlannedSubmission | undefined;
    if (planned === undefined || (planned.studyHash !== studyHash && planned.studyFile !== studyFile)) return [];
    const taken = (readJson(path.join(folder, jobsFile)) ?? {}) as Record<string, string>;
    return [{ ...planned, folder, taken }];
  });
}

/** Keys of the tasks of each element of a job, in their order. */
export function readElements({ folder }: SubmissionRecord, { stem }: PlannedJob): string[][] {
  return readFileSync(path.join(folder, `${stem}.tasks`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => Array.from(line.matchAll(/[0-9a-f]{8,}/gu), ([key]) => key));
}

function folderOf(submissions: string, number: number): string {
  return path.join(submissions, String(number).padStart(idDigits, '0'));
}

function nextNumber(submissions: string): number {
  return (numbers(submissions).at(-1) ?? 0) + 1;
}

function numbers(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return namesIn(folder)
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw readError(folder, cause);
  }
}

function readJson(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readInputFile(file).toString());
  } catch (cause) {
    if (cause instanceof IntermodelError) throw cause;
    throw new MachineError('SUBMISSION_DAMAGED', 'is no JSON', {
      file,
      expected: 'the file as "intermodel submit" wrote it',
      hint: 'End its jobs by hand, and remove the folder that it lies in.',
      cause,
    });
  }
}
