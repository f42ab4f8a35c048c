import {
  dataNotes,
  describeData,
  describeStudyData,
  type DescribeDataOptions,
  type DescribedData,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { Command } from 'commander';
import { keptAs, optionsOf } from '../command-options.ts';
import { helpText, makeCommand, type Given } from '../command.ts';
import { noteLine, printResult, withSteps, textTable } from '../output.ts';
import { chosenStudy, type StudyFileOptions } from '../run-to-end.ts';
import { stoppable } from '../stopping.ts';

type InfoOptions = StudyFileOptions &
  Pick<DescribeDataOptions, 'activeShare' | 'fewImages'> & { readonly study?: string };

/** Concepts out of reach that the text lists one by one; JSON has all. */
const conceptsTold = 20;

/** `intermodel data`: what is known of labelled images before a run. */
export function dataCommand(): Command {
  return new Command('data')
    .description('Look into labelled images.')
    .helpOption('-h, --help', helpText)
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel data info --format broden broden1_227\n  intermodel data info --study study.yaml',
    )
    .addCommand(infoCommand());
}

function infoCommand(): Command {
  const command = makeCommand<InfoOptions>({
    name: 'data info',
    description:
      'Show what is in labelled images: planes, concepts per category, what will bite, and what a unit can reach with each concept.',
    argument: [
      '[PATH]',
      'folder of the data set in the layout of --format; or give --images with --labels and --label-names, or with --segmenter',
    ],
    examples: [
      'data info --format broden broden1_227',
      'data info --format voc VOCdevkit/VOC2012 --split val --spatial-parts',
      'data info --images photos --labels masks --label-names labels.csv --json | jq .warnings',
      'data info --images photos --segmenter ade20k-150=segformer.onnx --colours --label-cache labels',
      'data info --study study.yaml --set data.exif=ignore',
    ],
    run: async (given) => {
      const described = await withSteps(given.terminal, (onStep) =>
        stoppable((signal) => describeChosen(given, signal, onStep)),
      );
      printResult(given.terminal, infoResult(described), () => infoText(described));
    },
  });
  const data = optionsOf('data info').filter(({ flag }) => flag.heading === 'Images and labels');
  command.options.find(({ long }) => long === '--study')?.conflicts(data.map(keptAs));
  return command;
}

async function describeChosen(
  given: Given<InfoOptions>,
  signal: AbortSignal,
  onStep: (step: string) => void,
): Promise<DescribedData> {
  const [root] = given.files;
  const { study, set, ...own } = given.own;
  const { data, matching, runtime } = given.content;
  const settings: DescribeDataOptions = {
    ...{ ...own, ...matching, ...runtime, signal },
    onProgress: (count, of, step) => {
      onStep(`${step === 'labels' ? 'labels' : 'images segmented'} ${String(count)} of ${String(of)}`);
    },
  };
  if (study === undefined)
    return describeData({ ...data, ...(root === undefined ? {} : { root }) }, { ...settings, set: set ?? [] });
  if (root !== undefined)
    throw new InputError('DATA_OPTIONS', 'a folder stands beside --study', {
      expected: 'one of the two',
      hint: 'Leave the folder out: the study says where its images are.',
    });
  return describeStudyData(chosenStudy(study, given), settings);
}

function infoResult({ description, health, score }: DescribedData): object {
  const { concepts, overlaps, warnings, ...described } = description;
  const overlapping = health.overlapping.map(({ first, second, iou }) => ({
    first: first.number,
    second: second.number,
    iou,
  }));
  return { ...described, ...health, overlapping, ...(score.name === 'iou' ? {} : { score: score.name }), warnings };
}

function infoText(described: DescribedData): string {
  const { images, planes, mostPlanes, unlabelledShare, ignoredShare, categories } = described.description;
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
    `\n${conceptsText(described)}`,
    `\n${reachText(described)}`,
    ...dataNotes(described).map((text) => noteLine({ subject: '', text })),
  ].join('\n');
}

function conceptsText({ health, score }: DescribedData): string {
  return textTable(
    [
      'concept',
      'category',
      'pixels',
      'images',
      'highest IoU',
      ...(score.name === 'iou' ? [] : [`highest ${score.title}`]),
      '',
    ],
    health.concepts
      .toSorted((a, b) => b.pixelShare - a.pixelShare || a.number - b.number)
      .map(({ name, category, pixelShare, images, highestIou, highestScore, canPass }) => [
        name,
        category,
        percent(pixelShare),
        images,
        highestIou.toFixed(3),
        ...(highestScore === undefined ? [] : [highestScore.toFixed(3)]),
        canPass ? '' : 'out of reach',
      ]),
  );
}

/** How many concepts no unit can match, and the first of them. */
function reachText({ health: { concepts, unreachable }, gate, score }: DescribedData): string {
  const names = concepts.filter(({ canPass }) => !canPass).map(({ name }) => name);
  const told = [...names.slice(0, conceptsTold), ...(names.length > conceptsTold ? ['…'] : [])].join(', ');
  return `${String(unreachable)} of ${String(concepts.length)} concepts can never pass the gate of ${score.name === 'iou' ? '' : `${score.title} `}${String(gate)}${told === '' ? '' : `: ${told}`}`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}
