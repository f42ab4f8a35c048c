import type { GraphStep, TaskClaims } from '@intermodel/steps';
import { InputError, MachineError, type IntermodelError } from '@intermodel/streams';
import type { StudyBench } from '../graph/study-bench.ts';
import { inputsOf, type OpenSteps } from './open-steps.ts';
import { studyWaves, taskOfStep, type StudyTask } from './study-tasks.ts';

/** Tasks that a message lists. */
const tasksTold = 3;

/** What became of the tasks of a worker that gives up what it cannot make. */
export class BatchedTasks {
  readonly #claims: TaskClaims;
  readonly #makerOf: (step: GraphStep<StudyBench>) => StudyTask | undefined;
  readonly #failed = new Map<StudyTask, IntermodelError>();

  /** @param all all tasks of the study */
  constructor(all: readonly StudyTask[], claims: TaskClaims) {
    this.#claims = claims;
    this.#makerOf = taskOfStep(all);
  }

  /** Whether a task failed here. */
  hasGivenUp(task: StudyTask): boolean {
    return this.#failed.has(task);
  }

  /** Remembers why a task could not be made. */
  failed(task: StudyTask, error: IntermodelError): void {
    this.#failed.set(task, error);
  }

  /**
   * Whether something is still to come of tasks that cannot be made now: another worker makes one of them, or of what
   * they are made of. What is held by nobody, and is not stored either, nobody makes.
   *
   * @param left tasks that are not done
   * @param open steps that were missing at the last look
   */
  async isWorthWaiting(left: readonly StudyTask[], open: OpenSteps): Promise<boolean> {
    const waiting = left.filter((task) => !this.#failed.has(task));
    for (const task of waiting) {
      const needed = this.#neededBy(task, open);
      // One that is ready was held by another a moment ago.
      if (needed.length === 0) return true;
      let comes = true;
      for (const each of needed) comes &&= await this.#isComing(each, open);
      if (comes) return true;
    }
    return false;
  }

  /**
   * What to say of tasks that were given up: wrong input where that is all that stopped them.
   *
   * @param left tasks that are not done
   * @param open steps that were missing at the last look
   */
  error(left: readonly StudyTask[], open: OpenSteps): IntermodelError {
    const starved = left.filter((task) => !this.#failed.has(task));
    const failures = [...this.#failed.values()];
    const problem = [
      ...(failures.length === 0
        ? []
        : [
            `${tasksText(failures.length)} failed: ${listed([...this.#failed.keys()].map((task) => `${subjectOf(task)} ${task.key}`))}`,
          ]),
      ...(starved.length === 0 ? [] : [this.#starvedText(starved, open)]),
    ].join('; ');
    const isInput = starved.length === 0 && failures.every((error) => error instanceof InputError);
    return new (isInput ? InputError : MachineError)('TASKS_FAILED', problem, {
      hint:
        failures.length === 0
          ? `Have all that is missing of these waves made first: ${this.#wavesBefore(starved, open).join(', ')}. Then have these made again.`
          : 'Mend what stopped them, as told above, then have them made again.',
    });
  }

  #starvedText(starved: readonly StudyTask[], open: OpenSteps): string {
    const subjects = [...new Set(starved.map(subjectOf))].slice(0, tasksTold);
    const needs = subjects.map((subject) => {
      const tasks = starved.filter((task) => subjectOf(task) === subject);
      const needed = inOrder(tasks.flatMap((task) => this.#neededBy(task, open)));
      return `${subject} needs ${listed(needed.map(subjectOf))}`;
    });
    const more = starved.filter((task) => !subjects.includes(subjectOf(task))).length;
    const told = [...needs, ...(more > 0 ? [`and ${String(more)} more`] : [])].join('; ');
    const left = starved.length === 1 ? 'was left undone, since what it is' : 'were left undone, since what they are';
    return `${tasksText(starved.length)} ${left} made of is not stored and nobody is making it: ${told}`;
  }

  /** Waves of all that tasks lack, be it through others, in their order. */
  #wavesBefore(tasks: readonly StudyTask[], open: OpenSteps): string[] {
    const lacking = new Set<StudyTask>();
    const asked = [...tasks];
    for (let task = asked.pop(); task !== undefined; task = asked.pop())
      for (const each of this.#neededBy(task, open)) {
        if (!lacking.has(each)) asked.push(each);
        lacking.add(each);
      }
    return studyWaves.filter((wave) => [...lacking].some((task) => task.wave === wave));
  }

  /** Tasks that are to make what a task is made of. */
  #neededBy(task: StudyTask, open: OpenSteps): StudyTask[] {
    const needed = new Set<StudyTask>();
    for (const step of inputsOf(open.of(task.steps))) {
      const maker = open.isOpen(step) ? this.#makerOf(step) : undefined;
      if (maker !== undefined) needed.add(maker);
    }
    return [...needed];
  }

  /** Whether a task is being made by another worker, or was made since the last look. */
  async #isComing(task: StudyTask, open: OpenSteps): Promise<boolean> {
    if (this.#failed.has(task)) return false;
    const claim = await this.#claims.claim(task.key);
    if (!('release' in claim)) return true;
    try {
      return await open.areMade(task.steps);
    } finally {
      await claim.release();
    }
  }
}

function inOrder(tasks: readonly StudyTask[]): StudyTask[] {
  return tasks.toSorted((a, b) => studyWaves.indexOf(a.wave) - studyWaves.indexOf(b.wave));
}

function tasksText(count: number): string {
  return count === 1 ? '1 task' : `${String(count)} tasks`;
}

function subjectOf({ wave, model }: StudyTask): string {
  return model === '' ? wave : `${wave} ${model}`;
}

/** The first of some names, each once, and how many more there are. */
function listed(names: readonly string[]): string {
  const all = [...new Set(names)];
  const more = all.length - tasksTold;
  return [...all.slice(0, tasksTold), ...(more > 0 ? [`${String(more)} more`] : [])].join(', ');
}
