import { fileURLToPath } from 'node:url';
import { relateTasksDefaults } from '@intermodel/cross-task-analysis';
import { topActivationsDefaults } from '@intermodel/numerics';

/** Defaults of a study that no library has as its own. */
export const studyDefaults = {
  title: 'Inter-model study',
  format: 'plain',
  colours: false,
  preset: 'dissect-2020',
  embeddingPreset: 'default',
  input: 'imagenet',
  executionProviders: ['cpu'],
  secondPass: false,
  keptMapsMegabytes: 128,
  imagesPerShard: 64,
  permutations: relateTasksDefaults.permutations,
  gallery: { units: 12, thumbnailPixels: 112, place: 'embedded', megabytes: 2, ...topActivationsDefaults },
  seed: 0,
} as const;

/** Path of the JSON Schema (draft 2020-12) of study files, for editors and other programs. */
export const studySchemaFile: string = fileURLToPath(new URL('../schema/study.schema.json', import.meta.url));
