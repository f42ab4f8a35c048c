import { readInputFile } from '@intermodel/errors';
import { parseYaml, type ParsedYaml } from '@intermodel/streams';
import type { Family } from './family.ts';

/**
 * Reads a file of the registry, which a spec has checked.
 *
 * @param file path of the file
 * @param baseOf gives the family that it extends
 */
export function readFamily(file: string, baseOf: (name: string) => Family): Family {
  return withBase(parseRecipe(file, readInputFile(file)).content as Family, baseOf);
}

/** A family with what another has that it extends, as far as it does not say it itself. */
export function withBase(family: Family, baseOf: (name: string) => Family): Family {
  if (family.extends === undefined) return family;
  const base = Object.entries(baseOf(family.extends));
  return { ...Object.fromEntries(base.filter(([key]) => !ownKeys.has(key))), ...family };
}

/** What a family only has where it says so itself: how it is published, and what it is to others. */
const ownKeys: ReadonlySet<string> = new Set(['licence', 'files', 'general', 'sharesForm', 'variantOf', 'extends']);

/** Parses a recipe. @throws InputError `RECIPE_SYNTAX` */
export function parseRecipe(file: string, bytes: Uint8Array): ParsedYaml {
  return parseYaml(file, bytes, {
    code: 'RECIPE_SYNTAX',
    name: 'a recipe',
    // Those of the registry have some thousands.
    bytes: 1_000_000,
    hint: 'Correct the line; patterns stand between single quotes.',
  });
}
