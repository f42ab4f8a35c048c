import type { OptionRow, OptionType } from './option-row.ts';

/** Keys of one kind that stand together in a study file. */
export type GroupType = Extract<OptionType, { kind: 'group' }>;

/** Path of what an option stands in: '' for the study itself, `models[]` for an entry of `models`. */
export function groupOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')));
}

/** Key of an option within its group. */
export function keyOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Rows of a table by the path of the group that they stand in. */
export function rowsByGroup(table: readonly OptionRow[]): ReadonlyMap<string, readonly OptionRow[]> {
  const groups = new Map<string, OptionRow[]>();
  for (const row of table) {
    const group = groups.get(groupOf(row.path));
    if (group === undefined) groups.set(groupOf(row.path), [row]);
    else group.push(row);
  }
  return groups;
}

/** Forms that a value may have: those of `either`, or the one. */
export function formsOf(type: OptionType): readonly OptionType[] {
  return type.kind === 'either' ? type.of.flatMap(formsOf) : [type];
}
