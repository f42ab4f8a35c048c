import { execFile } from 'node:child_process';
import { InputError, MachineError, visibleText } from '@intermodel/errors';

/** Bytes that a command of Slurm may print: a line for each element of all arrays. */
const mostOutput = 2 ** 28;

/** Largest index of an array plus one, where the site does not say. */
const usualArraySize = 1001;

/** What the commands say where the controller does not answer, or where they do not know which one to ask. */
const unreachable =
  /contact slurm|connect|timed out|munge|protocol auth|configuration (?:source|file)|fetch(?:ing|_| )config|dns srv|(?:stat|open|read) file|ClusterName needs/iu;

/** An element of an array as Slurm tells of it. */
export interface ElementState {
  /** Its index. */
  readonly element: number;
  /** State, such as `PENDING`. */
  readonly state: string;
}

/**
 * Submits a batch script, and gives the id of its job.
 *
 * @throws InputError `SLURM_REFUSED` with Slurm's words; MachineError `SLURM_MISSING`, `SLURM_UNREACHABLE`.
 */
export async function submitScript(argv: readonly string[]): Promise<string> {
  const [id = ''] = (await slurm('sbatch', argv)).trim().split(';');
  if (/^\d+$/u.test(id)) return id;
  throw new MachineError('SLURM_UNREACHABLE', `sbatch gave no id of a job, but "${visibleText(id)}"`, {
    expected: 'the number of the job, as "sbatch --parsable" prints it',
    hint: 'See what "sbatch" does on this machine; it may be a wrapper of the site.',
  });
}

/** How many elements an array may have at this site; its indices begin with 1. */
export async function mostElements(): Promise<number> {
  // Without Slurm at hand, what would be submitted can be shown nevertheless.
  const config = await slurm('scontrol', ['show', 'config']).catch(() => '');
  const [, size] = /^\s*MaxArraySize\s*=\s*(\d+)/mu.exec(config) ?? [];
  return Math.max(1, Number(size ?? usualArraySize) - 1);
}

/**
 * States of the elements of jobs that Slurm still knows of, by job and element.
 *
 * @param names names of the jobs: ids begin anew where a controller has lost its state
 * @param ids ids of the arrays
 */
export async function elementStates(
  names: readonly string[],
  ids: readonly string[],
): Promise<Map<string, Map<number, string>>> {
  const states = new Map(ids.map((id) => [id, new Map<number, string>()]));
  if (ids.length === 0) return states;
  const text = await slurm('squeue', [
    ...['--noheader', '--array', '--states=all', '--format=%F|%K|%T'],
    `--name=${[...new Set(names)].join(',')}`,
  ]);
  for (const line of text.split('\n')) {
    const [id = '', element = '', state = ''] = line.trim().split('|');
    if (/^\d+$/u.test(element)) states.get(id)?.set(Number(element), state);
  }
  return states;
}

/** States of elements that have ended, out of the accounts of a site that keeps some; elsewhere nothing. */
export async function accountedStates(ids: readonly string[]): Promise<Map<string, Map<number, string>>> {
  const states = new Map(ids.map((id) => [id, new Map<number, string>()]));
  if (ids.length === 0) return states;
  let text = '';
  try {
    text = await slurm('sacct', ['-X', '-n', '-P', '-o', 'JobID,State', '-j', ids.join(',')]);
  } catch {
    return states; // Without a database it fails: the store knows what matters.
  }
  for (const [, id = '', element = '', state = ''] of text.matchAll(/^(\d+)_(\d+)\|(\w+)/gmu))
    states.get(id)?.set(Number(element), state);
  return states;
}

/** Has jobs wait for others to end too. */
export async function waitForJobs(id: string, dependency: string): Promise<void> {
  await slurm('scontrol', ['update', `jobid=${id}`, `dependency=${dependency}`]);
}

/** Ends jobs, those that wait first. */
export async function cancelJobs(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await slurm('scancel', ['--state=PENDING', ...ids]);
  await slurm('scancel', [...ids]);
}

function slurm(program: string, argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...argv], { maxBuffer: mostOutput }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(slurmError(program, error, stderr));
    });
  });
}

function slurmError(program: string, cause: Error & { readonly code?: unknown }, stderr: string): Error {
  if (cause.code === 'ENOENT')
    return new MachineError('SLURM_MISSING', `${program} was not found on this machine`, {
      expected: 'the commands of Slurm',
      hint: 'Submit from a login node of the cluster, or write lists of commands with `engine: files`.',
      cause,
    });
  const words = visibleText(
    stderr
      .split('\n')
      .map((line) => line.replace(/^\w+: (?:error: )?/u, '').trim())
      .filter((line) => line !== '')
      .join('; '),
  );
  const said = `${program} says: ${words === '' ? cause.message : words}`;
  if (unreachable.test(words))
    return new MachineError('SLURM_UNREACHABLE', said, {
      expected: 'a cluster that answers "sinfo" on this machine',
      hint: 'Submit from a login node of the cluster; on one, see that SLURM_CONF is not set or names its slurm.conf, and try again when the controller answers.',
      cause,
    });
  return new InputError('SLURM_REFUSED', said, {
    expected: 'partition, account, limits and options that the site has',
    hint: 'Correct what it names; "sinfo" lists partitions, and "sacctmgr show associations user=$USER" accounts.',
    cause,
  });
}
