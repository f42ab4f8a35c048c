import { isDeepStrictEqual } from 'node:util';
import type { OptionRow, OptionStep } from './option-row.ts';
import { studyOptions } from './option-table.ts';
import { valueAt } from './option-values.ts';

/**
 * The options that enter the key of a kind of step, as a flat record from path to value in the order of the table. What
 * is absent or equal to the default of its row is left out, within groups too, so that an option that is added later leaves the keys of
 * studies that do not use it as they are; whoever changes a default raises the code version of the steps that it enters.
 *
 * @param step kind of the step
 * @param values values shaped as a resolved study is; `model` and `task` stand for the entries of `models[]` and `tasks[]` that the step is
 *   of, and `matching` for the changes of the variant that it is of
 * @param table options to choose from
 */
export function optionsEntering(
  step: OptionStep,
  values: object,
  table: readonly OptionRow[] = studyOptions,
): Readonly<Record<string, unknown>> {
  const defaults = new Map(table.map((row) => [row.path, row.default]));
  return Object.fromEntries(
    table.flatMap(({ path, enters }): [string, unknown][] => {
      if (enters?.includes(step) !== true) return [];
      const value = valueAt(values, path.replace(/^(model|task)s\[\]/u, '$1'));
      return isUsual(value, path, defaults) ? [] : [[path, withoutUsual(value, path, defaults)]];
    }),
  );
}

type Defaults = ReadonlyMap<string, unknown>;

function isUsual(value: unknown, path: string, defaults: Defaults): boolean {
  return value === undefined || isDeepStrictEqual(value, defaults.get(path));
}

/** A group without the keys that have their default; any other value as it is. */
function withoutUsual(value: unknown, path: string, defaults: Defaults): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, within]) => !isUsual(within, `${path}.${key}`, defaults))
      .map(([key, within]) => [key, withoutUsual(within, `${path}.${key}`, defaults)]),
  );
}
