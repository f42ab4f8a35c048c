import { InputError, suggestName } from '@intermodel/errors';
import type { Family } from './family.ts';
import { readRegistered, readRegistry } from './registry.ts';

let families: readonly Family[] | undefined;

/** All families of the registry, by name. */
export function listFamilies(): readonly Family[] {
  return (families ??= readRegistry());
}

/** The family of a name. @throws InputError `CHECKPOINT_FAMILY_UNKNOWN`, with the names that there are */
export function requireFamily(name: string): Family {
  // One is read faster than all.
  const found = families?.find((family) => family.name === name) ?? readRegistered(name);
  if (found !== undefined) return found;
  const names = listFamilies().map((family) => family.name);
  throw new InputError('CHECKPOINT_FAMILY_UNKNOWN', `there is no family "${name}"`, {
    expected: 'the name of a family that is known, or `models[].recipe`',
    hint: suggestName(name, names, names.length),
  });
}
