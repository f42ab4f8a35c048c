import { InputError } from '@intermodel/errors';
import { isOptionPath } from './name-settings.ts';
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
    return defineStudy({ ...(content.tasks === undefined ? { data: {} } : {}), ...content } as StudyContent, options);
  } catch (error) {
    if (!(error instanceof StudyFileError)) throw error;
    // One flag may give several models the same.
    const texts = error.problems.map(problemText);
    const plain = texts.map((text) => text.replaceAll(/\[\d+\]/gu, '[]'));
    const [first = error.message, ...others] = texts.filter((_, at) => plain.indexOf(plain[at] ?? '') === at);
    const { expected, hint } = error.problems[0] ?? {};
    const hints = [hint, ...others.map((problem) => ` also ${problem}`)].filter((part) => part !== undefined);
    throw new InputError('OPTION_VALUE', first, {
      ...(expected === undefined ? {} : { expected }),
      ...(hints.length === 0 ? {} : { hint: hints.join('\n ') }),
      cause: error,
    });
  }
}

function problemText({ key, setting, problem, isUnknownKey }: StudyProblem): string {
  if (setting !== undefined) return `\`set: ${setting}\`: ${problem}`;
  if (key === '' || key === 'data') return problem;
  const option = optionAround(key);
  // Nobody typed the path of the key that there is not: it stands in what a flag gives as a whole.
  return `\`${option}\`: ${isUnknownKey === true ? problem.replace(` in ${option}`, '') : problem}`;
}

/** The nearest path around a key that is one of an option. */
function optionAround(key: string): string {
  if (isOptionPath(key)) return key;
  const around = key.replace(/(?:\.[^.[\]]*|\[\d+\])$/u, '');
  return around === key ? key : optionAround(around);
}
