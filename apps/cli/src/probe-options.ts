import type { Command } from 'commander';
import { wholeNumber } from './numbers.ts';

/** Options of commands that look at models by the runtime. */
export interface ProbeOptionsGiven {
  /** Seconds that it may take. */
  readonly probeSeconds?: number;
  /** Memory (MiB) that it may take. */
  readonly probeMegabytes?: number;
}

/** Adds the options of commands that look at models by the runtime. */
export function withProbeOptions(command: Command): Command {
  return command
    .option('--probe-seconds <N>', 'seconds that the runtime may take to look at a model (default: 60)', wholeNumber(1))
    .option(
      '--probe-megabytes <N>',
      'memory (MiB) that it may take for that, beside three times the size of the weights (default: 2048)',
      wholeNumber(64),
    );
}
