import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { InputError, type IntermodelError } from './errors.ts';
import { limitError } from './machine-limits.ts';

/** A file that is open for reading; whoever opened it closes the handle. */
export interface OpenFile {
  /** Descriptor of the file. */
  readonly handle: number;
  /** Bytes of the file when it was opened. */
  readonly bytes: number;
}

/** Code, beside those of the system, for what is there but is neither a file nor a folder. */
const notFile = 'NOT_FILE';

/**
 * Opens a file for reading, and nothing else: to open a pipe waits for its writer, and a device may never end.
 *
 * @throws an error of the system, or that of {@link requireFile}, for {@link readError}
 */
export function openFile(file: string): OpenFile {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = fstatSync(handle);
    requireFile(status);
    return { handle, bytes: status.size };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

/** Opens a file that the user named. @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`. */
export function openInputFile(file: string): OpenFile {
  try {
    return openFile(file);
  } catch (cause) {
    throw readError(file, cause);
  }
}

/** Reads a file that the user named. @throws InputError `FILE_MISSING` or `FILE_UNREADABLE`. */
export function readInputFile(file: string): Buffer {
  const { handle } = openInputFile(file);
  try {
    return readFileSync(handle);
  } catch (cause) {
    throw readError(file, cause);
  } finally {
    closeSync(handle);
  }
}

/** Refuses what is no file, for callers that have asked the system already. The error is for {@link readError}. */
export function requireFile(status: Pick<Stats, 'isFile' | 'isDirectory'>): void {
  if (status.isDirectory()) throw Object.assign(new Error('folder'), { code: 'EISDIR' });
  if (!status.isFile()) throw Object.assign(new Error('neither a file nor a folder'), { code: notFile });
}

/** Codes of the system by what they mean for the reader of a file. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission to read',
  EPERM: 'no permission to read',
  EISDIR: 'is a folder, not a file',
  [notFile]: 'is a pipe, device or socket, not a file',
  ENXIO: 'is a pipe, device or socket, not a file',
  ELOOP: 'is a link that leads back to itself',
};

/** What to do about some of them, where it is not the path that is wrong. */
const remedies: Readonly<Record<string, string>> = {
  [notFile]: 'Write what it gives into a file first, and name that file.',
  ENXIO: 'Write what it gives into a file first, and name that file.',
};

/**
 * Turns a failure of the file system while reading into an error that says what to do: an InputError, or that of {@link
 * limitError}.
 */
export function readError(file: string, cause: unknown): IntermodelError {
  const limit = limitError(cause, file);
  if (limit !== undefined) return limit;
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return new InputError('FILE_MISSING', 'there is no such file', {
      file,
      hint: 'Check the path; it is taken from the folder in which the command runs.',
      cause,
    });
  return new InputError('FILE_UNREADABLE', reasons[code] ?? `cannot be read (${code === '' ? String(cause) : code})`, {
    file,
    expected: 'a file that can be read',
    hint: remedies[code] ?? 'Check the path and its permissions.',
    cause,
  });
}
