import { embedStudy, type ReportChoices } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { withSteps } from '../output.ts';
import { printStudy } from '../results.ts';
import { statedCommand } from '../stated-command.ts';

/** `intermodel embed`: a user's own unit tables to profiles, embedding and categories. */
export function embedCommand(): Command {
  return makeCommand<ReportChoices & { readonly out: string }>({
    name: 'embed',
    description: 'Embed models by their unit tables (CSV or Arrow: model, unit, iou, concept, category).',
    argument: ['<UNITS...>', 'unit tables'],
    required: ['--out'],
    examples: [
      'embed units/*.csv --out study',
      'embed units.csv --exclude random --components 2 --normalisation hellinger --out study',
      'embed units.csv --scores scores.csv --out study',
    ],
    run: async ({ files: units, content, own, terminal, parsed }) => {
      const { embedding, matching, significance, resampling, relations, ...others } = content;
      const command = statedCommand(parsed);
      const study = await withSteps(terminal, (onStep) =>
        embedStudy({
          ...others,
          ...matching,
          ...significance,
          ...embedding,
          ...resampling,
          ...relations,
          ...own,
          units,
          command,
          onStep,
        }),
      );
      printStudy(terminal, own.out, study);
    },
  });
}
