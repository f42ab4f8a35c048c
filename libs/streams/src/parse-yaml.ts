import { InputError } from '@intermodel/errors';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';

/** Where a value stands: keys, and numbers in lists. */
export type KeyPath = readonly (string | number)[];

/** What a YAML file is to its reader. */
export interface YamlKind {
  /** Code of errors about what is no YAML. */
  readonly code: string;
  /** What the file is, with its article: `a recipe`. */
  readonly name: string;
  /** Most bytes of one. */
  readonly bytes: number;
  /** What helps with a line that is no YAML. */
  readonly hint: string;
}

/** A YAML file as values, and how to tell where one stands. */
export interface ParsedYaml {
  /** Its values. */
  readonly content: unknown;
  /** An error about the value at a path, or the nearest one around it. */
  readonly error: (path: KeyPath, code: string, problem: string, expected?: string, hint?: string) => InputError;
}

/**
 * Parses a YAML file that is small by its nature; warnings of the parser are errors.
 *
 * @param file path of the file, for errors
 * @param bytes its content
 * @param kind what it is
 * @throws InputError of the code of its kind
 */
export function parseYaml(file: string, bytes: Uint8Array, kind: YamlKind): ParsedYaml {
  const lines = new LineCounter();
  const fail: Fail = (offset, code, problem, more = {}) =>
    new InputError(code, problem, {
      file,
      ...(offset === undefined ? {} : { line: Math.max(lines.linePos(offset).line, 1) }),
      ...more,
    });
  if (bytes.length > kind.bytes)
    throw fail(undefined, kind.code, `has ${String(bytes.length)} bytes`, {
      expected: `${kind.name} of at most ${String(kind.bytes)} bytes`,
      hint: `Check that this is ${kind.name}.`,
    });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail(undefined, kind.code, 'is not text in UTF-8', { hint: 'Save the file as UTF-8.' });
  }
  const document = parseText(text, lines, kind, fail);
  const [problem] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (problem !== undefined)
    throw fail(problem.pos[0], kind.code, `is not YAML: ${problem.message}`, { hint: kind.hint });
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 50 });
  } catch {
    throw fail(undefined, kind.code, 'cannot be read', { hint: 'Write the values out instead of aliases.' });
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

function parseText(text: string, lineCounter: LineCounter, { code, name }: YamlKind, fail: Fail): Document {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false });
  } catch {
    // The parser of YAML exhausts the stack at some thousands of levels.
    throw fail(undefined, code, 'is nested too deep', { hint: `Check that this is ${name}.` });
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
