import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readInputFile } from '@intermodel/errors';
import { familiesFolder } from './families-folder.ts';

/**
 * SHA-256, hexadecimal, of all that decides what is made of a checkpoint beside its own bytes: the families of the
 * registry, and the recipe.
 *
 * @param recipe path of a recipe, if one is given
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE` for the recipe.
 */
export function recipeHash(recipe?: string): string {
  const whole = createHash('sha256');
  for (const name of readdirSync(familiesFolder).sort())
    whole.update(`${name}\n`).update(readFileSync(path.join(familiesFolder, name)));
  if (recipe !== undefined) whole.update('recipe\n').update(readInputFile(recipe));
  return whole.digest('hex');
}
