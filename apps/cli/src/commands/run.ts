import { readStudyFile, runStudy } from '@intermodel/pipelines';
import { Command } from 'commander';
import { dissectionProgress } from '../dissection-progress.ts';
import { printResult, withOutputOptions, type OutputOptions } from '../output.ts';
import { galleryChoices, reportChoices, withGalleryOptions, withReportOptions, type GalleryOptions, type ReportOptions } from '../report-options.ts';
import { runResult, runText } from '../run-result.ts';
import { stoppable } from '../stopping.ts';

interface RunOptions extends OutputOptions, ReportOptions, GalleryOptions {
  readonly out: string;
}

/** `intermodel run`: a study file to the end. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('Run a study: dissect its models over labelled images, profile and embed them, relate them to scores, write tables and report.')
    .argument('<STUDY>', 'study file (YAML or JSON)')
    .requiredOption('--out <DIR>', 'folder to write; a model appears there as soon as it is done')
    .addHelpText('after', '\nExample of a study file:\n  data: { images: photos, labels: masks, labelNames: labels.csv }\n  models:\n    - { name: a, file: models/a.onnx, input: imagenet }\n    - { name: b, file: models/b.onnx, layer: /layer4/Relu_output_0, input: zero-one }\n  preset: dissect-2020\n\nExamples:\n  intermodel run study.yaml --out study\n  intermodel run study.yaml --out study --json > result.json')
    .action(async (file: string, options: RunOptions) => {
      const described = readStudyFile(file);
      const study = { ...described, gallery: { ...described.gallery, ...galleryChoices(options) } };
      const { onEvent, done } = dissectionProgress(options);
      const run = await stoppable((signal) => runStudy(study, { out: options.out, signal, onEvent, command: 'intermodel run', ...reportChoices(options) }));
      done();
      printResult(options, runResult(options.out, run), () => runText(options.out, run));
    });
  return withOutputOptions(withReportOptions(withGalleryOptions(command)));
}
