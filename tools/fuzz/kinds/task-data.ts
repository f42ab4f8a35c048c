import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Random } from '@intermodel/numerics';
import { writeTaskLayouts } from '@intermodel/testing';
import { bendBytes } from '../bend-bytes.ts';
import { bendText } from '../bend-text.ts';
import type { FuzzCase, FuzzKind } from '../fuzz-kind.ts';
import { bendFile } from './tables.ts';

const texts = new Set(['.csv', '.json', '.txt', '.xml']);

/** One file of the data of a task: those that say what is to be told of the images more often than these. */
function taskKind(format: string): FuzzKind {
  return {
    name: `task-${format}`,
    write: (folder: string, random: Random, base: string): FuzzCase => {
      const layout = path.posix.join('tasks', format);
      cpSync(path.join(base, layout), path.join(folder, layout), { recursive: true });
      const files = readdirSync(path.join(folder, layout), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort();
      const told = files.filter((file) => !/(?:images|JPEGImages|cat|dog)\//u.test(file));
      const from = told.length > 0 && random.below(4) > 0 ? told : files;
      const bent = from[random.below(from.length)] ?? '';
      const how = bendFile(folder, bent, random, texts.has(path.extname(bent)) ? bendText : bendBytes);
      return { argv: ['data', 'info', '--task-format', format, layout], bent, how, names: [layout] };
    },
  };
}

/** Data of tasks in all their formats. */
export const taskDataKinds: readonly FuzzKind[] = Object.keys(writeTaskLayouts).map(taskKind);
