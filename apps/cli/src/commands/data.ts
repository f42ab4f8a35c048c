import {
  describeData,
  describeStudyData,
  readStudyFile,
  type DescribeDataOptions,
  type DescribedData,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { Command, Option } from 'commander';
import { dataContent, dataOptionNames, formatsHelp, withDataOptions, type DataOptions } from '../data-options.ts';
import { amount, share, wholeNumber } from '../numbers.ts';
import { printResult, stepProgress, textTable, withOutputOptions, type OutputOptions } from '../output.ts';
import { stoppable } from '../stopping.ts';

interface InfoOptions extends OutputOptions, DataOptions {
  readonly study?: string;
  readonly format: string;
  readonly activeShare?: number;
  readonly gate?: number;
  readonly fewImages?: number;
  readonly labelCache?: string;
}

/** Concepts out of reach that the text lists one by one; JSON has all. */
const conceptsTold = 20;

/** Pairs of concepts with much the same pixels that the text lists; JSON has all. */
const pairsTold = 50;

/** `intermodel data`: what is known of labelled images before a run. */
export function dataCommand(): Command {
  return new Command('data')
    .description('Look into labelled images.')
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel data info --format broden broden1_227\n  intermodel data info --study study.yaml',
    )
    .addCommand(infoCommand());
}

function infoCommand(): Command {
  const command = new Command('info')
    .description(
      'Show what is in labelled images: planes, concepts per category, what will bite, and what a unit can reach with each concept.',
    )
    .argument(
      '[PATH]',
      'folder of the data set in the layout of --format; or give --images with --labels and --label-names, or with --segmenter',
    )
    .option('--format <NAME>', `layout of the data set: ${formatsHelp}`, 'plain')
    .addOption(
      new Option(
        '--study <FILE>',
        'study file whose images and labels are shown as a run of it would see them, instead of options',
      ).conflicts(['format', ...dataOptionNames]),
    )
    .option(
      '--active-share <SHARE>',
      'share of pixels on which a unit is active (default: that of the study, else 0.01)',
      share,
    )
    .option(
      '--gate <IOU>',
      'IoU, or score of the study, that a unit has to exceed (default: that of the study, else 0.04)',
      amount,
    )
    .option('--few-images <N>', 'warn of concepts in fewer images than this (default: 10)', wholeNumber(0))
    .option(
      '--label-cache <DIR>',
      'folder where labels of segmenters are kept, also for runs whose study names it as runtime.labelCache (default: that of the study, else they are not kept)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel data info --format broden broden1_227\n  intermodel data info --format voc VOCdevkit/VOC2012 --split val --spatial-parts\n  intermodel data info --images photos --labels masks --label-names labels.csv --json | jq .warnings\n  intermodel data info --images photos --segmenter ade20k-150=segformer.onnx --colours --label-cache labels\n  intermodel data info --study study.yaml',
    )
    .action(async (folder: string | undefined, options: InfoOptions) => {
      const { onStep, done } = stepProgress(options);
      const described = await stoppable((signal) => describeChosen(folder, options, signal, onStep));
      done();
      printResult(options, infoResult(described), () => infoText(described));
    });
  return withOutputOptions(withDataOptions(command));
}

async function describeChosen(
  folder: string | undefined,
  options: InfoOptions,
  signal: AbortSignal,
  onStep: (step: string) => void,
): Promise<DescribedData> {
  const { study, format, activeShare, gate, fewImages, labelCache } = options;
  if (study !== undefined && folder !== undefined)
    throw new InputError('DATA_OPTIONS', 'a folder stands beside --study', {
      expected: 'one of the two',
      hint: 'Leave the folder out: the study says where its images are.',
    });
  const settings: DescribeDataOptions = {
    ...(activeShare === undefined ? {} : { activeShare }),
    ...(gate === undefined ? {} : { gate }),
    ...(fewImages === undefined ? {} : { fewImages }),
    ...(labelCache === undefined ? {} : { labelCache }),
    signal,
    onProgress: (count, of, step) => {
      onStep(`${step === 'labels' ? 'labels' : 'images segmented'} ${String(count)} of ${String(of)}`);
    },
  };
  return study === undefined
    ? describeData(dataContent(options, format, folder), settings)
    : describeStudyData(readStudyFile(study), settings);
}

function infoResult({ description, health, score }: DescribedData): Record<string, unknown> {
  const { images, planes, mostPlanes, turned, unlabelledShare, ignoredShare, categories, warnings } = description;
  const { concepts, unreachable, overlapping, sharedNames } = health;
  return {
    images,
    planes,
    mostPlanes,
    turned,
    unlabelledShare,
    ignoredShare,
    categories,
    concepts,
    unreachable,
    overlapping: overlapping.map(({ first, second, iou }) => ({ first: first.number, second: second.number, iou })),
    sharedNames,
    ...(score.name === 'iou' ? {} : { score: score.name }),
    warnings,
  };
}

function infoText({ description, health, gate, score }: DescribedData): string {
  const { images, planes, mostPlanes, unlabelledShare, ignoredShare, categories, warnings } = description;
  const isIou = score.name === 'iou';
  const outOfReach = health.concepts.filter(({ canPass }) => !canPass);
  const notes = [
    ...warnings.map(({ message }) => message),
    ...health.overlapping
      .slice(0, pairsTold)
      .map(
        ({ first, second, iou }) =>
          `${first.name} (${first.category}) and ${second.name} (${second.category}) have much the same pixels: IoU ${iou.toFixed(2)}`,
      ),
    ...(health.overlapping.length > pairsTold
      ? [`${String(health.overlapping.length - pairsTold)} more pairs of concepts have much the same pixels`]
      : []),
    ...health.sharedNames.map(({ name, categories: some }) => `"${name}" stands in the categories ${some.join(', ')}`),
  ];
  return [
    `${String(images)} images, ${String(planes)} label planes (at most ${String(mostPlanes)} of an image); ${percent(unlabelledShare)} of the pixels unlabelled, ${percent(ignoredShare)} to ignore\n`,
    textTable(
      ['category', 'concepts', 'found', 'pixels', 'images'],
      categories.map(({ category, concepts, found, pixelShare, images: count }) => [
        category,
        concepts,
        found,
        percent(pixelShare),
        count,
      ]),
    ),
    `\n${textTable(
      ['concept', 'category', 'pixels', 'images', 'highest IoU', ...(isIou ? [] : [`highest ${score.title}`]), ''],
      health.concepts
        .toSorted((a, b) => b.pixelShare - a.pixelShare || a.number - b.number)
        .map(({ name, category, pixelShare, images: count, highestIou, highestScore, canPass }) => [
          name,
          category,
          percent(pixelShare),
          count,
          highestIou.toFixed(3),
          ...(highestScore === undefined ? [] : [highestScore.toFixed(3)]),
          canPass ? '' : 'out of reach',
        ]),
    )}`,
    `\n${String(health.unreachable)} of ${String(health.concepts.length)} concepts can never pass the gate of ${isIou ? '' : `${score.title} `}${String(gate)}${
      outOfReach.length === 0
        ? ''
        : `: ${outOfReach
            .slice(0, conceptsTold)
            .map(({ name }) => name)
            .join(', ')}${outOfReach.length > conceptsTold ? ', …' : ''}`
    }`,
    ...notes.map((note) => `note: ${note}`),
  ].join('\n');
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}
