import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, writeError } from '@intermodel/streams';
import type { WorkOrder } from '../engine.ts';
import type { TaskElement } from './cut-elements.ts';
import { shellLine, shellWord } from './shell-word.ts';

/** Script that makes the tasks that it is given as `--task KEY …`. */
export const workScript = 'work.sh';

/** Texts of files by their names. */
export type FileTexts = Readonly<Record<string, string>>;

/** The script of a worker, in a POSIX shell: the tasks are its arguments. It becomes the worker, signals and all. */
export function workScriptText({ command }: Pick<WorkOrder, 'command'>): string {
  return `#!/bin/sh\n# Makes the tasks that are given as "--task KEY ...", and can be run again.\nexec ${shellLine(command)} "$@"\n`;
}

/** Arguments of {@link workScript} for an element: nothing in them means anything to a shell. */
export function elementArguments(element: TaskElement): string {
  return element.map(({ key }) => `--task ${checkTaskKey(key)}`).join(' ');
}

/** A file with a line for each element: its arguments. */
export function elementsText(elements: readonly TaskElement[]): string {
  return elements.map((element) => `${elementArguments(element)}\n`).join('');
}

/**
 * The script of an element that takes the line of its tasks.
 *
 * @param line number of the line, from 1, as an expression of the shell
 * @param tasks file by {@link elementsText}
 * @param worker file by {@link workScriptText}
 */
export function elementScript(line: string, tasks: string, worker: string): string {
  return [
    '#!/bin/sh',
    '# Makes the tasks of one line, by the index of the element.',
    `tasks=$(sed -n "${line}p" ${shellWord(tasks)})`,
    'test -n "$tasks" || exit 2',
    `exec sh ${shellWord(worker)} $tasks`,
    '',
  ].join('\n');
}

/**
 * Writes files into a new folder, which appears whole or not at all.
 *
 * @param folder path that must not exist
 * @returns whether it was not there already
 * @throws MachineError `WRITE_FAILED`.
 */
export function writeNewFolder(folder: string, files: FileTexts): boolean {
  const parent = path.dirname(folder);
  const staging = path.join(parent, `.${path.basename(folder)}.${String(process.pid)}.partial`);
  try {
    makeFolder(parent);
    rmSync(staging, { recursive: true, force: true });
    mkdirSync(staging);
    for (const [name, text] of Object.entries(files))
      writeFileSync(path.join(staging, name), text, { mode: name.endsWith('.sh') ? 0o755 : 0o644 });
    renameSync(staging, folder);
    return true;
  } catch (cause) {
    rmSync(staging, { recursive: true, force: true });
    // A folder takes the place of an empty one, and of nothing else.
    if (['ENOTEMPTY', 'EEXIST'].includes((cause as NodeJS.ErrnoException).code ?? '')) return false;
    throw writeError(folder, cause);
  }
}

function checkTaskKey(key: string): string {
  if (!/^[0-9a-f]{1,128}$/u.test(key)) throw new RangeError(`"${key}" is no key of a task`);
  return key;
}
