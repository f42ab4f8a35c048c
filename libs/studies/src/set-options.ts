import { InputError, suggestName } from '@intermodel/errors';
import { taskName } from './check-tasks.ts';
import { formsOf } from './options/option-groups.ts';
import type { OptionRow, OptionType } from './options/option-row.ts';
import { studyOptions } from './options/option-table.ts';
import { nearestOptions } from './options/search-options.ts';
import { Lexer } from 'yaml';
import { parseStudyText } from './parse-study-text.ts';
import { StudyFileError, type StudyPath } from './study-problems.ts';

type Group = Readonly<Record<string, unknown>>;

/** A study with options set. */
export interface StudyWithOptions {
  /** The study, not checked. */
  readonly content: unknown;
  /** Path of each setting, as it was written. */
  readonly written: readonly string[];
  /** Path, as it was written, of the setting that what stands at a key comes from; undefined: of none. */
  readonly settingAt: (path: StudyPath) => string | undefined;
}

/** A part of the path of a setting: a key, or the entry of a list by its number or name; `all` stands for every entry. */
type Part = { readonly key: string } | { readonly entry: string } | 'all';

interface Setting {
  /** Path as it was written. */
  readonly written: string;
  /** Parts of it. */
  readonly parts: readonly Part[];
  /** Path of the option in the table. */
  readonly option: string;
  /** Value as it was written. */
  readonly text: string;
}

/**
 * Sets options of a study by their paths: `runtime.threads=2`, `models[0].layer=conv1`, `models[NAME].layer=conv1`,
 * `models[].input=caffe` for all of them. Values are YAML; those of options that are text stay as they are written. No
 * value (`seed=`, `seed=null`) takes a key out. The number after the last entry adds one. A later setting goes over an
 * earlier one.
 *
 * @param content what a study file holds, not checked
 * @param settings each a path, an equals sign and a value
 * @throws InputError `OPTION_UNKNOWN` for a path that is none of an option, with the nearest, or an entry that is not
 *   there; `OPTION_SET` for what is no setting, or a value that is not YAML.
 */
export function setOptions(
  content: unknown,
  settings: readonly string[],
  table: readonly OptionRow[] = studyOptions,
): StudyWithOptions {
  const set: { readonly written: string; readonly path: StudyPath }[] = [];
  const written: string[] = [];
  let changed = content;
  for (const text of settings) {
    const setting = readSetting(text, changed, table);
    written.push(setting.written);
    const value = readValue(setting, table);
    for (const path of pathsOf(setting, changed)) {
      changed = setIn(changed, path, value, '', table);
      set.unshift({ written: setting.written, path });
    }
  }
  return {
    content: changed,
    written,
    settingAt: (path) =>
      set.find(
        (setting) =>
          startsWith(path, setting.path) ||
          // A group that the file does not have comes from the setting of a key in it.
          (path.length > 0 && startsWith(setting.path, path) && valueIn(content, path) === undefined),
      )?.written,
  };
}

/** Cuts a setting into path and value; names of entries may hold any character. */
function readSetting(text: string, content: unknown, table: readonly OptionRow[]): Setting {
  const parts: Part[] = [];
  let option = '';
  let at = 0;
  for (;;) {
    const key = /^[^.[\]=]+/u.exec(text.slice(at))?.[0] ?? notSetting(text);
    parts.push({ key });
    option += `${option === '' ? '' : '.'}${key}`;
    at += key.length;
    while (text[at] === '[') {
      const entry = readEntry(text, at + 1, namesIn(content, parts));
      parts.push(entry === '' ? 'all' : { entry });
      option += '[]';
      at += entry.length + 2;
    }
    const next = text[at++];
    if (next === '=') break;
    if (next !== '.') notSetting(text);
  }
  const written = text.slice(0, at - 1);
  if (!isOption(option, table)) {
    const nearest = optionsMeant(parts, option, table).map((path) => `"${path}"`);
    throw new InputError('OPTION_UNKNOWN', `\`set: ${written}\`: there is no option "${written}"`, {
      expected: 'the path of an option, such as runtime.threads or models[0].input.width',
      hint: nearest.length === 0 ? 'See docs/options.md for all options.' : `Did you mean ${nearest.join(' or ')}?`,
    });
  }
  return { written, parts, option, text: text.slice(at) };
}

/**
 * Paths that may have been meant, for the entries that were named; an entry that stands between dots counts too. A
 * suggestion for all entries would set more than was meant.
 */
