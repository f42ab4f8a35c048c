import { nearestName } from '@intermodel/errors';
import { keyOf } from './option-groups.ts';
import type { OptionRow } from './option-row.ts';
import { studyOptions } from './option-table.ts';
import { typeInWords } from './type-words.ts';

/** What a search of the options found. */
export interface FoundOptions {
  /** Options that hold all words, in the order of the table. */
  readonly rows: readonly OptionRow[];
  /** Where nothing was found, paths of options that may have been meant, the nearest first. */
  readonly nearest: readonly string[];
}

/** Finds options by words in path, flags, help, and how they and their values are stated; case does not count. */
export function searchOptions(text: string, table: readonly OptionRow[] = studyOptions): FoundOptions {
  // A path as it is set, with an entry in it, is one of an option too.
  const words = text
    .replaceAll(/(?<=\w)\[[^\]]*\](?=$|[.[])/gu, '[]')
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const rows = table.filter((row) => {
    const described = textOf(row);
    return words.every((word) => described.includes(word));
  });
  return { rows, nearest: rows.length > 0 ? [] : nearestOptions(words.join(' '), table) };
}

/** Paths of the options that a name may be meant for, the nearest first, at most three. */
export function nearestOptions(name: string, table: readonly OptionRow[] = studyOptions): readonly string[] {
  const paths = pathsOf(table);
  const keys = paths.map(keyOf);
  const key = keys.includes(keyOf(name)) ? keyOf(name) : nearestName(keyOf(name), keys);
  // The same key of another group, or one of nearly that name.
  const named = key === undefined ? [] : paths.filter((path) => keyOf(path) === key);
  const nearest = nearestName(name, named.length > 0 ? named : paths);
  if (named.length > 0 || nearest !== undefined)
    return [...new Set([...(nearest === undefined ? [] : [nearest]), ...named])].slice(0, mostNamed);
  const flags = table.flatMap((row) =>
    (row.flags ?? []).map(({ flags: flag }) => [nameOfFlag(flag), row.path] as const),
  );
  const nearestFlag = nearestName(
    name.replace(/^-+/u, ''),
    flags.map(([flag]) => flag),
  );
  return flags
    .filter(([flag]) => flag === nearestFlag)
    .map(([, path]) => path)
    .slice(0, mostNamed);
}

/** Paths of the options that have a key, at most three; those of the second variant go without saying. */
export function optionsOfKey(key: string, table: readonly OptionRow[] = studyOptions): readonly string[] {
  return pathsOf(table)
    .filter((path) => keyOf(path).toLowerCase() === key.toLowerCase())
    .slice(0, mostNamed);
}

/** Options that a hint names. */
const mostNamed = 3;

function pathsOf(table: readonly OptionRow[]): readonly string[] {
  return table.map(({ path }) => path).filter((path) => !/^diffMatching\.|^\$/u.test(path));
}

/** A flag without dashes and placeholder. */
function nameOfFlag(flag: string): string {
  return flag.replace(/^--/u, '').replace(/ .*$/u, '');
}

function textOf({ path, flags = [], help, otherwise = '', words = {}, type }: OptionRow): string {
  return [
    path,
    ...flags.flatMap((flag) => [flag.flags, flag.help ?? '']),
    help,
    otherwise,
    words.name ?? '',
    ...Object.entries(words.values ?? {}).flat(),
    typeInWords(type),
  ]
    .join('\n')
    .toLowerCase();
}
