import type { ErrorObject } from 'ajv/dist/2020.js';
import { describeShapeProblem } from './describe-shape-problem.ts';
import { nearestName } from '@intermodel/errors';
import type { Finding, StudyPath } from './study-problems.ts';
import { studyValidator } from './study-validator.ts';

/** Checks values against the JSON Schema of studies; no findings mean that they are a `StudyContent`. */
export function checkStudyShape(content: unknown): readonly Finding[] {
  const validate = studyValidator();
  if (validate(content)) return [];
  const findings = new Map<string, Finding>();
  const misspelt = misspeltKeys(validate.errors ?? []);
  for (const error of validate.errors ?? []) {
    // That a condition did not hold is told by the error within it.
    if (error.keyword === 'if') continue;
    if (error.keyword === 'required' && misspelt.has(missingKey(error))) continue;
    const finding = describeShapeProblem(error, pathOf(content, error.instancePath));
    // One value, one problem: a text in the place of a number is not also out of range.
    const key = JSON.stringify([finding.path, namesKey(error) ? finding.problem : '']);
    if (!findings.has(key)) findings.set(key, finding);
  }
  return [...findings.values()];
}

/** Keys that stand there under another name: to tell them as missing too would tell one mistake twice. */
function misspeltKeys(errors: readonly ErrorObject[]): ReadonlySet<string> {
  return new Set(
    errors.flatMap((error) => {
      if (error.keyword !== 'additionalProperties') return [];
      const { properties = {} } = error.parentSchema as { readonly properties?: object };
      const meant = nearestName(String(error.params['additionalProperty']), Object.keys(properties));
      return meant === undefined ? [] : [JSON.stringify([error.instancePath, meant])];
    }),
  );
}

function missingKey({ instancePath, params }: ErrorObject): string {
  return JSON.stringify([instancePath, String(params['missingProperty'])]);
}

function namesKey({ keyword }: ErrorObject): boolean {
  return keyword === 'required' || keyword === 'dependentRequired';
}

/** A JSON pointer as a path; parts that lead into lists become numbers. */
function pathOf(content: unknown, pointer: string): StudyPath {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value = content;
  return parts.map((part) => {
    const inList = Array.isArray(value);
    value = (value as Readonly<Record<string, unknown>>)[part];
    return inList ? Number(part) : part;
  });
}
