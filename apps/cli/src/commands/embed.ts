import {
  checkEmbeddingPreset,
  checkModelNameRule,
  checkNormalisation,
  embeddingPresets,
  embedStudy,
  matchScore,
  matchScores,
  modelNameRules,
  normalisations,
  type EmbedStudyOptions,
} from '@intermodel/pipelines';
import { Command } from 'commander';
import { chosenEncoding, encodingOption } from '../encoding-option.ts';
import { amount, repeated, wholeNumber } from '../numbers.ts';
import { printResult, stepProgress, withOutputOptions, type OutputOptions } from '../output.ts';
import { reportChoices, withReportOptions, type ReportOptions } from '../report-options.ts';
import { statedCommand } from '../stated-command.ts';
import { studyResult, studyText } from '../study-result.ts';

interface EmbedOptions extends OutputOptions, ReportOptions {
  readonly out: string;
  readonly preset: string;
  readonly components?: number;
  readonly clusters?: number;
  readonly gate?: number;
  readonly score?: string;
  readonly normalisation?: string;
  readonly exclude?: readonly string[];
  readonly modelNames?: string;
  readonly encoding?: string;
  readonly scores?: readonly string[];
  readonly scoreColumns?: string;
  readonly seed: number;
  readonly title?: string;
  readonly abstract?: string;
}

/** `intermodel embed`: a user's own unit tables to profiles, embedding and categories. */
export function embedCommand(): Command {
  const command = new Command('embed')
    .description('Embed models by their unit tables (CSV or Arrow: model, unit, iou, concept, category).')
    .argument('<UNITS...>', 'unit tables')
    .requiredOption('--out <DIR>', 'folder to write; an earlier run there is replaced')
    .option('--preset <NAME>', `named choices: ${Object.keys(embeddingPresets).join(', ')}`, 'default')
    .option('--components <N>', 'principal components (default: 3)', wholeNumber(1))
    .option('--clusters <K>', 'categories of models (default: 3)', wholeNumber(1))
    .option(
      '--gate <IOU>',
      'score strictly above which a unit matches (default: 0.04 of IoU, the usual one of another score)',
      amount,
    )
    .option(
      '--score <NAME>',
      `score that the gate is one of, in a column of its name: ${Object.keys(matchScores).join(', ')} (default: iou)`,
    )
    .option('--normalisation <NAME>', `weights of concepts: ${normalisations.join(', ')} (default: per-category)`)
    .option('--exclude <MODEL>', 'leave a model out of the fit; may be given several times', repeated)
    .option('--model-names <RULE>', `how names are read: ${Object.keys(modelNameRules).join(', ')} (default: exact)`)
    .option('--scores <FILE>', 'relate to these scores too; may be given several times', repeated)
    .option('--score-columns <FILE>', 'CSV column,task,dataset,metric,higherIsBetter for wide score tables')
    .addOption(encodingOption())
    .option('--seed <N>', 'seed of everything that is random', wholeNumber(0), 0)
    .option('--title <TEXT>', 'headline of the report')
    .option('--abstract <TEXT>', 'a few sentences below the headline')
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel embed units/*.csv --out study\n  intermodel embed units.csv --exclude random --components 2 --normalisation hellinger --out study\n  intermodel embed units.csv --scores scores.csv --out study',
    )
    .action(async (units: readonly string[], options: EmbedOptions, self: Command) => {
      const { onStep, done } = stepProgress(options);
      const study = await embedStudy({ ...studyOptions(units, options), command: statedCommand(self), onStep });
      done();
      printResult(options, studyResult(options.out, study), () => studyText(options.out, study));
    });
  return withOutputOptions(withReportOptions(command));
}

function studyOptions(units: readonly string[], options: EmbedOptions): EmbedStudyOptions {
  const {
    out,
    preset,
    normalisation,
    modelNames,
    encoding,
    score,
    json,
    quiet,
    format,
    figures,
    spreadsheetCsv,
    ...rest
  } = options;
  return {
    ...rest,
    units,
    out,
    preset: checkEmbeddingPreset(preset),
    ...reportChoices(options),
    ...chosenEncoding(encoding),
    ...(score === undefined ? {} : { score: matchScore(score).name }),
    ...(normalisation === undefined ? {} : { normalisation: checkNormalisation(normalisation) }),
    ...(modelNames === undefined ? {} : { modelNames: checkModelNameRule(modelNames) }),
  };
}
