import type { ErrorObject } from 'ajv/dist/2020.js';
import { describeShapeProblem } from './describe-shape-problem.ts';
import type { Finding, StudyPath } from './study-problems.ts';
import { studyValidator } from './study-validator.ts';

/** Checks values against the JSON Schema of studies; no findings mean that they are a `StudyContent`. */
export function checkStudyShape(content: unknown): readonly Finding[] {
  const validate = studyValidator();
  if (validate(content)) return [];
  const findings = new Map<string, Finding>();
  for (const error of validate.errors ?? []) {
    // That a condition did not hold is told by the error within it.
    if (error.keyword === 'if') continue;
    const finding = describeShapeProblem(error, pathOf(content, error.instancePath));
    // One value, one problem: a text in the place of a number is not also out of range.
    const key = JSON.stringify([finding.path, namesKey(error) ? finding.problem : '']);
    if (!findings.has(key)) findings.set(key, finding);
  }
  return [...findings.values()];
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
