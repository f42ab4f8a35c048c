import { programVersion } from '@intermodel/pipelines';
import { Command, CommanderError } from 'commander';
import { checkpointCommand } from './commands/checkpoint.ts';
import { cleanCommand } from './commands/clean.ts';
import { dataCommand } from './commands/data.ts';
import { dissectCommand } from './commands/dissect.ts';
import { embedCommand } from './commands/embed.ts';
import { featuresCommand } from './commands/features.ts';
import { importCommand } from './commands/import.ts';
import { layersCommand } from './commands/layers.ts';
import { optionsCommand } from './commands/options.ts';
import { planCommand } from './commands/plan.ts';
import { placeCommand } from './commands/place.ts';
import { probeCommand } from './commands/probe.ts';
import { relateCommand } from './commands/relate.ts';
import { multiverseCommand } from './commands/multiverse.ts';
import { reproduceCommand } from './commands/reproduce.ts';
import { runCommand } from './commands/run.ts';
import { doctorCommand } from './commands/doctor.ts';
import { statusCommand } from './commands/status.ts';
import { submitCommand } from './commands/submit.ts';
import { twinCommand } from './commands/twin.ts';
import { worldCommand } from './commands/world.ts';
import { workCommand } from './commands/work.ts';
import { watchCommand } from './commands/watch.ts';
import { helpText } from './command.ts';
import { exitCodes, reportFailure } from './failures.ts';
import { listenForStop, Stopped } from './stopping.ts';
import { writeMessage, writeResult } from './terminal.ts';

/**
 * Runs one command line and returns the exit code: 0 done, 1 the run failed, 2 wrong usage or bad input, 130 stopped by
 * Ctrl-C. Results go to standard output, progress and errors to standard error.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const forget = listenForStop();
  // Whoever reads progress may go away, and so may the terminal: the run goes on.
  process.stderr.on('error', () => undefined);
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
  });
  try {
    const program = commandLine();
    await program.parseAsync(withoutIdleHelp(program, argv), { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.badInput;
    if (error instanceof Stopped) return exitCodes.stopped;
    return reportFailure(error, argv.includes('--json'));
  } finally {
    forget();
  }
}

/** Help is asked of commands that there are; without the question, the others are told to be unknown. */
function withoutIdleHelp(program: Command, argv: readonly string[]): string[] {
  const [first = '', ...others] = argv;
  if (first === 'help' && others.length > 0) return withoutIdleHelp(program, [...others, '--help']);
  const command = program.commands.find((each) => each.name() === first);
  if (command !== undefined && command.commands.length > 0) return [first, ...withoutIdleHelp(command, others)];
  if (command !== undefined || first.startsWith('-')) return [...argv];
  return argv.filter((argument) => argument !== '--help' && argument !== '-h');
}

/** The command line with all its commands. */
export function commandLine(): Command {
  const program = new Command('intermodel')
    .description('How vision models relate, by the visual concepts that their units have learned.')
    .version(programVersion, '-v, --version')
    .helpOption('-h, --help', helpText)
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 the run failed, 2 wrong usage or bad input, 130 stopped.\nExample: intermodel reproduce --out reproduction',
    );
  const commands = [
    multiverseCommand(),
    reproduceCommand(),
    worldCommand(),
    layersCommand(),
    checkpointCommand(),
    importCommand(),
    twinCommand(),
    dataCommand(),
    dissectCommand(),
    runCommand(),
    probeCommand(),
    featuresCommand(),
    doctorCommand(),
    statusCommand(),
    watchCommand(),
    planCommand(),
    workCommand(),
    submitCommand(),
    cleanCommand(),
    optionsCommand(),
    embedCommand(),
    placeCommand(),
    relateCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands, ...commands.flatMap((each) => each.commands)]) {
    command
      .configureOutput({ writeOut: writeResult, writeErr: writeMessage })
      .exitOverride()
      .showHelpAfterError('(add --help for the options, with examples)');
  }
  return program;
}
