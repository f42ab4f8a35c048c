import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Middle value of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Wall seconds and peak memory (MB) of one whole process, by the operating system's own account of it. */
export function measureProcess(
  command: string,
  argv: readonly string[],
): { readonly seconds: number; readonly megabytes: number } {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--eval', measuring, command, ...argv], { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  const kilobytes = Number(/maxrss=(\d+)/u.exec(stderr)?.[1]);
  if (status !== 0 || Number.isNaN(kilobytes))
    throw new Error(`${command} ${argv.join(' ')} ended with ${String(status)}:\n${stderr}`);
  return { seconds, megabytes: kilobytes / 1024 };
}

/** Seconds of a whole process: on the clock, and of processors, with those of the processes that it started. */
export interface ProcessSeconds {
  /** From start to end. */
  readonly wall: number;
  /** User and system time; not a number where the system does not tell. */
  readonly processor: number;
}

/** Runs a command of Node in a process of its own, as it comes. */
export function timeProcess(argv: readonly string[]): ProcessSeconds {
  const before = childrenSeconds();
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  const wall = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${String(status)}:\n${stderr}`);
  return { wall, processor: childrenSeconds() - before };
}

/** Processor time of all processes that this one has waited for, and of those that they have. */
function childrenSeconds(): number {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

/** Runs a module in this process and prints the peak memory at its end. */
const measuring = `
const [command, ...argv] = process.argv.slice(1);
process.argv = [process.execPath, command, ...argv];
// The peak of this process alone: what getrusage tells includes that of the process which started it.
process.on('exit', () => { process.stderr.write('maxrss=' + /VmHWM:\\s+(\\d+)/u.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]); });
import(command);
`;

/** Prints one line of figures under a topic. */
export function printFigure(topic: string, name: string, value: string, goal?: string): void {
  console.log(
    `${topic.padEnd(12)} ${name.padEnd(52)} ${value.padStart(16)}${goal === undefined ? '' : `   goal: ${goal}`}`,
  );
}
