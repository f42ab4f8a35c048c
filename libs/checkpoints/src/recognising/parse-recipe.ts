import { InputError, readInputFile } from '@intermodel/errors';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { Family } from './family.ts';

/** Most bytes of a recipe; those of the registry have some thousands. */
export const recipeBytes = 1_000_000;

/** Where a value stands: keys, and numbers in lists. */
export type KeyPath = readonly (string | number)[];

/** A recipe as text: its values, and how to tell where one stands. */
export interface ParsedRecipe {
  /** Its values. */
  readonly content: unknown;
  /** An error about the value at a path, or the nearest one around it. */
  readonly error: (path: KeyPath, code: string, problem: string, expected?: string, hint?: string) => InputError;
}

/**
 * Reads a file of the registry, which a spec has checked.
 *
 * @param file path of the file
 * @param baseOf gives the family that it extends
 */
export function readFamily(file: string, baseOf: (name: string) => Family): Family {
  return withBase(parseRecipe(file, readInputFile(file)).content as Family, baseOf);
}

/** A family with what another has that it extends, as far as it does not say it itself. */
export function withBase(family: Family, baseOf: (name: string) => Family): Family {
  if (family.extends === undefined) return family;
  const base = Object.entries(baseOf(family.extends));
  return { ...Object.fromEntries(base.filter(([key]) => !ownKeys.has(key))), ...family };
}

/** What a family only has where it says so itself: how it is published, and what it is to others. */
const ownKeys: ReadonlySet<string> = new Set(['licence', 'files', 'general', 'sharesForm', 'variantOf', 'extends']);

/** Parses a recipe. @throws InputError `RECIPE_SYNTAX` */
export function parseRecipe(file: string, bytes: Uint8Array): ParsedRecipe {
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
