import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { embedTables, type EmbedTablesOptions } from '../embed-tables.ts';

/** Universes of a command that is about nothing else. */
const universes = 1000;

/** `intermodel multiverse`: claims about models, judged under other defensible choices. */
export function multiverseCommand(): Command {
  return makeCommand<EmbedTablesOptions>({
    name: 'multiverse',
    description:
      'Judge claims about models by their unit tables: in the study, in bootstrap replicates, and under other defensible choices.',
    argument: ['<UNITS...>', 'unit tables'],
    required: ['--out'],
    examples: [
      'multiverse units.csv --out multiverse',
      'multiverse units.csv --scores scores.csv --claims claims.yaml --out multiverse',
      'multiverse units.csv --claims claims.yaml --universes 5000 --out multiverse --json | jq .claims',
    ],
    run: (given) => embedTables(given, { universes }),
  });
}
