import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { familiesFolder } from './families-folder.ts';
import type { Family } from './family.ts';
import { readFamily } from './parse-recipe.ts';

// The built command has these functions with the families in them instead (apps/cli/bundle-command.mjs): to read some
// sixty files of YAML takes longer than to recognise a checkpoint.

/** Reads all families of the registry, by name. */
export function readRegistry(): readonly Family[] {
  return readdirSync(familiesFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFamily(path.join(familiesFolder, name), registered))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Reads the family of a name, after which its file is named; undefined where there is none. */
export function readRegistered(name: string): Family | undefined {
  const file = path.join(familiesFolder, `${name}.yaml`);
  return /^[a-z0-9-]+$/u.test(name) && existsSync(file) ? readFamily(file, registered) : undefined;
}

/** A family that another extends: a spec sees to it that it is there. */
function registered(name: string): Family {
  return readFamily(path.join(familiesFolder, `${name}.yaml`), registered);
}
