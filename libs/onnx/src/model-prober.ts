import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError, limitError, MachineError, requireFilesForThread, unpackError } from '@intermodel/errors';
import { probeDefaults, type ProbeLimits } from './probe-limits.ts';
import type {
  MeasuredRun,
  ProbeAnswer,
  ProbedShapes,
  ProbeRequest,
  RunRequest,
  ShapesRequest,
} from './probe-messages.ts';

/** Settings of {@link ModelProber}. */
export interface ModelProberOptions extends ProbeLimits {
  /** Bytes of the weights, for which memory is allowed beside `probeMegabytes`. */
  readonly weightBytes: number;
  /** Ends the process at once. */
  readonly signal?: AbortSignal;
}

const pollMilliseconds = 50;
/** The runtime holds weights, and a copy of some. */
const copiesOfWeights = 3;

/**
 * Asks the runtime about a model in a process of its own, which ends at a limit and at the first signal: a file may
 * hold a loop without end, or ask for more memory than there is, and a run that is under way cannot be stopped
 * otherwise.
 */
export class ModelProber {
  readonly #options: ModelProberOptions;
  #process: ChildProcess | undefined;

  constructor(options: ModelProberOptions) {
    this.#options = options;
  }

  /**
   * Asks for shapes.
   *
   * @throws InputError `MODEL_PROBE_LIMIT` where a limit was reached, `MODEL_INVALID` where the process died; those of
   *   the
   * runtime; the reason of the signal.
   */
  ask(request: ShapesRequest): Promise<ProbedShapes>;
  /** Asks what a run takes. @throws as for shapes. */
  ask(request: RunRequest): Promise<MeasuredRun>;
  async ask(request: ProbeRequest): Promise<ProbedShapes | MeasuredRun> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    requireFilesForThread();
    const child = (this.#process ??= startProcess());
    const stopWatching: (() => void)[] = [];
    try {
      return await new Promise<ProbedShapes | MeasuredRun>((resolve, reject) => {
        const take = (answer: ProbeAnswer) => {
          if (answer.kind === 'shapes') resolve(answer.shapes);
          else if (answer.kind === 'run') resolve(answer.run);
          else reject(unpackError(answer.error));
        };
        const fail = (cause: Error) => {
          reject(
            limitError(cause, request.file) ??
              new MachineError('PROCESS_FAILED', `no process can be started to look at the model: ${cause.message}`, {
                file: request.file,
                cause,
              }),
          );
        };
        const leave = (code: number | null, name: NodeJS.Signals | null) => {
          this.#process = undefined;
          reject(
            new InputError(
              'MODEL_INVALID',
              `the runtime ended while it looked at the model (${name ?? `exit code ${String(code)}`})`,
              { file: request.file, hint: 'Check the model with onnx.checker, or export it again.' },
            ),
          );
        };
        child.once('message', take).once('error', fail).once('exit', leave);
        stopWatching.push(() => child.off('message', take).off('error', fail).off('exit', leave));
        const end = (reason: Error) => {
          this.end();
          reject(reason);
        };
        stopWatching.push(this.#watch(child, request.file, end));
        const abort = () => {
          end(signal?.reason as Error);
        };
        signal?.addEventListener('abort', abort, { once: true });
        stopWatching.push(() => signal?.removeEventListener('abort', abort));
        child.send(request);
      });
    } finally {
      for (const stop of stopWatching) stop();
    }
  }

  /** Ends the process. */
  end(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  /** Calls `end` with an error once a limit is reached; returns how to stop watching. */
  #watch(child: ChildProcess, file: string, end: (error: InputError) => void): () => void {
    const {
      probeSeconds = probeDefaults.probeSeconds,
      probeMegabytes = probeDefaults.probeMegabytes,
      weightBytes,
    } = this.#options;
    const megabytes = probeMegabytes + Math.ceil((copiesOfWeights * weightBytes) / 2 ** 20);
    const limit = (what: string, remedy: string) =>
      new InputError(
        'MODEL_PROBE_LIMIT',
        `the runtime was stopped while it looked at the model: it took more than ${what}`,
        {
          file,
          expected: 'a model that can be run on one image',
          hint: `Check that the model has no endless loop, and take a smaller input, or allow more: \`${remedy}\`.`,
        },
      );
    const begun = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - begun > probeSeconds * 1000) end(limit(`${String(probeSeconds)} s`, 'probeSeconds'));
      else if ((residentMegabytes(child.pid) ?? 0) > megabytes)
        end(limit(`${String(megabytes)} MiB of memory`, 'probeMegabytes'));
    }, pollMilliseconds);
    return () => {
      clearInterval(timer);
    };
  }
}

/** Starts the process in a group of its own, so that Ctrl-C on a terminal reaches it through this one only. */
function startProcess(): ChildProcess {
  const here = import.meta.url;
  const fromSources = here.endsWith('.ts');
  const script = fileURLToPath(new URL(fromSources ? './probe-process-from-sources.mjs' : './probe-process.js', here));
  return fork(script, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    detached: true,
    execArgv: fromSources ? ['--conditions=@intermodel/source'] : [],
  });
}

/** Memory of a process, where the system tells. */
function residentMegabytes(pid: number | undefined): number | undefined {
  try {
    return Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return undefined;
  }
}
