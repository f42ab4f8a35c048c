import { relateStudy, relationRules, type RelateStudyOptions } from '@intermodel/pipelines';
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
      'relate --embedding study --scores scores.csv --families families.csv --given dt_ImageNet --out relations',
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
        .map((row) => ({
          predictor: row.predictor,
          column: row.column,
          n: row.n,
          pearson: row.pearson,
          spearman: row.spearman,
          p: row.p,
          q: row.q,
          lofoLow: row.lofoLow,
          lofoHigh: row.lofoHigh,
          partialUnits: row.partialUnits,
          partialUnitsP: row.partialUnitsP,
          ...(row.given === ''
            ? {}
            : { given: row.given, partialScore: row.partialScore, partialScoreP: row.partialScoreP }),
        }));
      const rules = relationRules(study);
      printResult(terminal, { out: own.out, tested: relations.numRows, supported, ...rules, warnings }, () =>
        [
          supported.length === 0
            ? 'no relation is supported'
            : textTable(
                ['predictor', 'column', 'n', 'pearson', 'q', 'without a family', 'given units'],
                supported.map((row) => [
                  row.predictor,
                  row.column,
                  row.n,
                  row.pearson,
                  row.q,
                  `${row.lofoLow.toFixed(2)} to ${row.lofoHigh.toFixed(2)}`,
                  row.partialUnits,
                ]),
              ),
          ...warnings.map(noteLine),
          `\n${relationsText(supported.length, relations.numRows, rules)}\ntables in ${own.out}`,
        ].join('\n'),
      );
    },
  });
}
