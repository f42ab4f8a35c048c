import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a run of the command did, and took. */
export interface BoundedRun {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  /** Signal that ended it. */
  readonly signal: NodeJS.Signals | null;
  /** Text of standard error. */
  readonly stderr: string;
  /** Seconds of processor time. */
  readonly seconds: number;
  /** Most memory that was resident, in megabytes. */
  readonly megabytes: number;
  /** Which bound it went beyond and was ended for. */
  readonly beyond: 'seconds' | 'megabytes' | 'waiting' | undefined;
}

/** Bounds beyond which a run is ended. */
export interface RunBounds {
  /** Seconds of processor time. */
  readonly seconds: number;
  /** Megabytes resident. */
  readonly megabytes: number;
}

const pollMilliseconds = 100;
/** Wall time after which a run that takes no processor time counts as one that waits for ever. */
const waitingSeconds = 120;

/** Runs a program within bounds; its folder for temporary files and its home lie in the working folder. */
export async function runBounded(
  command: string,
  argv: readonly string[],
  cwd: string,
  bounds: RunBounds,
): Promise<BoundedRun> {
  const preload = path.join(import.meta.dirname, 'report-usage.mjs');
  const env = {
    ...process.env,
    TMPDIR: path.join(cwd, 'tmp'),
    HOME: path.join(cwd, 'home'),
    NODE_OPTIONS: `--import ${preload}`,
  };
  const child = spawn(process.execPath, [command, ...argv], { cwd, env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let [stderr, usage] = ['', ''];
  let beyond: BoundedRun['beyond'];
  let last = { seconds: 0, megabytes: 0 };
  child.stderr?.on('data', (chunk: Buffer) => (stderr = `${stderr}${chunk.toString()}`.slice(0, 100_000)));
  child.stdio[3]?.on('data', (chunk: Buffer) => (usage += chunk.toString()));
  const begun = performance.now();
  const timer = setInterval(() => {
    last = readUsage(child.pid) ?? last;
    const waited = (performance.now() - begun) / 1000;
    beyond ??=
      last.seconds > bounds.seconds
        ? 'seconds'
        : last.megabytes > bounds.megabytes
          ? 'megabytes'
          : waited > waitingSeconds + 4 * last.seconds
            ? 'waiting'
            : undefined;
    if (beyond !== undefined) end();
  }, pollMilliseconds);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...end) => {
      resolve(end);
    }),
  );
  clearInterval(timer);
  process.off('exit', end);
  const told = usage === '' ? last : (JSON.parse(usage) as typeof last);
  return { code, signal, stderr, beyond, ...told };
}

function readUsage(pid: number | undefined): { seconds: number; megabytes: number } | undefined {
  try {
    const [, fields = ''] = readFileSync(`/proc/${String(pid)}/stat`, 'utf8').split(') ');
    const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number);
    const peak = Number(/VmHWM:\s+(\d+)/u.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]);
    // Linux counts processor time in hundredths of a second.
    return Number.isNaN(peak) ? undefined : { seconds: (user + system) / 100, megabytes: peak / 1024 };
  } catch {
    return undefined;
  }
}
