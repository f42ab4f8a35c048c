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
 * in that of a model by its name (`models[NAME].file`), or by its last key alone, as the functions that take it name it. Undefined for what is no option of a study.
 */
export function settingPath(name: string): string | undefined {
  const plain = ofAllEntries(name);
  return isOptionPath(name) ? plain : studyOptions.find(({ path }) => path.endsWith(`.${plain}`))?.path;
}

/** Whether a path, also one of an entry, is in the table. */
export function isOptionPath(name: string): boolean {
  const plain = ofAllEntries(name);
  return studyOptions.some(({ path }) => path === plain);
}

/** A path in the table of one that names an entry by its number or name, which may hold dots and brackets. */
function ofAllEntries(name: string): string {
  return name.replaceAll(/\[.*?\](?=$|[.[])/gu, '[]').replace(/\[\]$/u, '');
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
  if (list !== undefined) return listFlag(list, key);
  return flagOfSetting(flags, group, value === undefined ? undefined : `{${key}: ${value}}`);
}

/** A flag that gives entries of a list, if it can say this of them: of models name, file and layers, of tasks the folder. */
function listFlag(list: NamedFlag, key: string): string | undefined {
  if (list.row.path === 'tasks') return key === 'root' ? flagWith(list, undefined) : undefined;
  if (list.row.path !== 'models' || ['name', 'file', 'checkpoint'].includes(key)) return flagWith(list, undefined);
  return key.startsWith('layer') ? flagWith(list, 'FILE:LAYER') : undefined;
}

function flagWith({ flag }: NamedFlag, value: string | undefined): string {
  const [name = '', placeholder] = flag.flags.split(' ');
  if (value === undefined || placeholder === undefined) return name;
  return `${name} ${/^[\w@%+=:,./[\]-]+$/u.test(value) ? value : `"${value}"`}`;
}
