import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { readLimit } from '@intermodel/errors';

/**
 * Runs WebAssembly without the 8 GiB of addresses that are set aside beside each of its memories to catch wrong ones.
 */
const narrowFlag = '--disable-wasm-trap-handler';

/**
 * Address space in bytes under which those addresses may not be had: there is a memory for each thread and kind of
 * kernel.
 */
const wideAddressSpace = 2 ** 40;

/**
 * Runs one command line and returns the exit code. Where the address space is limited (`ulimit -v`, as batch systems
 * set it), Node is started again without the addresses that WebAssembly would set aside, which would not be had.
 */
export async function start(argv: readonly string[]): Promise<number> {
  const limit = readLimit('address space');
  if (limit !== undefined && limit < wideAddressSpace && !process.execArgv.includes(narrowFlag))
    return startNarrow(argv);
  if (process.channel !== undefined) {
    process.once('disconnect', () => process.exit(128 + constants.signals.SIGKILL));
    process.channel.unref();
  }
  const { runCommandLine } = await import('./main.ts');
  return runCommandLine(argv);
}

/**
 * The same command in a process of its own, which is sent the signals of this one, and ends with it: it is no member of
 * the terminal's group, so that Ctrl-C reaches it once.
 */
function startNarrow(argv: readonly string[]): Promise<number> {
  const [, script = ''] = process.argv;
  const child = spawn(process.execPath, [...process.execArgv, narrowFlag, script, ...argv], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
