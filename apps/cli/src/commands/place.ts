import { checkModelNameRule, modelNameRules, placeStudy } from '@intermodel/pipelines';
import { Command } from 'commander';
import { chosenEncoding, encodingOption } from '../encoding-option.ts';
import { withCsvOptions } from '../report-options.ts';
import { printResult, textTable, withOutputOptions, type OutputOptions } from '../output.ts';

interface PlaceOptions extends OutputOptions {
  readonly embedding: string;
  readonly out?: string;
  readonly modelNames: string;
  readonly encoding?: string;
  readonly spreadsheetCsv?: boolean;
}

/** `intermodel place`: further models in an embedding that stays as it is. */
export function placeCommand(): Command {
  const command = new Command('place')
    .description('Place models in an embedding that was fitted without them; the embedding is not changed.')
    .argument('<UNITS...>', 'unit tables of the models to place')
    .requiredOption('--embedding <DIR>', 'output folder of embed, reproduce or run')
    .option('--out <DIR>', 'also write placement.csv and placement.arrow into this folder')
    .option('--model-names <RULE>', `how names are read: ${Object.keys(modelNameRules).join(', ')}`, 'exact')
    .addOption(encodingOption())
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel place --embedding study new-model.csv\n  intermodel place --embedding study new-model.csv --json',
    )
    .action(async (units: readonly string[], options: PlaceOptions) => {
      const { embedding, out, modelNames, encoding, spreadsheetCsv } = options;
      const placed = await placeStudy({
        embedding,
        units,
        modelNames: checkModelNameRule(modelNames),
        ...chosenEncoding(encoding),
        ...(spreadsheetCsv === undefined ? {} : { spreadsheetCsv }),
        ...(out === undefined ? {} : { out }),
      });
      const rows = placed.toArray().map(({ model, components, cluster, inexpressible }) => ({
        model,
        components: [...components],
        cluster,
        inexpressible,
      }));
      printResult(options, { models: rows }, () =>
        textTable(
          [
            'model',
            ...(rows[0]?.components ?? []).map((_, index) => `pc${String(index + 1)}`),
            'category',
            'inexpressible',
          ],
          rows.map((row) => [row.model, ...row.components, row.cluster, row.inexpressible]),
        ),
      );
    });
  return withOutputOptions(withCsvOptions(command));
}
