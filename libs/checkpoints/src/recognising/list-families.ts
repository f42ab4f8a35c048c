import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { InputError, suggestName } from '@intermodel/errors';
import { familiesFolder } from './families-folder.ts';
import type { Family } from './family.ts';
import { readFamily } from './read-recipe.ts';

let families: readonly Family[] | undefined;

/** All families of the registry, by name. */
export function listFamilies(): readonly Family[] {
  families ??= readdirSync(familiesFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFamily(path.join(familiesFolder, name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return families;
}

/** The family of a name. @throws InputError `CHECKPOINT_FAMILY_UNKNOWN`, with the names that there are */
export function requireFamily(name: string): Family {
  const file = path.join(familiesFolder, `${name}.yaml`);
  // A file is named after its family: one is read faster than all.
  if (/^[a-z0-9-]+$/u.test(name) && existsSync(file)) return readFamily(file);
  const names = listFamilies().map((family) => family.name);
  throw new InputError('CHECKPOINT_FAMILY_UNKNOWN', `there is no family "${name}"`, {
    expected: 'the name of a family that is known, or `models[].recipe`',
    hint: suggestName(name, names, names.length),
  });
}
