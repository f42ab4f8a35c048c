import { relateStudy, type RelateStudyOptions } from '@intermodel/pipelines';
import type { Command } from 'commander';
import { makeCommand } from '../command.ts';
import { noteLine, printResult, textTable } from '../output.ts';
import { relationsText } from '../results.ts';

/** `intermodel relate`: an embedding and the scores of its models. */
export function relateCommand(): Command {
  return makeCommand<Omit<RelateStudyOptions, 'scores'>>({
    name: 'relate',
    description: 'Relate an embedding, its concepts and summaries to the scores of its models on downstream tasks.',
    required: ['--embedding', '--scores', '--out'],
    examples: [
      'relate --embedding study --scores scores.csv --out relations',
      'relate --embedding study --scores scores.csv --model-names strip-suffix --out relations --json',
    ],
    run: async ({ content, own, terminal }) => {
      const { scores = [] } = content;
      const command = 'intermodel relate';
      const study = await relateStudy({ ...content, ...content.relations, ...own, scores, command });
      const { relations, warnings } = study;
      const supported = relations
        .toArray()
        .filter((row) => row.supported)
        .map(({ predictor, column, n, pearson, spearman, p, q }) => ({
          predictor,
          column,
          n,
          pearson,
          spearman,
          p,
          q,
        }));
      printResult(terminal, { out: own.out, tested: relations.numRows, supported, warnings }, () =>
        [
          supported.length === 0
            ? 'no relation is supported'
            : textTable(
                ['predictor', 'column', 'n', 'pearson', 'q'],
                supported.map((row) => [row.predictor, row.column, row.n, row.pearson, row.q]),
              ),
          ...warnings.map(noteLine),
          `\n${relationsText(supported.length, relations.numRows)}; tables in ${own.out}`,
        ].join('\n'),
      );
    },
  });
}
