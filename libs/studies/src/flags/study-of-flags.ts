import { InputError } from '@intermodel/errors';
import { defineStudy, type ReadStudyOptions } from '../read-study-file.ts';
import type { Study } from '../study.ts';
import type { StudyContent } from '../study-content.ts';
import { StudyFileError, type StudyProblem } from '../study-problems.ts';
import type { FlagContent } from './flags-to-content.ts';

/**
 * Makes a study of what flags give, with the checks of a study file; what is wrong is told by the paths of the options.
 *
 * @throws InputError `OPTION_VALUE`
 */
export function studyOfFlags(content: FlagContent, options: ReadStudyOptions = {}): Study {
  try {
    return defineStudy({ data: {}, ...content } as StudyContent, options);
  } catch (error) {
    if (!(error instanceof StudyFileError)) throw error;
    const [first = error.message, ...others] = error.problems.map(problemText);
    const { expected, hint } = error.problems[0] ?? {};
    const hints = [hint, ...others.map((problem) => ` also ${problem}`)].filter((part) => part !== undefined);
    throw new InputError('OPTION_VALUE', first, {
      ...(expected === undefined ? {} : { expected }),
      ...(hints.length === 0 ? {} : { hint: hints.join('\n ') }),
      cause: error,
    });
  }
}

function problemText({ key, setting, problem }: StudyProblem): string {
  if (setting !== undefined) return `\`set: ${setting}\`: ${problem}`;
  return key === '' || key === 'data' ? problem : `\`${key}\`: ${problem}`;
}
