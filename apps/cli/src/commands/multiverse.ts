import { embedStudy, type ReportChoices } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { withSteps } from '../output.ts';
import { printStudy } from '../results.ts';
import { statedCommand } from '../stated-command.ts';

/** Universes of a command that is about nothing else. */
const universes = 1000;

/** `intermodel multiverse`: claims about models, judged under other defensible choices. */
export function multiverseCommand(): Command {
  return makeCommand<ReportChoices & { readonly out: string }>({
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
    run: async ({ files: units, content, own, terminal, parsed }) => {
      const { embedding, matching, significance, resampling, relations, claims, ...others } = content;
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
          claims: { universes, ...claims },
          units,
          command,
          onStep,
        }),
      );
      printStudy(terminal, own.out, study);
    },
  });
}