function optionsMeant(parts: readonly Part[], option: string, table: readonly OptionRow[]): readonly string[] {
  let path = '';
  const entries: { readonly list: string; readonly entry: string }[] = [];
  for (const part of parts) {
    const isEntry = part === 'all' || 'entry' in part;
    if (!isEntry && (!isOption(`${path}[]`, table) || isOption(`${path}[].${part.key}`, table))) {
      path += `${path === '' ? '' : '.'}${part.key}`;
      continue;
    }
    entries.push({ list: path, entry: part === 'all' ? '' : isEntry ? part.entry : part.key });
    path += '[]';
  }
  const isKnown = entries.every(({ list }) => isOption(`${list}[]`, table));
  const ofEntries = (candidate: string) => {
    let count = 0;
    return candidate.replaceAll('[]', (_, at: number) => {
      const list = candidate.slice(0, at);
      const place = isKnown ? entries.find((each) => each.list === list) : entries[count];
      count++;
      return `[${place?.entry ?? ''}]`;
    });
  };
  const isMeant = path !== option && isOption(path, table);
  return (isMeant ? [path] : nearestOptions(path, table)).map(ofEntries);
}

/** The longest name of an entry that stands within the brackets, or what goes up to the first closing one. */
function readEntry(text: string, at: number, names: readonly string[]): string {
  const rest = text.slice(at);
  const [named] = names
    .filter((name) => rest.startsWith(`${name}]`))
    .sort((first, second) => second.length - first.length);
  return named ?? /^[^\]]*(?=\])/u.exec(rest)?.[0] ?? notSetting(text);
}

function notSetting(text: string): never {
  throw new InputError('OPTION_SET', `\`set: ${text}\`: is no setting`, {
    expected: 'PATH=VALUE, such as runtime.threads=2 or models[0].input.width=32',
    hint: 'Write the path of an option as in a study file, an equals sign and the value; put the whole into quotes.',
  });
}

/** Whether a path is one of an option, or of an entry of one that is a list. */
function isOption(path: string, table: readonly OptionRow[]): boolean {
  return typeAt(path, table) !== undefined;
}

function typeAt(path: string, table: readonly OptionRow[]): OptionType | undefined {
  const row = table.find((candidate) => candidate.path === path);
  if (row !== undefined || !path.endsWith('[]')) return row?.type;
  const list = typeAt(path.slice(0, -2), table);
  return list === undefined ? undefined : formsOf(list).find((form) => form.kind === 'list')?.of;
}

function readValue({ written, option, text }: Setting, table: readonly OptionRow[]): unknown {
  const value = parseValue(written, text);
  const forms = formsOf(typeAt(option, table) ?? { kind: 'group', name: '' });
  const isText = forms.every(({ kind }) => kind === 'text' || kind === 'choice');
  if (isText && typeof value === 'object' && value !== null)
    notValue(written, `is read as a ${Array.isArray(value) ? 'list' : 'group of keys'}`, 'a text');
  return isText && (typeof value === 'number' || typeof value === 'boolean') ? text : value;
}

function parseValue(written: string, text: string): unknown {
  const comment = commentIn(text);
  if (comment !== undefined) notValue(written, `would end before "${comment}", which is a comment in YAML`);
  try {
    return parseStudyText(Buffer.from(text)).content;
  } catch (cause) {
    if (!(cause instanceof StudyFileError)) throw cause;
    return notValue(written, cause.problems[0]?.problem ?? 'cannot be read', undefined, cause);
  }
}

/** The first comment: what a shell hands over holds none that is meant as one. */
function commentIn(text: string): string | undefined {
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    // A mark stands before each scalar.
    if (lexeme.startsWith('#') && before !== '\u001f') return lexeme;
    before = lexeme;
  }
  return undefined;
}

function notValue(
  written: string,
  problem: string,
  expected = 'a value as in a study file (YAML)',
  cause?: unknown,
): never {
  throw new InputError('OPTION_SET', `\`set: ${written}\`: the value ${problem}`, {
    expected,
    hint: `Put text with special characters into quotes, and the whole setting into other quotes: '${written}="..."'.`,
    cause,
  });
}

