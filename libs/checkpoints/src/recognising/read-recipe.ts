import { readFileSync } from 'node:fs';
import { InputError, nearestName, readInputFile, suggestName } from '@intermodel/errors';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { architectureFacts, checkFacts } from '../building/architecture-facts.ts';
import { recipeSchemaFile } from './families-folder.ts';
import type { Family } from './family.ts';

/** Most bytes of a recipe; those of the registry have some thousands. */
export const recipeBytes = 1_000_000;

type KeyPath = readonly (string | number)[];

/** A recipe as text: its values, and how to tell where one stands. */
interface ParsedRecipe {
  readonly content: unknown;
  /** An error about the value at a path, or the nearest one around it. */
  readonly error: (path: KeyPath, code: string, problem: string, expected?: string, hint?: string) => InputError;
}

/**
 * Reads a recipe: a YAML file in the form of the registry's.
 *
 * @throws InputError with file, line and key: `RECIPE_SYNTAX`, `RECIPE_SHAPE`, `RECIPE_PATTERN`, `RECIPE_FACT`; those of
 *   {@link readInputFile}.
 */
export function readRecipe(file: string): Family {
  const parsed = parseRecipe(file, readInputFile(file));
  checkShape(parsed);
  const family = parsed.content as Family;
  checkPatterns(family, parsed);
  checkFamilyFacts(family, parsed);
  return family;
}

/** Reads a file of the registry, which a spec has checked. */
export function readFamily(file: string): Family {
  return parseRecipe(file, readInputFile(file)).content as Family;
}

function parseRecipe(file: string, bytes: Uint8Array): ParsedRecipe {
  const lines = new LineCounter();
  const fail = (offset: number | undefined, code: string, problem: string, more: object = {}): InputError =>
    new InputError(code, problem, {
      file,
      ...(offset === undefined ? {} : { line: Math.max(lines.linePos(offset).line, 1) }),
      ...more,
    });
  if (bytes.length > recipeBytes)
    throw fail(undefined, 'RECIPE_SYNTAX', `has ${String(bytes.length)} bytes`, {
      expected: `a recipe of at most ${String(recipeBytes)} bytes`,
      hint: 'Check that this is a recipe.',
    });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail(undefined, 'RECIPE_SYNTAX', 'is not text in UTF-8', { hint: 'Save the file as UTF-8.' });
  }
  const document = parseText(text, lines, fail);
  const [problem] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (problem !== undefined)
    throw fail(problem.pos[0], 'RECIPE_SYNTAX', `is not YAML: ${problem.message}`, {
      hint: 'Correct the line; patterns stand between single quotes.',
    });
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 50 });
  } catch {
    throw fail(undefined, 'RECIPE_SYNTAX', 'cannot be read', { hint: 'Write the values out instead of aliases.' });
  }
  return {
    content,
    error: (path, code, message, expected, hint) => {
      const key = keyText(path);
      return fail(offsetOf(document, path), code, message, {
        ...(key === '' ? {} : { column: key }),
        ...(expected === undefined ? {} : { expected }),
        ...(hint === undefined ? {} : { hint }),
      });
    },
  };
}

type Fail = (offset: number | undefined, code: string, problem: string, more?: object) => InputError;

function parseText(text: string, lineCounter: LineCounter, fail: Fail): Document {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false });
  } catch {
    // The parser of YAML exhausts the stack at some thousands of levels.
    throw fail(undefined, 'RECIPE_SYNTAX', 'is nested too deep', { hint: 'Check that this is a recipe.' });
  }
}

/** Where the value at a path begins, or the nearest one around it. */
function offsetOf(document: Document, path: KeyPath): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== null && node.range !== undefined) return node.range[0];
  }
  return undefined;
}

function keyText(path: KeyPath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${String(part)}]` : index === 0 ? part : `.${part}`))
    .join('');
}

let compiled: ValidateFunction | undefined;

function recipeValidator(): ValidateFunction {
  compiled ??= new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(
    JSON.parse(readFileSync(recipeSchemaFile, 'utf8')) as object,
  );
  return compiled;
}

function checkShape({ content, error }: ParsedRecipe): void {
  const validate = recipeValidator();
  if (validate(content)) return;
  const problems = validate.errors ?? [];
  // A key that there is not tells more than what it leaves missing; that of several forms none fits, least.
  const rank = ({ keyword }: ErrorObject) => (keyword === 'additionalProperties' ? 0 : keyword === 'anyOf' ? 2 : 1);
  const [first] = problems.toSorted((a, b) => rank(a) - rank(b));
  if (first !== undefined) throw describeProblem(first, content, error);
}

interface ShapeSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly description?: string;
  readonly enum?: readonly string[];
}

function describeProblem(problem: ErrorObject, content: unknown, error: ParsedRecipe['error']): InputError {
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
      return error(path, code, `"${key}" is missing`, schema.properties?.[key]?.description, `Add "${key}".`);
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

function checkPatterns({ known = {}, drop = [], map = [] }: Family, { error }: ParsedRecipe): void {
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
function checkFamilyFacts({ architecture, facts = {} }: Family, { error }: ParsedRecipe): void {
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
