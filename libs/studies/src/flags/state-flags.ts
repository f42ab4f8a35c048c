import path from 'node:path';
import type { FlagRow } from '../options/option-table.ts';
import type { FlagTexts } from './flags-to-content.ts';

/**
 * Flags as a report states them, to be given again: those that change its tables or its page, with the names of files
 * but not their folders, so that they are the same on every machine.
 *
 * @param flags options with their flags, in the order that they are stated in
 * @param textsOf what was given with a flag
 */
export function stateFlags<Flag extends Pick<FlagRow, 'row'> & { readonly flag: { readonly flags: string } }>(
  flags: readonly Flag[],
  textsOf: (flag: Flag) => FlagTexts,
): string[] {
  const stated = new Map(flags.filter(changesReport).map((flag) => [flag.flag.flags.split(' ')[0] ?? '', flag]));
  return [...stated].flatMap(([name, flag]) =>
    [textsOf(flag) ?? []].flat().map((text) => (typeof text === 'string' ? `${name} ${stateFile(text)}` : name)),
  );
}

/** The name of a file as a shell takes it, without its folder; what stands around it, and other values, as they are. */
export function stateFile(value: string): string {
  const [, key = '', file, rest = ''] = /^([^=/\\{}]+=)?([^:{}]*[\\/][^:{}]*)(:.+)?$/u.exec(value) ?? [];
  const named = file === undefined ? value : `${key}${path.basename(file)}${rest}`;
  return /^[\w@%+=:,./-]+$/u.test(named) ? named : `'${named.replaceAll("'", String.raw`'\''`)}'`;
}

/** How the machine is used changes nothing, but for what enters the keys of steps. */
function changesReport({ row: { path: key, enters } }: Pick<FlagRow, 'row'>): boolean {
  return !key.startsWith('runtime.') || enters !== undefined;
}
