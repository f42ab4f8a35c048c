import type { FlagContent } from '@intermodel/pipelines';
import { Command, Option } from 'commander';
import { speakOf } from './as-typed.ts';
import { addOptions, givenOptions, ownWordFor } from './command-options.ts';
import type { TerminalOptions } from './output.ts';

/** What the help says of itself. */
export const helpText = 'Show this help.';

/** What was given to a command. */
export interface Given<Own = object> {
  /** Arguments. */
  readonly files: readonly string[];
  /** Options of a study. */
  readonly content: FlagContent;
  /** Options of the app, under the names that functions have for them. */
  readonly own: Own;
  /** What is shown, and how. */
  readonly terminal: TerminalOptions;
  /** The command as it was parsed. */
  readonly parsed: Command;
}

/** A command: its options are those that the table of options and the app's own list have for its name. */
export interface CommandDescription<Own> {
  /** Name, with that of the command around it: `data info`. */
  readonly name: string;
  /** What it does. */
  readonly description: string;
  /** Argument with what it is. */
  readonly argument?: readonly [name: string, help: string];
  /** Flags that must be given. */
  readonly required?: readonly string[];
  /** What stands below the options in the help. */
  readonly notes?: string;
  /** Command lines without the name of the program. */
  readonly examples: readonly string[];
  /** Runs it. */
  readonly run: (given: Given<Own>) => Promise<void> | void;
}

/** Makes a command with its options, its help and its examples. */
export function makeCommand<Own>({
  name,
  description,
  argument,
  required = [],
  notes,
  examples,
  run,
}: CommandDescription<Own>): Command {
  const command = new Command(name.split(' ').at(-1)).description(description);
  if (argument !== undefined) command.argument(...argument);
  addOptions(command, name, required);
  return command
    .configureOutput({
      outputError: (text, write) => {
        const [, unknown = ''] = /unknown option '([^'=]+)/u.exec(text) ?? [];
        const own = ownWordFor(name, unknown);
        write(
          own === undefined ? text : text.replace(/'\n(?:\(Did you mean [^)]*\)\n)?/u, `'\n(Did you mean ${own}?)\n`),
        );
      },
    })
    .addHelpOption(new Option('-h, --help', helpText).helpGroup('Store and machine:'))
    .addHelpText(
      'after',
      [
        '',
        ...(notes === undefined ? [] : [notes, '']),
        'Examples:',
        ...examples.map((line) => `  intermodel ${line}`),
      ].join('\n'),
    )
    .action(async () => {
      const { study, set } = command.opts<{ readonly study?: string; readonly set?: readonly string[] }>();
      const takesStudy = /^[<[]STUDY/u.test(argument?.[0] ?? '') && command.args.length > 0;
      speakOf(name, takesStudy ? command.args.join(', ') : study, set);
      const { content, own } = givenOptions(command, name);
      const { terminal = {}, ...others } = own as { readonly terminal?: TerminalOptions };
      await run({ files: command.args, content, own: others as Own, terminal, parsed: command });
    });
}
