import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readInputFile } from '@intermodel/errors';
import { checkStudyFiles } from './check-study-files.ts';
import { checkStudyRules } from './check-study-rules.ts';
import { checkStudyShape } from './check-study-shape.ts';
import { parseStudyText } from './parse-study-text.ts';
import { setOptions } from './set-options.ts';
import { resolveStudy } from './resolve-study.ts';
import type { Study } from './study.ts';
import type { StudyContent } from './study-content.ts';
import { StudyFileError, type FindPlace, type Finding } from './study-problems.ts';

/** Options of {@link readStudyFile} and {@link defineStudy}. */
export interface ReadStudyOptions {
  /**
   * Folder that relative paths are taken from. @default that of the study file; for {@link defineStudy} the current one
   */
  readonly folder?: string;
  /** Whether files and folders that the study names must be there. @default true */
  readonly checkFiles?: boolean;
  /** Options that go over those of the study, see {@link setOptions}. @default none */
  readonly set?: readonly string[];
}

/**
 * Reads a study file (YAML or JSON), checks it against the JSON Schema, and makes every choice that it leaves open.
 *
 * @throws StudyFileError (`STUDY_FILE`) with the first problem's line and all problems; InputError `FILE_MISSING`,
 * `FILE_UNREADABLE` for the study file itself; those of {@link setOptions}.
 */
export function readStudyFile(file: string, options: ReadStudyOptions = {}): Study {
  const { content, findPlace } = parseStudyText(readInputFile(file), file);
  return makeStudy(content, { folder: path.dirname(path.resolve(file)), ...options }, file, findPlace);
}

/**
 * Makes a study of what a program describes, with the checks and defaults of {@link readStudyFile}.
 *
 * @throws StudyFileError (`STUDY_FILE`) with all problems.
 * @example
 * defineStudy({ data: { images: 'photos', labels: 'masks', labelNames: 'labels.csv' }, models: [{ name: 'a', file:
 * 'a.onnx' }] })
 */
export function defineStudy(content: StudyContent, options: ReadStudyOptions = {}): Study {
  return makeStudy(content, options, undefined, () => undefined);
}

/** Finds what is wrong with a study; undefined where that cannot be told. */
type Check = (content: unknown) => readonly Finding[] | undefined;

const checkShaped: Check = (content) =>
  checkStudyShape(content).length > 0 ? undefined : checkStudyRules(content as StudyContent);

/**
 * Number of the setting that brought something about at another key, such as the name of a model that another has: the
 * first with which it is there, if it was not before; -1: none.
 */
function settingToBlame({ path, problem }: Finding, given: unknown, set: readonly string[], check: Check): number {
  const isFound = Array.from({ length: set.length }, (_, count) =>
    check(setOptions(given, set.slice(0, count)).content)?.some(
      (finding) => isDeepStrictEqual(finding.path, path) && finding.problem === problem,
    ),
  );
  const last = isFound.lastIndexOf(false);
  // Where nothing could be told before, what the file holds may be as much at fault.
  return last < 0 ? -1 : last;
}

function makeStudy(
  given: unknown,
  { folder = process.cwd(), checkFiles = true, set = [] }: ReadStudyOptions,
  file: string | undefined,
  findGiven: FindPlace,
): Study {
  const { content, settingAt, written } = setOptions(given, set);
  const refuse = (findings: readonly Finding[], check: Check = () => undefined) => {
    const blamed = findings.map((finding) => {
      // What a setting holds is its own fault; what another key comes to mean by it, too.
      const setting = settingAt(finding.path) ?? written[settingToBlame(finding, given, set, check)];
      return setting === undefined ? finding : { ...finding, setting };
    });
    if (findings.length > 0) throw new StudyFileError(file, blamed, findGiven);
  };
  if (content === null || content === undefined)
    refuse([
      {
        path: [],
        problem: 'is empty',
        expected: 'the keys data and models',
        hint: 'See the example of a study file in the documentation.',
      },
    ]);
  refuse(checkStudyShape(content), checkStudyShape);
  const study = content as StudyContent;
  refuse(checkStudyRules(study), checkShaped);
  if (checkFiles) refuse(checkStudyFiles(study, path.resolve(folder)));
  return resolveStudy(study, folder, file);
}
