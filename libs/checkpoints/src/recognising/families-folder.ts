import { fileURLToPath } from 'node:url';

/** Folder of the registry of families: one YAML file each. */
export const familiesFolder: string = fileURLToPath(new URL('../../families', import.meta.url));

/** Path of the JSON Schema (draft 2020-12) of these files and of recipes, for editors and other programs. */
export const recipeSchemaFile: string = fileURLToPath(new URL('../../schema/recipe.schema.json', import.meta.url));
