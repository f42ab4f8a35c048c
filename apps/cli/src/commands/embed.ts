import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { embedTables, type EmbedTablesOptions } from '../embed-tables.ts';

/** `intermodel embed`: a user's own unit tables to profiles, embedding and categories. */
export function embedCommand(): Command {
  return makeCommand<EmbedTablesOptions>({
    name: 'embed',
    description: 'Embed models by their unit tables (CSV or Arrow: model, unit, iou, concept, category).',
    argument: ['<UNITS...>', 'unit tables'],
    required: ['--out'],
    examples: [
      'embed units/*.csv --out study',
      'embed units.csv --exclude random --components 2 --normalisation hellinger --out study',
      'embed units.csv --scores scores.csv --out study',
    ],
    run: (given) => embedTables(given),
  });
}
