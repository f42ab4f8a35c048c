import vm from 'node:vm';
import { InputError } from '@intermodel/errors';

/** Milliseconds that the patterns of a recipe may take over all names: usual ones take some tens. */
const patternMilliseconds = 20_000;

/**
 * Does what needs the patterns of a recipe, which may look through a name for longer than anybody waits.
 *
 * @param recipe path of the recipe
 * @param work what is done, at once
 * @throws InputError `RECIPE_PATTERN_ENDLESS`; what `work` throws
 */
export function withinTime<Result>(recipe: string, work: () => Result, milliseconds = patternMilliseconds): Result {
  const done: Result[] = [];
  try {
    vm.runInNewContext(
      'work()',
      {
        work: () => {
          done.push(work());
        },
      },
      { timeout: milliseconds },
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new InputError(
      'RECIPE_PATTERN_ENDLESS',
      `its patterns were not through with the names of the checkpoint after ${String(milliseconds / 1000)} s`,
      {
        file: recipe,
        expected: 'patterns that a name fits in one way, or does not',
        hint: String.raw`Look for repetitions within repetitions, such as (\w+\.?)+, and write them as one: [\w.]+.`,
      },
    );
  }
  return done[0] as Result;
}
