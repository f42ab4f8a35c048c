import { defaultInWords, searchOptions, typeInWords, type OptionRow } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { printResult } from '../output.ts';

/** `intermodel options`: the options of a study. */
export function optionsCommand(): Command {
  return makeCommand({
    name: 'options',
    description:
      'Search the options of a study: their paths in a study file, which --set takes too, values, defaults, flags, and what they do.',
    argument: ['[WORD...]', 'words in path, flag, help or values of an option (default: all options)'],
    examples: ['options gate', 'options label cache', 'options runtime --json | jq -r ".[].path"'],
    run: ({ files, terminal }) => {
      const words = files.join(' ');
      const { rows, nearest } = searchOptions(words);
      if (rows.length === 0)
        throw new InputError('OPTION_UNKNOWN', `no option of a study is about "${words}"`, {
          hint:
            nearest.length === 0
              ? 'Search for fewer or other words; without any, all options are listed.'
              : `Did you mean ${nearest.join(' or ')}?`,
        });
      printResult(terminal, rows.map(optionResult), () => rows.map(optionText).join('\n\n'));
    },
  });
}

function optionResult({ path, type, default: value, otherwise, help, flags = [] }: OptionRow): object {
  const given = flags.map(({ flags: flag, commands }) => ({ flag, commands }));
  return { path, type, values: plain(typeInWords(type)), default: value, otherwise, flags: given, help: plain(help) };
}

function optionText(row: OptionRow): string {
  const usual = defaultInWords(row);
  return plain(
    [
      row.path,
      `  ${row.help}`,
      `  values: ${typeInWords(row.type)}`,
      ...(usual === '' ? [] : [`  default: ${usual}`]),
      ...(row.flags ?? []).map(({ flags, commands }) => `  flag: ${flags} of ${commands.join(', ')}`),
    ].join('\n'),
  );
}

/** The text without the marks of code that the reference page has. */
function plain(text: string): string {
  return text.replaceAll('`', '');
}
