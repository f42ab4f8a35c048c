import { readdirSync, readFileSync } from 'node:fs';
import { MachineError } from './errors.ts';

/** A limit of the process, as Linux names it. */
export type LimitName = 'open files' | 'processes' | 'address space';

/** How the system, Node, the ONNX runtime and the image library say that there are no more threads to be had. */
const fewThreads =
  /pthread_create|ERR_WORKER_INIT_FAILED|EAGAIN|unable to create (?:a )?thread|error creating thread|resource temporarily unavailable/iu;
const fewFiles = /\bE[MN]FILE\b|too many open files/iu;
const fewBytes =
  /bad_alloc|bad allocation|failed to allocate memory|cannot allocate (?:wasm )?memory|could not allocate memory|ERR_WORKER_OUT_OF_MEMORY|array buffer allocation failed/iu;

/**
 * Recognises a failure that the machine's limits explain, whatever library met it: so that no file is blamed for it.
 *
 * @param cause what was thrown
 * @param file what was being read or run
 * @returns MachineError `TOO_FEW_FILES`, `TOO_FEW_THREADS` or `OUT_OF_MEMORY`; undefined for anything else
 */
export function limitError(cause: unknown, file?: string): MachineError | undefined {
  if (cause instanceof MachineError) return cause;
  if (!(cause instanceof Error)) return undefined;
  const text = `${(cause as NodeJS.ErrnoException).code ?? ''} ${cause.message}`;
  const details = { ...(file === undefined ? {} : { file }), cause };
  if (fewFiles.test(text))
    return new MachineError('TOO_FEW_FILES', `this process may open no more files${limitText('open files')}`, {
      ...details,
      ...filesRemedy,
    });
  if (fewThreads.test(text)) {
    return new MachineError(
      'TOO_FEW_THREADS',
      `no more threads can be started${limitText('processes', 'address space')}`,
      {
        ...details,
        expected: 'about 40 threads for a run on two cores, more on more',
        hint: 'Raise the limit (`ulimit -u`, `ulimit -v`, or that of the batch job), or let models and counting use fewer threads.',
      },
    );
  }
  if (fewBytes.test(text))
    return new MachineError('OUT_OF_MEMORY', `there is not enough memory${limitText('address space')}`, {
      ...details,
      hint: 'Take a smaller batch, close other programs, or raise the limit (`ulimit -v`, or that of the batch job).',
    });
  return limitError(cause.cause, file);
}

/** Files that a thread has open while it loads what it runs. */
const filesOfThread = 64;
const filesRemedy = {
  expected: 'a limit of at least 256',
  hint: 'Raise the limit before the command: `ulimit -n 1024`.',
};

/** Checks that a thread can load what it runs. @throws MachineError `TOO_FEW_FILES`. */
export function requireFilesForThread(): void {
  const limit = readLimit('open files');
  const open = countOpenFiles();
  if (limit === undefined || open === undefined || limit - open >= filesOfThread) return;
  throw new MachineError(
    'TOO_FEW_FILES',
    `this process may open only ${String(limit)} files, of which ${String(open)} are open, and a thread needs up to ${String(filesOfThread)} while it starts`,
    filesRemedy,
  );
}

function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined; // The limit may be reached already, or the system has no such folder.
  }
}

function limitText(...names: readonly LimitName[]): string {
  const limits = names.flatMap((name) => {
    const limit = readLimit(name);
    return limit === undefined ? [] : [`${String(limit)} ${name === 'address space' ? 'bytes of addresses' : name}`];
  });
  return limits.length === 0 ? '' : `: the limit is ${limits.join(', ')}`;
}

/**
 * Limit of this process under which it was started; undefined where there is none, or where the system does not tell.
 */
export function readLimit(name: LimitName): number | undefined {
  try {
    const line = readFileSync('/proc/self/limits', 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`Max ${name}`));
    const limit = Number(/\s(\d+)\s/u.exec(line ?? '')?.[1]);
    return Number.isNaN(limit) ? undefined : limit;
  } catch {
    return undefined;
  }
}
