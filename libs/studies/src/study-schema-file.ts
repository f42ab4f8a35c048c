import { fileURLToPath } from 'node:url';

/** Path of the JSON Schema (draft 2020-12) of study files, for editors and other programs. */
export const studySchemaFile: string = fileURLToPath(new URL('../schema/study.schema.json', import.meta.url));
