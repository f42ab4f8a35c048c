import { lstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { publishedCheckpoint } from '@intermodel/checkpoints';
import { nearestName } from '@intermodel/errors';
import { namedPaths, type NamedPath } from './named-paths.ts';
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
    if (found === 'nothing') {
      const published = wherePublished(study, at);
      return [
        {
          path: at,
          problem: `there is no ${kind} "${name}"`,
          expected: `${expected}; relative paths are taken from ${folder}`,
          hint: [suggestNeighbour(name, file), ...published].join(' '),
          listed: [`there is no ${kind} "${name}", expected ${expected}`, ...published].join('; '),
        },
      ];
    }
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

/** Where a checkpoint is published, in a sentence, if the model is one of a family that is known. */
function wherePublished({ models }: StudyContent, [list, index, key]: StudyPath): string[] {
  if (list !== 'models' || (key !== 'file' && key !== 'checkpoint')) return [];
  const { family, file, checkpoint } = models[Number(index)] ?? {};
  const published = publishedCheckpoint(path.basename(checkpoint ?? file ?? ''), family);
  if (published === undefined) return [];
  const { title, source, file: { url, megabytes, md5, sha256 } = {} } = published;
  const facts = [
    ...(megabytes === undefined ? [] : [`${String(megabytes)} MB`]),
    ...(sha256 === undefined ? [] : [`SHA-256 ${sha256.length < 64 ? 'begins with ' : ''}${sha256}`]),
    ...(md5 === undefined ? [] : [`MD5 ${md5.length < 32 ? 'begins with ' : ''}${md5}`]),
  ];
  return [`${title} is published at ${url ?? source}${facts.length === 0 ? '' : ` (${facts.join(', ')})`}.`];
}

/** What stands under a name. */
type FoundKind = NamedPath['kind'] | 'pipe, device or socket' | 'nothing' | 'unreadable';

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

/** The nearest name beside the file, in the folder as it was written. */
function suggestNeighbour(name: string, file: string): string {
  try {
    const nearest = nearestName(path.basename(file), readdirSync(path.dirname(file)));
    return nearest === undefined
      ? 'Correct the path.'
      : `Did you mean "${name.replace(/[^/\\]*[/\\]*$/u, '')}${nearest}"?`;
  } catch {
    return `Correct the path: the folder ${path.dirname(file)} is not there either.`;
  }
}
