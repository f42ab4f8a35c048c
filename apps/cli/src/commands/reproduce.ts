import { checkEmbeddingPreset, reproduceStudy } from '@intermodel/pipelines';
import { Command } from 'commander';
import { wholeNumber } from '../numbers.ts';
import { printResult, stepProgress, withOutputOptions, type OutputOptions } from '../output.ts';
import { reportChoices, withReportOptions, type ReportOptions } from '../report-options.ts';
import { studyResult, studyText } from '../study-result.ts';

interface ReproduceOptions extends OutputOptions, ReportOptions {
  readonly out: string;
  readonly preset: string;
  readonly seed: number;
}

/** `intermodel reproduce`: the published study from its bundled tables. */
export function reproduceCommand(): Command {
  const command = new Command('reproduce')
    .description(
      'Reproduce the published study of 20 ResNet-50s from its bundled unit and score tables: profiles, embedding, categories, relations, report.',
    )
    .requiredOption('--out <DIR>', 'folder to write; an earlier run there is replaced')
    .option('--preset <NAME>', 'paper-2022 gives the published figures; default drops no concept', 'paper-2022')
    .option('--seed <N>', 'seed of permutations, bootstrap and k-means', wholeNumber(0), 0)
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel reproduce --out reproduction\n  intermodel reproduce --out reproduction --json | jq .variance',
    )
    .action(async (options: ReproduceOptions) => {
      const { onStep, done } = stepProgress(options);
      const study = await reproduceStudy({
        out: options.out,
        preset: checkEmbeddingPreset(options.preset),
        seed: options.seed,
        onStep,
        ...reportChoices(options),
      });
      done();
      printResult(options, studyResult(options.out, study), () => studyText(options.out, study));
    });
  return withOutputOptions(withReportOptions(command));
}
