import { checkModelNameRule, modelNameRules, relateStudy } from '@intermodel/pipelines';
import { Command } from 'commander';
import { chosenEncoding, encodingOption } from '../encoding-option.ts';
import { repeated, wholeNumber } from '../numbers.ts';
import { withCsvOptions } from '../report-options.ts';
import { printResult, textTable, withOutputOptions, type OutputOptions } from '../output.ts';
import { noteLine } from '../terminal.ts';

interface RelateOptions extends OutputOptions {
  readonly embedding: string;
  readonly scores: readonly string[];
  readonly scoreColumns?: string;
  readonly out: string;
  readonly modelNames: string;
  readonly encoding?: string;
  readonly spreadsheetCsv?: boolean;
  readonly permutations: number;
  readonly seed: number;
}

/** `intermodel relate`: an embedding and the scores of its models. */
export function relateCommand(): Command {
  const command = new Command('relate')
    .description('Relate an embedding, its concepts and summaries to the scores of its models on downstream tasks.')
    .requiredOption('--embedding <DIR>', 'output folder of embed, reproduce or run')
    .requiredOption('--scores <FILE>', 'score table, wide or tidy; may be given several times', repeated)
    .requiredOption('--out <DIR>', 'folder to write; an earlier run there is replaced')
    .option('--score-columns <FILE>', 'CSV column,task,dataset,metric,higherIsBetter for wide score tables')
    .option(
      '--model-names <RULE>',
      `how the names of the scores are read: ${Object.keys(modelNameRules).join(', ')}`,
      'exact',
    )
    .addOption(encodingOption())
    .option('--permutations <N>', 'orderings drawn where there are too many to try all', wholeNumber(100), 100_000)
    .option('--seed <N>', 'seed of permutations and bootstrap', wholeNumber(0), 0)
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel relate --embedding study --scores scores.csv --out relations\n  intermodel relate --embedding study --scores scores.csv --model-names strip-suffix --out relations --json',
    )
    .action(async (options: RelateOptions) => {
      const { scoreColumns, modelNames, encoding, ...rest } = options;
      const { relations, warnings } = await relateStudy({
        ...rest,
        modelNames: checkModelNameRule(modelNames),
        ...chosenEncoding(encoding),
        ...(scoreColumns === undefined ? {} : { scoreColumns }),
      });
      const rows = relations.toArray();
      const supported = rows
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
      printResult(options, { out: options.out, tested: rows.length, supported, warnings }, () =>
        [
          supported.length === 0
            ? 'no relation is supported'
            : textTable(
                ['predictor', 'column', 'n', 'pearson', 'q'],
                supported.map((row) => [row.predictor, row.column, row.n, row.pearson, row.q]),
              ),
          ...warnings.map(({ subject, text }) => noteLine(subject, text)),
          `\n${String(supported.length)} of ${String(rows.length)} relations supported (q <= 0.05 and the 95 % interval excludes 0); tables in ${options.out}`,
        ].join('\n'),
      );
    });
  return withOutputOptions(withCsvOptions(command));
}
