import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  Parser,
  visit,
  type Alias,
  type Document,
  type Node,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { StudyFileError, type Finding, type FindPlace, type StudyPath } from './study-problems.ts';

/** Most bytes of a study file, far above what thousands of models take. */
export const studyFileBytes = 2_000_000;

/** Most values of a study after aliases are followed, lest a few lines expand to gigabytes. */
export const studyValues = 200_000;

/** Most levels of nesting; the parser of YAML would exhaust the stack at some thousands. */
const nestingLevels = 64;

/** Text of a study as values, with the place of each. */
export interface ParsedStudy {
  /** Values: objects, lists, text, numbers, true, false, null. */
  readonly content: unknown;
  /** Finds the line of a key, or of the nearest key around it. */
  readonly findPlace: FindPlace;
}

/**
 * Reads YAML 1.2 or JSON. Warnings of the parser are errors: nothing is passed over in silence.
 *
 * @throws StudyFileError for what is not UTF-8 or not YAML, for duplicate keys, tags, and texts that are too large, too
 * deep, or expand too far through aliases.
 */
export function parseStudyText(bytes: Uint8Array, file?: string): ParsedStudy {
  const fail = (finding: Omit<Finding, 'path'>, offset?: number): never => {
    throw new StudyFileError(file, [{ path: [], ...finding }], () =>
      offset === undefined ? undefined : placeOf(offset),
    );
  };
  if (bytes.length > studyFileBytes)
    fail({
      problem: `has ${String(bytes.length)} bytes`,
      expected: `at most ${String(studyFileBytes)} bytes`,
      hint: 'Check that this is a study file.',
    });
  const text =
    decodeUtf8(bytes) ??
    fail({ problem: 'is not text in UTF-8', expected: 'YAML or JSON in UTF-8', hint: 'Save the file as UTF-8.' });
  const lines = new LineCounter();
  const texts = text.split(/\r?\n/u);
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1), text: texts[Math.max(line, 1) - 1] ?? '' };
  };
  const excess = findExcess(text);
  if (excess === 'levels')
    fail({
      problem: 'is nested too deep',
      expected: `at most ${String(nestingLevels)} levels`,
      hint: 'A study needs five.',
    });
  if (excess === 'parts')
    fail({
      problem: 'holds too many values',
      expected: `at most ${String(studyValues)} values`,
      hint: 'Check that this is a study file.',
    });
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const [problem] = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (problem !== undefined) fail(describeSyntax(problem), problem.pos[0]);
  const read = new ValueReader(document, fail);
  const content = document.contents === null ? null : read.value(document.contents, []);
  return {
    content,
    findPlace: (path) => {
      for (let length = path.length; length > 0; length--) {
        const offset = read.offsets.get(JSON.stringify(path.slice(0, length)));
        if (offset !== undefined) return placeOf(offset);
      }
      return placeOf(document.contents?.range[0] ?? 0);
    },
  };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // UTF-16 without a mark reads as UTF-8 with a zero at every second character.
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Parts that a value takes in YAML: indentation, key, colon, space, value, end of the line. */
const partsOfValue = 6;

/**
 * Counts parts, and levels with the part of the parser that keeps them on a list of its own: what is built of them
 * takes much longer.
 */
function findExcess(text: string): 'levels' | 'parts' | undefined {
  const parser = new Parser();
  let parts = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++parts > partsOfValue * studyValues) return 'parts';
    Array.from(parser.next(lexeme));
    // A level of a block takes up to two entries: the map, and the list in it.
    if (parser.stack.length > 2 * nestingLevels) return 'levels';
  }
  return undefined;
}

/** What to do about the commonest errors of the parser, by its codes. */
const syntaxHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_DQ_ESCAPE: 'Put paths with backslashes into single quotes, or write them with /.',
  MULTIPLE_DOCS: 'Write one study a file; remove the line ---.',
  DUPLICATE_KEY: 'Remove one of the two, or join them.',
  TAG_RESOLVE_FAILED: 'Remove the tag (the word with !); quote text that begins with !.',
  BAD_SCALAR_START: 'Put the text into quotes.',
  BLOCK_AS_IMPLICIT_KEY: 'Put text with ": " into quotes, or begin a new line for the inner key.',
};

function describeSyntax({ code, message }: Pick<YAMLError, 'code' | 'message'>): Omit<Finding, 'path'> {
  return {
    problem: `is not valid YAML: ${message}`,
    expected: 'YAML 1.2 or JSON',
    hint: syntaxHints[code] ?? 'Check indentation, quotes and brackets around this line.',
  };
}

/** Turns nodes into values, notes where they stand, and follows aliases within limits. */
class ValueReader {
  /** Offset of each key, or of the item of a list, by its path as JSON. */
  readonly offsets = new Map<string, number>();
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #fail: (finding: Omit<Finding, 'path'>, offset?: number) => never;
  #values = 0;

  constructor(document: Document.Parsed, fail: (finding: Omit<Finding, 'path'>, offset?: number) => never) {
    this.#targets = aliasTargets(document);
    this.#fail = fail;
  }

  value(node: unknown, path: StudyPath): unknown {
    this.#values++;
    const offset = offsetOf(node);
    if (this.#values > studyValues || path.length > nestingLevels)
      this.#fail(
        {
          problem: 'expands too far through aliases',
          expected: `at most ${String(studyValues)} values`,
          hint: 'Write the values out instead of *aliases.',
        },
        offset,
      );
    if (isAlias(node))
      return this.value(
        this.#targets.get(node) ??
          this.#fail(
            {
              problem: `there is no anchor &${node.source} above`,
              hint: 'Name an anchor (&name) that stands further up.',
            },
            offset,
          ),
        path,
      );
    if (isMap(node)) {
      // The parser looks each key up among all before it, which takes minutes for a map of many.
      const names = new Set<string>();
      return Object.fromEntries(node.items.map(({ key, value }) => this.#entry(key, value, path, names)));
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const itemPath = [...path, index];
        this.#note(itemPath, offsetOf(item));
        return this.value(item, itemPath);
      });
    }
    return isScalar(node) ? plainValue(node) : null;
  }

  #entry(key: unknown, value: unknown, path: StudyPath, names: Set<string>): [string, unknown] {
    if (!isScalar(key))
      return this.#fail(
        {
          problem: 'a key is not plain text',
          expected: 'a name followed by a colon',
          hint: 'Remove the brackets, or the ? before them.',
        },
        offsetOf(key),
      );
    const name = String(plainValue(key));
    if (names.size === names.add(name).size)
      this.#fail(describeSyntax({ code: 'DUPLICATE_KEY', message: 'Map keys must be unique' }), offsetOf(key));
    const entryPath = [...path, name];
    this.#note(entryPath, offsetOf(key));
    return [name, this.value(value, entryPath)];
  }

  #note(path: StudyPath, offset: number | undefined): void {
    if (offset !== undefined) this.offsets.set(JSON.stringify(path), offset);
  }
}

/**
 * The value of a scalar; one that JSON has not, such as a date, bytes or the sign of a merge, stays the text that it
 * was written as.
 */
function plainValue({ value, source }: Scalar): string | number | boolean | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : value === null
      ? null
      : (source ?? null);
}

/**
 * What each alias stands for, found in one pass: looking each up by itself would take time quadratic in their number.
 */
function aliasTargets(document: Document.Parsed): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
