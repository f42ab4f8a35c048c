import { stateFile, stateFlags, type FlagTexts } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { keptAs, optionsOf } from './command-options.ts';
import { ownOptions } from './own-options.ts';

/** The command line that makes the same report again, as the report states it. */
export function statedCommand(command: Command, name = command.name()): string {
  const options = optionsOf(name).filter((option) => option.flag.heading === 'Study' || !ownOptions.includes(option));
  const flags = stateFlags(options, (option) => {
    const given = command.getOptionValue(keptAs(option)) as FlagTexts | number;
    // Numbers of the app's own options are read as such.
    return typeof given === 'number' ? String(given) : given;
  });
  return ['intermodel', name, ...command.args.map(stateFile), ...flags, '--out DIR'].join(' ');
}
