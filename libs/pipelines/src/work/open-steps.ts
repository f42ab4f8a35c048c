import { stepsOf, type GraphStep, type StepFamily, type StepPlan } from '@intermodel/steps';
import type { StudyBench } from '../graph/study-bench.ts';
import { isOfTasks } from './study-tasks.ts';

type Step = GraphStep<StudyBench>;

/**
 * Steps of a study that are still to be made, while others make them too: the store is asked anew only for those that
 * were missing at the last look, and of many only until one is missing still.
 */
export class OpenSteps {
  readonly #plan: StepPlan<StudyBench>;
  readonly #isStored: (step: Step) => boolean | Promise<boolean>;
  readonly #made = new Map<StepFamily<StudyBench>, Uint8Array>();

  /**
   * @param plan what was to be made at the beginning
   * @param isStored tells whether nothing is left to be made of a step
   */
  constructor(plan: StepPlan<StudyBench>, isStored: (step: Step) => boolean | Promise<boolean>) {
    this.#plan = plan;
    this.#isStored = isStored;
  }

  /** Whether a step was missing when it was looked for last. */
  readonly isOpen = (step: Step): boolean => this.#plan.isWanted(step) && this.#madeOf(step.family)[step.index] === 0;

  /** Those of some steps that were missing when they were looked for last. */
  of(steps: readonly Step[]): readonly Step[] {
    return steps.filter(this.isOpen);
  }

  /** Remembers that steps are made. */
  made(steps: readonly Step[]): void {
    for (const { family, index } of steps) this.#madeOf(family)[index] = 1;
  }

  /** Looks whether all of some steps are made by now. */
  async areMade(steps: Iterable<Step>): Promise<boolean> {
    for (const step of steps) if (!(await this.#isMade(step))) return false;
    return true;
  }

  /** Looks whether all that steps are made of is made by now, but for what they are made of among themselves. */
  async areReady(steps: readonly Step[]): Promise<boolean> {
    for (const input of inputsOf(steps)) if (!(await this.#isMade(input))) return false;
    return true;
  }

  async #isMade(step: Step): Promise<boolean> {
    if (!this.isOpen(step)) return true;
    if (!(await this.#isStored(step))) return false;
    this.made([step]);
    return true;
  }

  #madeOf(family: StepFamily<StudyBench>): Uint8Array {
    let made = this.#made.get(family);
    if (made === undefined) this.#made.set(family, (made = new Uint8Array(family.count)));
    return made;
  }
}

/** Steps that some steps are made of, and that other tasks make. */
export function* inputsOf(steps: readonly Step[]): Generator<Step> {
  const own = new Set(steps.map(({ key }) => key));
  const seen = new Set<StepFamily<StudyBench>>();
  for (const { family, index } of steps)
    for (const input of Object.values({ ...family.from, ...family.beside })) {
      if (input.by !== 'each') {
        const families = input.by === 'all' ? input.families : [input.family];
        // Of shards that are made in one task, all have to do with the same whole families.
        if (families.every((each) => seen.has(each))) continue;
        for (const each of families) seen.add(each);
      }
      for (const step of stepsOf(input, index)) if (isOfTasks(step.family) && !own.has(step.key)) yield step;
    }
}
