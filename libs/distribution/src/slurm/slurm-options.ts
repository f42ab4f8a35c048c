import { InputError } from '@intermodel/errors';
import type { DistributedTask } from '../distributed-task.ts';
import type { WorkOrder } from '../engine.ts';

/** What the site and the user ask of Slurm. */
export interface SlurmOptions {
  /** Partition. @default that of the site */
  readonly partition?: string;
  /** Account that pays. @default that of the user */
  readonly account?: string;
  /** Time limit of an element, such as `04:00:00`. @default that of the partition */
  readonly time?: string;
  /** Memory of an element, such as `8G`. @default what the plan says, where it is known */
  readonly memory?: string;
  /** Processors of an element, at least 1. @default that of the site */
  readonly cpus?: number;
  /** Generic resources, such as `gpu:a100:1`. For waves in which models run on a GPU, where there are such. @default `gpu:1` for these */
  readonly gres?: string;
  /** Elements of an array that run at once, at least 1. @default as many as there is room for */
  readonly arrayLimit?: number;
  /** Tasks that one element makes, at least 1. @default as few as the site's largest array allows */
  readonly tasksPerElement?: number;
  /** Further options of sbatch, each as it would be typed. */
  readonly sbatch?: readonly string[];
}

/** Options of sbatch that are said otherwise, or on which this program depends. */
const own =
  /^(?:--(?:array|dependency|parsable|wrap|job-name|chdir|output|test-only|wait|requeue)(?:[=\s]|$)|-[adJDoW])/u;

/** What is asked for each element of a wave, as arguments of sbatch. */
export function resourceArguments(
  { partition, account, time, memory, cpus, gres, sbatch = [] }: SlurmOptions,
  tasks: readonly DistributedTask[],
  { gpuWaves }: Pick<WorkOrder, 'gpuWaves'>,
): string[] {
  // Where some waves need a GPU, the others shall not hold one.
  const isOnGpu = tasks.some(({ wave }) => gpuWaves.includes(wave));
  const resources = gpuWaves.length === 0 ? gres : isOnGpu ? (gres ?? 'gpu:1') : undefined;
  const asked = {
    ...{ partition, account, time, gres: resources, mem: memory ?? memoryOf(tasks) },
    'cpus-per-task': cpus?.toString(),
  };
  return [
    ...Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...sbatch.flatMap(splitOption),
  ];
}

/** Memory that the hungriest of some tasks needs, where that is known of all. */
function memoryOf(tasks: readonly DistributedTask[]): string | undefined {
  const bytes = tasks.reduce<number | undefined>(
    (most, { memoryBytes }) =>
      most === undefined || memoryBytes === undefined ? undefined : Math.max(most, memoryBytes),
    0,
  );
  return bytes === undefined || bytes === 0 ? undefined : `${String(Math.ceil(bytes / 2 ** 20))}M`;
}

/** An option of sbatch as words: `--nodes=1`, `--exclusive`, `-C fast`. */
function splitOption(text: string): string[] {
  const [, option = '', value] = /^(--?[a-zA-Z][\w-]*(?:=.*)?)(?:\s+(.+))?$/su.exec(text) ?? [];
  if (option === '' || own.test(option))
    throw new InputError('SLURM_OPTION', `"${text}" cannot be passed to sbatch`, {
      expected: 'an option of sbatch, such as --constraint=fast, other than those that say what is run and when',
      hint: 'Correct or leave out that `slurm.sbatch`.',
    });
  return value === undefined ? [option] : [option, value];
}
