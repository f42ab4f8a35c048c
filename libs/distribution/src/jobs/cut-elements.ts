import type { DistributedTask } from '../distributed-task.ts';

/** Tasks that one process makes, one after another. */
export type TaskElement = readonly DistributedTask[];

/** The tasks of a wave, cut into what is started by itself. */
export interface WaveElements {
  /** Name of the wave. */
  readonly wave: string;
  /** Its elements, none empty. */
  readonly elements: readonly TaskElement[];
  /** Whether some of its tasks are made of what earlier waves are still to make. */
  readonly waits: boolean;
}

/** How waves are cut into elements. */
export interface CutElementsOptions {
  /** Tasks of an element, at least 1. @default as few as give no more elements than `most` */
  readonly tasksPerElement?: number | undefined;
  /** Elements that a wave is to have at most where `tasksPerElement` is not given. @default Infinity */
  readonly most?: number;
}

/**
 * Cuts the tasks that are not done into waves, in their order, and each wave into elements: tasks that follow one another
 * stay together, so that an element opens few models.
 */
export function cutElements(
  tasks: readonly DistributedTask[],
  { tasksPerElement, most = Infinity }: CutElementsOptions = {},
): WaveElements[] {
  const open = tasks.filter(({ state }) => state !== 'done');
  return [...new Set(open.map(({ wave }) => wave))].map((wave) => {
    const own = open.filter((task) => task.wave === wave);
    const size = tasksPerElement ?? Math.ceil(own.length / most);
    return {
      wave,
      elements: Array.from({ length: Math.ceil(own.length / size) }, (_, index) =>
        own.slice(index * size, (index + 1) * size),
      ),
      waits: own.some(({ state }) => state === 'waiting'),
    };
  });
}
