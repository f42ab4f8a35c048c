import { readFileSync } from 'node:fs';
import { InputError, nearestName, readInputFile, suggestName } from '@intermodel/errors';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { architectureFacts, checkFacts } from '../building/architecture-facts.ts';
import { recipeSchemaFile } from './families-folder.ts';
import type { Family } from './family.ts';
import { listFamilies } from './list-families.ts';
import type { KeyPath, ParsedYaml } from '@intermodel/streams';
import { parseRecipe, withBase } from './parse-recipe.ts';

/**
 * Reads a recipe: a YAML file in the form of the registry's.
 *
 * @throws InputError with file, line and key: `RECIPE_SYNTAX`, `RECIPE_SHAPE`, `RECIPE_PATTERN`, `RECIPE_FACT`; those of
 *   {@link readInputFile}.
 */
export function readRecipe(file: string): Family {
  const parsed = parseRecipe(file, readInputFile(file));
  checkShape(parsed);
  const family = withBase(parsed.content as Family, (name) => baseOf(name, parsed));
  checkPatterns(family, parsed);
  checkFamilyFacts(family, parsed);
  return family;
}

/** The family that a recipe extends. */
function baseOf(name: string, { error }: ParsedYaml): Family {
  const families = listFamilies();
  const found = families.find((family) => family.name === name);
  if (found !== undefined) return found;
  const names = families.map((family) => family.name);
  throw error(
    ['extends'],
    'RECIPE_SHAPE',
    `there is no family "${name}"`,
    'the name of a family that is known, whose keys the recipe takes over',
    suggestName(name, names, names.length),
  );
}

let compiled: ValidateFunction | undefined;

function recipeValidator(): ValidateFunction {
  return (compiled ??= new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(wholeSchema()));
}

function wholeSchema(): ShapeSchema {
  return JSON.parse(readFileSync(recipeSchemaFile, 'utf8')) as ShapeSchema;
}

function checkShape({ content, error }: ParsedYaml): void {
  const validate = recipeValidator();
  if (validate(content)) return;
  const problems = validate.errors ?? [];
  // A key that there is not tells more than what it leaves missing; that of several forms none fits, least.
  const rank = ({ keyword }: ErrorObject) =>
    keyword === 'additionalProperties' ? 0 : ['anyOf', 'if'].includes(keyword) ? 2 : 1;
  const [first] = problems.toSorted((a, b) => rank(a) - rank(b));
  if (first !== undefined) throw describeProblem(first, content, error);
}

interface ShapeSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly description?: string;
  readonly enum?: readonly string[];
}

function describeProblem(problem: ErrorObject, content: unknown, error: ParsedYaml['error']): InputError {
  const path = pathOf(content, problem.instancePath);
  const schema = problem.parentSchema as ShapeSchema;
  const code = 'RECIPE_SHAPE';
  switch (problem.keyword) {
    case 'additionalProperties': {
      const key = String(problem.params['additionalProperty']);
      const keys = Object.keys(schema.properties ?? {}).filter((name) => name !== '$schema');
      const hint =
        nearestName(key, keys) === undefined ? `Keys here: ${keys.join(', ')}.` : suggestName(key, keys, keys.length);
      return error([...path, key], code, 'there is no such key', undefined, hint);
    }
    case 'required': {
      const key = String(problem.params['missingProperty']);
      return error(
        path,
        code,
        `"${key}" is missing`,
        (schema.properties ?? wholeSchema().properties)?.[key]?.description,
        `Add "${key}".`,
      );
    }
    case 'enum':
      return error(
        path,
        code,
        `${JSON.stringify(problem.data)} is not known here`,
        undefined,
        suggestName(String(problem.data), schema.enum ?? []),
      );
    default:
      return error(
        path,
        code,
        `${shown(problem.data)} ${problem.message ?? 'cannot be used'}`,
        schema.description,
        'Correct the value.',
      );
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A JSON pointer as a path; parts that lead into lists become numbers. */
function pathOf(content: unknown, pointer: string): KeyPath {
  let value = content;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const inList = Array.isArray(value);
      value = (value as Readonly<Record<string, unknown>>)[key];
      return inList ? Number(key) : key;
    });
}

function checkPatterns({ known = {}, drop = [], map = [] }: Family, { error }: ParsedYaml): void {
  const patterns: readonly (readonly [KeyPath, string])[] = [
    ...(known.present ?? []).map(({ name }, at) => [['known', 'present', at, 'name'], name] as const),
    ...(known.absent ?? []).map((name, at) => [['known', 'absent', at], name] as const),
    ...drop.map(({ names }, at) => [['drop', at, 'names'], names] as const),
    ...map.map(({ from }, at) => [['map', at, 'from'], from] as const),
  ];
  for (const [path, pattern] of patterns)
    try {
      new RegExp(pattern, 'u');
    } catch (cause) {
      throw error(
        path,
        'RECIPE_PATTERN',
        `is no regular expression: ${cause instanceof Error ? cause.message : pattern}`,
        "a regular expression of whole names, such as 'encoder_k\\..*'",
        'Write a backslash before each character that stands for itself, and single quotes around the pattern.',
      );
    }
}

/** Checks the names and values of facts against the list of the architecture. */
function checkFamilyFacts({ architecture, facts = {} }: Family, { error }: ParsedYaml): void {
  // What a family may leave to the weights or the user is no fault of the recipe.
  const needed = Object.fromEntries(
    architectureFacts[architecture].flatMap(({ name, missing }) => (missing === 'required' ? [[name, 1]] : [])),
  );
  for (const [name, fact] of Object.entries(facts)) {
    const values = typeof fact === 'object' ? Object.values('byWidth' in fact ? fact.byWidth : fact.byDepth) : [fact];
    for (const value of values)
      try {
        checkFacts(architecture, { ...needed, [name]: value });
      } catch (cause) {
        if (!(cause instanceof InputError)) throw cause;
        const { expected, hint } = cause.details;
        throw error(['facts', name], 'RECIPE_FACT', cause.problem, expected, hint);
      }
  }
}
