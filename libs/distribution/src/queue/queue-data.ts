import { createHash } from 'node:crypto';
import { canonicalJson } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';

/** A file, or a folder of files, that a study reads: by its content. */
export interface QueuedInput {
  /** What it is to the study, such as `images (100)`. */
  readonly role: string;
  /** Its name, without its folder. */
  readonly name: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
}

/** A study as a queue names it: what workers need to find it and to tell whether it is the one that is meant. */
export interface QueuedStudy {
  /** Version of the program that handed it out. */
  readonly program: string;
  /** Absolute path of the study file. */
  readonly file: string;
  /** Hash of the resolved study. */
  readonly hash: string;
  /** Settings that go over those of the file, `PATH=VALUE`. */
  readonly set: readonly string[];
  /** Where finished steps are kept: an absolute path, or an address. */
  readonly store: string;
  /** Shards of images of one task, at least 1; 0: what is usual. */
  readonly shardsPerTask: number;
  /** What the study reads. */
  readonly inputs: readonly QueuedInput[];
}

/** A task as a queue names it. */
export interface QueuedTask {
  /** Which study: the job of it, see {@link studyJobId}. */
  readonly study: string;
  /** Which state of that study, see {@link studyStamp}. */
  readonly stamp: string;
  /** Which task: the hash of what its steps are made of. */
  readonly key: string;
}

/** Lengths that no honest text of a queue has. */
const longest = { text: 4096, list: 100_000 };

const hex = (digits: number) => new RegExp(`^[0-9a-f]{${String(digits)}}$`, 'u');
const idDigits = 32;
const stampDigits = 16;
const hashDigits = 64;

/** Id of the job of a study: the same for whoever hands it out over the same store. */
export function studyJobId({ hash, store }: Pick<QueuedStudy, 'hash' | 'store'>): string {
  return createHash('sha256')
    .update(canonicalJson([hash, store]))
    .digest('hex')
    .slice(0, idDigits);
}

/** Tells states of a study apart: a hash of all that is said of it. */
export function studyStamp(study: QueuedStudy): string {
  return createHash('sha256').update(canonicalJson(study)).digest('hex').slice(0, stampDigits);
}

/** Id of the job of a task: the same for whoever hands it out. */
export function taskJobId({ study, key }: Pick<QueuedTask, 'study' | 'key'>): string {
  return `${study}-${key}`;
}

/** Key of the task of a job, or undefined where it is none of this study. */
export function taskOfJob(study: string, job: string): string | undefined {
  return job.startsWith(`${study}-`) ? job.slice(study.length + 1) : undefined;
}

/** Id of the job of the study that a job belongs to, be it that job itself. */
export function studyOfJob(job: string): string {
  return job.split('-', 1)[0] ?? job;
}

/** Reads what a queue says of a study. @throws InputError `QUEUE_DATA` */
export function readQueuedStudy(data: unknown): QueuedStudy {
  const read = reader('study', data, ['program', 'file', 'hash', 'set', 'store', 'shardsPerTask', 'inputs']);
  const shardsPerTask = read.field('shardsPerTask');
  if (!Number.isSafeInteger(shardsPerTask) || (shardsPerTask as number) < 0)
    throw read.wrong('shardsPerTask', 'a whole number of at least 0');
  return {
    program: read.text('program'),
    file: read.text('file'),
    hash: read.text('hash', hex(hashDigits)),
    set: read.list('set').map((value) => checkText(value, () => read.wrong('set', 'a list of texts'))),
    store: read.text('store'),
    shardsPerTask: shardsPerTask as number,
    inputs: read.list('inputs').map((value) => {
      const input = reader('input of a study', value, ['role', 'name', 'sha256']);
      return { role: input.text('role'), name: input.text('name'), sha256: input.text('sha256', hex(hashDigits)) };
    }),
  };
}

/** Reads what a queue says of a task. @throws InputError `QUEUE_DATA` */
export function readQueuedTask(data: unknown): QueuedTask {
  const read = reader('task', data, ['study', 'stamp', 'key']);
  return {
    study: read.text('study', hex(idDigits)),
    stamp: read.text('stamp', hex(stampDigits)),
    key: read.text('key', hex(hashDigits)),
  };
}

/** Reads an object that has these keys and no others. */
function reader(what: string, data: unknown, keys: readonly string[]) {
  const wrong = (key: string, expected: string) => queueDataError(`"${key}" of a ${what}`, expected);
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw queueDataError(`a ${what}`, `an object with ${keys.join(', ')}`);
  const fields = new Map<string, unknown>(Object.entries(data));
  const strange = [...fields.keys()].find((key) => !keys.includes(key));
  if (strange !== undefined) throw queueDataError(`a ${what}`, `no other keys than ${keys.join(', ')}`);
  return {
    wrong,
    field: (key: string): unknown => fields.get(key),
    text: (key: string, form?: RegExp): string => {
      const refuse = () => wrong(key, form === undefined ? 'a text' : `hexadecimal digits as ${form.source}`);
      const value = checkText(fields.get(key), refuse);
      if (form !== undefined && !form.test(value)) throw refuse();
      return value;
    },
    list: (key: string): readonly unknown[] => {
      const value = fields.get(key);
      if (!Array.isArray(value) || value.length > longest.list) throw wrong(key, 'a list');
      return value;
    },
  };
}

function checkText(value: unknown, wrong: () => InputError): string {
  if (typeof value !== 'string' || value.length > longest.text || value.includes('\0')) throw wrong();
  return value;
}

function queueDataError(what: string, expected: string): InputError {
  return new InputError('QUEUE_DATA', `a job in the queue is malformed: ${what}`, {
    expected,
    hint: 'It was put there by another program or version, and is set aside.',
  });
}
