import { embedStudy, type ClaimChoices, type ReportChoices } from '@intermodel/pipelines';
import type { Given } from './command.ts';
import { withSteps } from './output.ts';
import { printStudy } from './results.ts';
import { statedCommand } from './stated-command.ts';

/** Options of commands that embed unit tables, besides those of a study. */
export type EmbedTablesOptions = ReportChoices & { readonly out: string };

/**
 * Embeds unit tables as a command line asks for it, and prints what came of it.
 *
 * @param given what was given
 * @param judged choices of claims where the command judges them in any case. @default as they are given
 */
export async function embedTables(given: Given<EmbedTablesOptions>, judged?: ClaimChoices): Promise<void> {
  const { files: units, content, own, terminal, parsed } = given;
  const { embedding, matching, significance, resampling, relations, claims, ...others } = content;
  const command = statedCommand(parsed);
  const study = await withSteps(terminal, (onStep) =>
    embedStudy({
      ...{ ...others, ...matching, ...significance, ...embedding, ...resampling, ...relations, ...own },
      claims: judged === undefined ? claims : { ...judged, ...claims },
      ...{ units, command, onStep },
    }),
  );
  printStudy(terminal, own.out, study);
}
