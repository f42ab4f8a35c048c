import { lstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { nearestName } from '@intermodel/errors';
import { fitFile } from './table-files.ts';
import type { StudyContent } from './study-content.ts';
import type { Finding, StudyPath } from './study-problems.ts';

/** Finds files and folders that a study names and that are not there; relative paths are taken from `folder`. */
export function checkStudyFiles(study: StudyContent, folder: string): readonly Finding[] {
  return namedPaths(study).flatMap(({ at, name, kind }): Finding[] => {
    const file = path.resolve(folder, name);
    const found = kindOf(file);
    if (found === kind) return kind === 'folder' && at[1] === 'frozen' ? checkFrozen(at, name, file) : [];
    const expected = kind === 'folder' ? 'a folder' : 'a file';
    if (found === 'nothing' && lstatSync(file, { throwIfNoEntry: false }) !== undefined)
      return [
        {
          path: at,
          problem: `"${name}" is a link that leads nowhere`,
          expected,
          hint: 'Mend the link, or correct the path.',
        },
      ];
    if (found === 'nothing')
      return [
        {
          path: at,
          problem: `there is no ${kind} "${name}"`,
          expected: `${expected}; relative paths are taken from ${folder}`,
          hint: suggestNeighbour(file),
        },
      ];
    return [
      {
        path: at,
        problem: found === 'unreadable' ? `no permission to read "${name}"` : `"${name}" is a ${found}`,
        expected,
        hint: found === 'unreadable' ? 'Change the permissions.' : 'Correct the path.',
      },
    ];
  });
}

type PathKind = 'file' | 'folder';

/** What stands under a name. */
type FoundKind = PathKind | 'pipe, device or socket' | 'nothing' | 'unreadable';

interface NamedPath {
  readonly at: StudyPath;
  readonly name: string;
  readonly kind: PathKind;
}

function namedPaths({ data, models, scores, scoreColumns, embedding }: StudyContent): NamedPath[] {
  const named = (kind: PathKind, name: string | undefined, ...at: StudyPath): NamedPath[] =>
    name === undefined ? [] : [{ at, name, kind }];
  return [
    ...named('folder', data.root, 'data', 'root'),
    ...named('folder', data.images, 'data', 'images'),
    ...named('folder', data.labels, 'data', 'labels'),
    ...named('file', data.labelNames, 'data', 'labelNames'),
    ...named('file', data.imageLabels, 'data', 'imageLabels'),
    ...named('file', data.names, 'data', 'names'),
    ...named('file', data.vocabulary?.synonyms, 'data', 'vocabulary', 'synonyms'),
    ...named('file', data.vocabulary?.categories, 'data', 'vocabulary', 'categories'),
    ...(data.segmenters ?? []).flatMap(({ file, labels, heads = [] }, index) => [
      ...named('file', file, 'data', 'segmenters', index, 'file'),
      ...named('file', labels, 'data', 'segmenters', index, 'labels'),
      ...heads.flatMap(({ classes, owners }, place) => [
        ...named('file', classes, 'data', 'segmenters', index, 'heads', place, 'classes'),
        ...named('file', owners, 'data', 'segmenters', index, 'heads', place, 'owners'),
      ]),
    ]),
    ...models.flatMap(({ file }, index) => named('file', file, 'models', index, 'file')),
    ...(typeof scores === 'string'
      ? named('file', scores, 'scores')
      : (scores ?? []).flatMap((file, index) => named('file', file, 'scores', index))),
    ...named('file', scoreColumns, 'scoreColumns'),
    ...named('folder', embedding?.frozen, 'embedding', 'frozen'),
  ];
}

function kindOf(file: string): FoundKind {
  try {
    const status = statSync(file);
    return status.isDirectory() ? 'folder' : status.isFile() ? 'file' : 'pipe, device or socket';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'unreadable' : 'nothing';
  }
}

function checkFrozen(at: StudyPath, name: string, folder: string): Finding[] {
  if (kindOf(path.join(folder, `${fitFile}.arrow`)) === 'file') return [];
  return [
    {
      path: at,
      problem: `the folder "${name}" holds no embedding (${fitFile}.arrow)`,
      expected: 'the output folder of an earlier run',
      hint: 'Name that folder, or leave the key out to fit an embedding.',
    },
  ];
}

function suggestNeighbour(file: string): string {
  try {
    const nearest = nearestName(path.basename(file), readdirSync(path.dirname(file)));
    return nearest === undefined ? 'Correct the path.' : `Did you mean "${nearest}"?`;
  } catch {
    return `Correct the path: the folder ${path.dirname(file)} is not there either.`;
  }
}
