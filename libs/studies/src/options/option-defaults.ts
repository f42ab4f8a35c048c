import type { GroupDefaults } from '../study-content.ts';
import { groupOf, keyOf } from './option-groups.ts';
import type { OptionRow } from './option-row.ts';
import { studyOptions } from './option-table.ts';

/**
 * The values that hold where the options of a group are not given, by their keys: of all that have a default.
 *
 * @param group path of the group: `runtime`, `models[].input`; '' for the study itself
 */
export function defaultsOf<Group extends keyof GroupDefaults>(
  group: Group,
  table: readonly OptionRow[] = studyOptions,
): GroupDefaults[Group] {
  const rows = table.filter((row) => groupOf(row.path) === group && row.default !== undefined);
  return Object.fromEntries(rows.map((row) => [keyOf(row.path), row.default])) as unknown as GroupDefaults[Group];
}
