import { readStudyFile, type Study } from '@intermodel/pipelines';
import { Command } from 'commander';
import { printResult, withOutputOptions } from '../output.ts';
import { galleryChoices, withGalleryOptions, withReportOptions, type GalleryOptions } from '../report-options.ts';
import { runResult, runText } from '../run-result.ts';
import { statedCommand } from '../stated-command.ts';
import { runToEnd, withRunOptions, type RunOptions } from '../run-to-end.ts';

/** `intermodel run`: a study file to the end. */
export function runCommand(): Command {
  const command = new Command('run')
    .description(
      'Run a study: dissect its models over labelled images, profile and embed them, relate them to scores, write tables and report.',
    )
    .argument('<STUDY>', 'study file (YAML or JSON)')
    .requiredOption('--out <DIR>', 'folder to write; a model appears there as soon as it is done')
    .addHelpText(
      'after',
      '\nExample of a study file:\n  data: { images: photos, labels: masks, labelNames: labels.csv }\n  models:\n    - { name: a, file: models/a.onnx, input: imagenet }\n    - { name: b, file: models/b.onnx, layer: /layer4/Relu_output_0, input: zero-one }\n  preset: dissect-2020\n\nExamples:\n  intermodel run study.yaml --out study\n  intermodel run study.yaml --out study --json > result.json\n\nRun again after a change, only what depends on it is computed; a run that was stopped goes on where it was.',
    )
    .action(async (file: string, options: RunOptions & GalleryOptions, self: Command) => {
      const { run, steps } = await runToEnd(chosenStudy(file, options), options, statedCommand(self));
      printResult(options, runResult(options.out, run, steps), () => runText(options.out, run, steps));
    });
  return withOutputOptions(withReportOptions(withGalleryOptions(withRunOptions(command))));
}

/** The study of a file, with the choices of the gallery that the command line makes. */
export function chosenStudy(file: string, options: GalleryOptions): Study {
  const study = readStudyFile(file);
  return { ...study, gallery: { ...study.gallery, ...galleryChoices(options) } };
}
