import { reproduceStudy, type ReportChoices } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { withSteps } from '../output.ts';
import { printStudy } from '../results.ts';
import { statedCommand } from '../stated-command.ts';

/** `intermodel reproduce`: the published study from its bundled tables. */
export function reproduceCommand(): Command {
  return makeCommand<ReportChoices & { readonly out: string }>({
    name: 'reproduce',
    description:
      'Reproduce the published study of 20 ResNet-50s from its bundled unit and score tables: profiles, embedding, categories, relations, report.',
    required: ['--out'],
    examples: ['reproduce --out reproduction', 'reproduce --out reproduction --json | jq .variance'],
    run: async ({ content: { embedding, resampling, relations, ...others }, own, terminal, parsed }) => {
      const command = statedCommand(parsed);
      const study = await withSteps(terminal, (onStep) =>
        reproduceStudy({ ...others, ...embedding, ...resampling, ...relations, ...own, command, onStep }),
      );
      printStudy(terminal, own.out, study);
    },
  });
}
