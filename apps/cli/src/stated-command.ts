import path from 'node:path';
import type { Command, Option } from 'commander';

/**
 * Options that change nothing in the tables and the page: how the machine is used, and what is told or drawn besides.
 */
const withoutEffect = new Set([
  'out',
  'json',
  'quiet',
  'format',
  'figures',
  'spreadsheetCsv',
  'batchSize',
  'threads',
  'keptMapsMegabytes',
  'secondPass',
  'probeSeconds',
  'probeMegabytes',
  'labelCache',
  'store',
  'concurrency',
  'verify',
  'wait',
  'verbose',
]);

/**
 * The command line that makes the same report again, as the report states it: what was given, with the names of files
 * but not their folders, so that it says the same on every machine.
 */
export function statedCommand(command: Command, name = command.name()): string {
  const options = command.options
    .filter(
      (option) =>
        command.getOptionValueSource(option.attributeName()) === 'cli' && !withoutEffect.has(option.attributeName()),
    )
    .flatMap((option) => statedOption(option, command.getOptionValue(option.attributeName())));
  return ['intermodel', name, ...command.args.map((file) => quoted(withoutFolder(file))), ...options, '--out DIR'].join(
    ' ',
  );
}

function statedOption(option: Option, value: unknown): string[] {
  const flag = option.long ?? option.flags;
  if (value === true) return [flag];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((each) => `${flag} ${quoted(withoutFolder(String(each)))}`);
}

/** The name of a file, with the tensor that may stand behind it; other values as they are. */
function withoutFolder(value: string): string {
  const [, file, rest = ''] = /^([^:{}]*[\\/][^:{}]*)(:.+)?$/u.exec(value) ?? [];
  return file === undefined ? value : `${path.basename(file)}${rest}`;
}

function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/u.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