/** Places that a setting is for: several where it names all entries of a list. */
function pathsOf({ written, parts }: Setting, content: unknown): StudyPath[] {
  return parts.reduce<StudyPath[]>(
    (paths, part) =>
      paths.flatMap((path) => {
        if (part !== 'all' && 'key' in part) return [[...path, part.key]];
        const entries = entriesOf(valueIn(content, path));
        if (part === 'all') return allEntries(written, entries).map((index) => [...path, index]);
        return [[...path, entryIndex(written, part.entry, entries)]];
      }),
    [[]],
  );
}

function allEntries(written: string, entries: readonly unknown[]): readonly number[] {
  if (entries.length > 0) return [...entries.keys()];
  throw new InputError('OPTION_UNKNOWN', `\`set: ${written}\`: there is no entry to set`, {
    expected: 'a list with entries',
    hint: 'Set the list itself, or an entry by its number.',
  });
}

/** Number of the entry that is named, or counted from 0; one more than there are adds one. */
function entryIndex(written: string, entry: string, entries: readonly unknown[]): number {
  const names = namesOf(entries);
  const index = /^\d+$/u.test(entry) ? Number(entry) : names.indexOf(entry);
  if (index >= 0 && index <= entries.length) return index;
  throw new InputError(
    'OPTION_UNKNOWN',
    `\`set: ${written}\`: there is no entry ${/^\d+$/u.test(entry) ? entry : `"${entry}"`}`,
    /^\d+$/u.test(entry)
      ? { expected: numbersOf(entries.length), hint: 'Entries are counted from 0.' }
      : {
          expected: 'the number of an entry, or the name of a model or task',
          hint: suggestName(
            entry,
            names.filter((name) => name !== ''),
          ),
        },
  );
}

function numbersOf(count: number): string {
  return count === 0
    ? '0, which adds an entry'
    : `a number from 0 to ${String(count)}, where ${String(count)} adds an entry`;
}

function namesIn(content: unknown, parts: readonly Part[]): readonly string[] {
  const path = parts.map((part) => (part !== 'all' && 'key' in part ? part.key : 0));
  return namesOf(entriesOf(valueIn(content, path)));
}

function namesOf(entries: readonly unknown[]): readonly string[] {
  return entries.map((entry) => {
    if (!isGroup(entry)) return '';
    if (typeof entry['name'] === 'string') return entry['name'];
    // A task may be named by its folder.
    return ['root', 'annotations', 'labels', 'images'].some((key) => typeof entry[key] === 'string')
      ? taskName(entry)
      : '';
  });
}

/** Entries of a list; a single value stands for a list of it. */
function entriesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/**
 * A copy with the value at a path set, or its key taken out for null; `option` is the path in the table so far.
 * Undefined: nothing is left.
 */
function setIn(value: unknown, path: StudyPath, set: unknown, option: string, table: readonly OptionRow[]): unknown {
  const [part, ...deeper] = path;
  if (part === undefined) return set;
  if (typeof part === 'number') {
    const entries = entriesOf(value);
    if (set === null && deeper.length > 0 && part >= entries.length) return value;
    return Object.assign([...entries], { [part]: setIn(entries[part], deeper, set, `${option}[]`, table) });
  }
  if (set === null && value === undefined) return undefined;
  const { [part]: within, ...others } = asGroup(value, option, table);
  const isOut = set === null && deeper.length === 0;
  const changed = isOut ? undefined : setIn(within, deeper, set, `${option}${option === '' ? '' : '.'}${part}`, table);
  if (changed !== undefined) return { ...asGroup(value, option, table), [part]: changed };
  return Object.keys(others).length === 0 && mustHoldKeys(option, table) ? undefined : others;
}

/** Whether a group cannot be left without keys. */
function mustHoldKeys(option: string, table: readonly OptionRow[]): boolean {
  const type = typeAt(option, table);
  return type !== undefined && formsOf(type).some((form) => form.kind === 'group' && form.fewest !== undefined);
}

/** The keys of a group; a name in its place is its preset, if it has one, and a switch leaves everything open. */
function asGroup(value: unknown, option: string, table: readonly OptionRow[]): Group {
  if (isGroup(value)) return value;
  return typeof value === 'string' && isOption(`${option}.preset`, table) ? { preset: value } : {};
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function valueIn(content: unknown, path: StudyPath): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof part === 'number'
        ? entriesOf(value)[part]
        : isGroup(value) && Object.hasOwn(value, part)
          ? value[part]
          : undefined,
    content,
  );
}

function startsWith(path: StudyPath, start: StudyPath): boolean {
  return start.every((part, index) => path[index] === part);
}
