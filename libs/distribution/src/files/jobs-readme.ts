import type { WorkOrder } from '../engine.ts';
import { workScript } from '../jobs/job-files.ts';
import { shellLine, shellWord } from '../jobs/shell-word.ts';

/** A wave as the text tells of it. */
export interface ListedWave {
  /** Name of its files, without what stands behind the dot. */
  readonly stem: string;
  /** Commands in its list. */
  readonly commands: number;
  /** Name of its Kubernetes job; undefined: there is no manifest. */
  readonly job: string | undefined;
}

/** What a folder of jobs says of itself: how its waves are run in order. */
export function jobsReadme(
  { name, program }: Pick<WorkOrder, 'name' | 'program'>,
  folder: string,
  waves: readonly ListedWave[],
): string {
  const within = (file: string) => `${folder}/${file}`;
  const of = (line: (wave: ListedWave) => string) => waves.map((wave) => `    ${line(wave)}\n`).join('');
  return [
    `Tasks of the study ${JSON.stringify(name)} that were missing when this folder was written.`,
    '',
    'Run the waves one after another, each when the one before has ended. Within a wave the order does not matter, and any number of commands may run at once, on any machines that see these files, the study and the store under the same paths. Each command can be run again: what is stored is not made twice.',
    '',
    'GNU parallel:',
    '',
    of(({ stem }) => `parallel --jobs 8 < ${shellWord(within(`${stem}.txt`))}`),
    'xargs:',
    '',
    of(({ stem }) => `xargs -d '\\n' -n 1 -P 8 sh -c < ${shellWord(within(`${stem}.txt`))}`),
    `Batch systems with arrays (grid engine: SGE_TASK_ID; PBS: PBS_ARRAY_INDEX): element N runs "sh ${workScript}" with line N of STEM.tasks as its words, for 1 to`,
    '',
    of(({ stem, commands }) => `${stem}.tasks: ${String(commands)}`),
    ...(waves.some(({ job }) => job !== undefined)
      ? [
          `Kubernetes (1.29 or later), an Indexed Job for each wave. The image has to have intermodel of the same version, ${program === undefined ? 'started as in work.sh' : `as the command "${shellLine(program)}"`}; "intermodel submit --command" names another command. Lists and manifests start the same one:`,
          '',
          of(
            ({ stem, job }) =>
              `${shellLine(['kubectl', 'apply', '-f', within(`${stem}.yaml`)])} && kubectl wait --timeout=-1s --for=condition=complete job/${job ?? ''}`,
          ),
        ]
      : []),
    'Commands that failed say why. Submitting again into another folder lists what is missing then; once all is done, "intermodel run" with the same store writes the output.',
    '',
  ].join('\n');
}
