import { defineStudy, dissectionPresetNames, type StudyContent } from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { Command } from 'commander';
import { parse } from 'yaml';
import { dataContent, formatsHelp, withDataOptions, type DataOptions } from '../data-options.ts';
import { readModelOptions } from '../model-options.ts';
import { repeated, wholeNumber } from '../numbers.ts';
import { printResult, withOutputOptions } from '../output.ts';
import { withProbeOptions, type ProbeOptionsGiven } from '../probe-options.ts';
import { galleryChoices, withGalleryOptions, withReportOptions, type GalleryOptions } from '../report-options.ts';
import { runResult, runText } from '../run-result.ts';
import { statedCommand } from '../stated-command.ts';
import { studyOfOptions } from '../study-options.ts';
import { runToEnd, withRunOptions, type RunOptions } from '../run-to-end.ts';

interface DissectOptions extends RunOptions, GalleryOptions, DataOptions, ProbeOptionsGiven {
  readonly data?: string;
  readonly dataFormat?: string;
  readonly model: readonly string[];
  readonly preset?: string;
  readonly diffPreset?: string;
  readonly input: string;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly executionProvider?: readonly string[];
  readonly keptMapsMegabytes?: number;
  readonly secondPass?: boolean;
  readonly sketch?: number;
  readonly scores?: readonly string[];
  readonly components?: number;
  readonly clusters?: number;
  readonly seed?: number;
  readonly title?: string;
  readonly abstract?: string;
}

/** `intermodel dissect`: ONNX files as they are over a folder of labelled images. */
export function dissectCommand(): Command {
  const command = new Command('dissect')
    .description(
      'Dissect ONNX models over images with pixel-level concept labels: thresholds, overlaps and unit matches of each model, then profiles, embedding and report.',
    )
    .requiredOption(
      '--model <[NAME=]FILE[:LAYER]>',
      'ONNX file, a name for it (default: that of the file, with the folder where several files have one name), and a tensor of it (default: the last map before global pooling); may be given several times',
      repeated,
    )
    .requiredOption('--out <DIR>', 'folder to write; a model appears there as soon as it is done')
    .option(
      '--data <DIR>',
      'folder of labelled images in the layout of --data-format, instead of --images, --labels and --label-names',
    )
    .option('--data-format <NAME>', `layout of --data: ${formatsHelp} (default: plain)`)
    .option(
      '--preset <NAME>',
      `variant of network dissection: ${dissectionPresetNames.join(', ')} (default: dissect-2020)`,
    )
    .option(
      '--diff-preset <NAME>',
      'second variant on the same activations and the label grid of --preset; lists the units whose concept changes in diff.csv',
    )
    .option(
      '--input <INPUT>',
      'preprocessing of all models given (for different ones write a study file): imagenet, zero-one, minus-one-one, caffe, or its parts such as "{width: 32, height: 32, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}"',
      'imagenet',
    )
    .option('--batch-size <N>', 'images of one run of the model (default: by memory)', wholeNumber(1))
    .option('--threads <N>', 'threads of the model (default: all processors)', wholeNumber(1))
    .option(
      '--execution-provider <NAME>',
      'cpu, cuda, coreml, dml, webgpu, where the runtime has it; the preferred first',
      repeated,
    )
    .option(
      '--kept-maps-megabytes <N>',
      'memory for kept activation maps; the others are read from the store (default: 128)',
      wholeNumber(1),
    )
    .option('--second-pass', 'run the models again instead of keeping maps')
    .option(
      '--sketch <K>',
      'estimate thresholds by a sketch of this size, in two passes, with its error bound in the manifest (default: exact)',
      wholeNumber(64),
    )
    .option('--scores <FILE>', 'relate to these scores too; may be given several times', repeated)
    .option('--components <N>', 'principal components (default: 3, or as many as the models allow)', wholeNumber(1))
    .option('--clusters <K>', 'categories of models (default: 3, or as many as models)', wholeNumber(1))
    .option('--seed <N>', 'seed of everything that is random', wholeNumber(0))
    .option('--title <TEXT>', 'headline of the report')
    .option('--abstract <TEXT>', 'a few sentences below the headline')
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel dissect --model resnet50.onnx --images photos --labels masks --label-names labels.csv --out study\n  intermodel dissect --model a.onnx:/layer4/Relu_output_0 --model b.onnx --input zero-one --images photos --labels masks --label-names labels.csv --out study\n  intermodel dissect --model first=run1/model.onnx --model second=run2/model.onnx --images photos --labels masks --label-names labels.csv --out study',
    )
    .action(async (options: DissectOptions, self: Command) => {
      const study = studyOfOptions(() => defineStudy(studyContent(options)));
      const { run, steps } = await runToEnd(study, options, statedCommand(self));
      printResult(options, runResult(options.out, run, steps), () => runText(options.out, run, steps));
    });
  return withOutputOptions(
    withReportOptions(withGalleryOptions(withProbeOptions(withRunOptions(withDataOptions(command))))),
  );
}

/** The study that the options describe; whatever they say is checked as a study file is. */
function studyContent(options: DissectOptions): StudyContent {
  const {
    batchSize,
    threads,
    executionProvider,
    keptMapsMegabytes,
    secondPass,
    sketch,
    probeSeconds,
    probeMegabytes,
    components,
    clusters,
  } = options;
  const { preset, diffPreset, scores, encoding, seed, title, abstract } = options;
  const content = {
    title,
    abstract,
    data: dataContent(options, options.dataFormat, options.data),
    models: readModelOptions(options.model).map((model) => ({ ...model, input: readInput(options.input) })),
    preset,
    diffPreset,
    runtime: {
      batchSize,
      threads,
      executionProviders: executionProvider,
      keptMapsMegabytes,
      secondPass,
      sketch,
      probeSeconds,
      probeMegabytes,
    },
    scores,
    encoding,
    embedding: components === undefined && clusters === undefined ? undefined : { components, clusters },
    gallery: galleryChoices(options),
    seed,
  };
  // Options that were not given must not stand in the study at all.
  return JSON.parse(JSON.stringify(content)) as StudyContent;
}

function readInput(text: string): unknown {
  try {
    // Tags that make other values than JSON has would lose what they stand before.
    return parse(text, { resolveKnownTags: false, logLevel: 'error' });
  } catch (cause) {
    throw new InputError('INPUT_OPTION', `--input "${text}" cannot be read`, {
      expected:
        'the name of a preset, or its parts as {width: 224, height: 224, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}',
      hint: 'Put the whole into quotes.',
      cause,
    });
  }
}
