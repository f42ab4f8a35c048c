import { fileURLToPath } from 'node:url';
import { relateTasksDefaults } from '@intermodel/cross-task-analysis';

/** Layouts of data sets that a study can name; the first is the default. */
export const dataFormats = ['folder'] as const;

/** Name of a layout of data sets. */
export type DataFormat = (typeof dataFormats)[number];

/** Defaults of a study that no library has as its own. */
export const studyDefaults = {
  title: 'Inter-model study',
  format: dataFormats[0],
  preset: 'dissect-2020',
  embeddingPreset: 'default',
  input: 'imagenet',
  executionProviders: ['cpu'],
  secondPass: false,
  imagesPerShard: 500,
  permutations: relateTasksDefaults.permutations,
  seed: 0,
} as const;

/** Path of the JSON Schema (draft 2020-12) of study files, for editors and other programs. */
export const studySchemaFile: string = fileURLToPath(new URL('../../schema/study.schema.json', import.meta.url));
