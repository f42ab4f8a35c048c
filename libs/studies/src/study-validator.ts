import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { StudyContent } from './study-content.ts';
import { studySchemaFile } from './study-schema-file.ts';

/**
 * Compiles the JSON Schema of studies.
 *
 * @param keepsSource whether the code is kept as text, for a build that puts it in the place of this module: to make it
 *   takes longer than to check a study
 */
export function compileStudySchema(keepsSource = false): {
  readonly ajv: Ajv2020;
  readonly validate: ValidateFunction<StudyContent>;
} {
  // A study is checked once a run: to check the schema too, as its spec does, or to better the code takes longer than
  // all the rest.
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    validateSchema: false,
    meta: false,
    code: { optimize: false, source: keepsSource, esm: keepsSource },
  });
  return { ajv, validate: ajv.compile<StudyContent>(JSON.parse(readFileSync(studySchemaFile, 'utf8')) as object) };
}

let compiled: ValidateFunction<StudyContent> | undefined;

/** Tells whether a value fits the JSON Schema of studies, and if not why. */
export function studyValidator(): ValidateFunction<StudyContent> {
  return (compiled ??= compileStudySchema().validate);
}
