import { studyOptions } from '../options/option-table.ts';

/** An option and its flag, of a study or of a program's own. */
export interface NamedFlag {
  /** The option. */
  readonly row: { readonly path: string };
  /** Its flag with its placeholder. */
  readonly flag: { readonly flags: string };
}

/**
 * Path in the table of the option that is meant: by its path, by the path in an entry of a list (`models[0].file`), or
 * by its last key alone, as the functions that take it name it. Undefined for what is no option of a study.
 */
export function settingPath(name: string): string | undefined {
  const plain = name.replaceAll(/\[\d+\]/gu, '[]').replace(/\[\]$/u, '');
  const paths = studyOptions.map(({ path }) => path);
  return paths.find((path) => path === plain) ?? paths.find((path) => path.endsWith(`.${plain}`));
}

/**
 * How an option is given by the flags that there are: `--max-pixels 9`, for keys of a group that one flag gives as a
 * whole with them: `--input "{width: 8}"`. Undefined where no flag gives it.
 */
export function flagOfSetting(flags: readonly NamedFlag[], path: string, value?: string): string | undefined {
  const found = flags.find(({ row }) => row.path === path) ?? flags.find(({ row }) => row.path.endsWith(`.${path}`));
  if (found !== undefined) return flagWith(found, value);
  const [, group, key = ''] = /^(.+)\.([^.]+)$/u.exec(path) ?? [];
  if (group === undefined) return undefined;
  const list = flags.find(({ row }) => `${row.path}[]` === group);
  if (list !== undefined) return flagWith(list, key.startsWith('layer') ? 'FILE:LAYER' : undefined);
  return flagOfSetting(flags, group, value === undefined ? undefined : `{${key}: ${value}}`);
}

function flagWith({ flag }: NamedFlag, value: string | undefined): string {
  const [name = '', placeholder] = flag.flags.split(' ');
  if (value === undefined || placeholder === undefined) return name;
  return `${name} ${/^[\w@%+=:,./[\]-]+$/u.test(value) ? value : `"${value}"`}`;
}
