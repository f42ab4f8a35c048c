import {
  dataNotes,
  describeData,
  describeStudyData,
  describeStudyTasks,
  describeTaskData,
  showLabels,
  studyOfFlags,
  type DescribeDataOptions,
  type DescribedData,
  type DescribedTask,
  type TaskContent,
} from '@intermodel/pipelines';
import { InputError } from '@intermodel/streams';
import { Command } from 'commander';
import { keptAs, optionsOf } from '../command-options.ts';
import { helpText, makeCommand, type Given } from '../command.ts';
import { noteLine, printResult, withSteps, textTable } from '../output.ts';
import { chosenStudy } from '../run-to-end.ts';
import type { StudyFileOptions } from '../run-options.ts';
import { stoppable } from '../stopping.ts';

type InfoOptions = StudyFileOptions &
  Pick<DescribeDataOptions, 'activeShare' | 'fewImages'> & { readonly study?: string };

/** Concepts out of reach that the text lists one by one; JSON has all. */
const conceptsTold = 20;

/** `intermodel data`: what is known of labelled images, and of the data of tasks, before a run. */
export function dataCommand(): Command {
  return new Command('data')
    .description('Look into labelled images, or the data of tasks.')
    .helpOption('-h, --help', helpText)
    .helpCommand('help [command]', 'Show the help of a command.')
    .addHelpText(
      'after',
      '\nExamples:\n  intermodel data info --format broden broden1_227\n  intermodel data info --study study.yaml\n  intermodel data info --task-format class-folders flowers',
    )
    .addCommand(infoCommand())
    .addCommand(showCommand());
}

function infoCommand(): Command {
  const command = makeCommand<InfoOptions>({
    name: 'data info',
    description:
      'Show what is in labelled images: planes, concepts per category, what will bite, and what a unit can reach with each concept; with --task-format, what is in the data of a task: parts, classes, boxes, known pixels, and what they allow to measure; with --study, both.',
    argument: [
      '[PATH]',
      'folder of the data set in the layout of --format or --task-format; or give --images with --labels and --label-names, or with --segmenter',
    ],
    examples: [
      'data info --format broden broden1_227',
      'data info --format voc VOCdevkit/VOC2012 --split val --spatial-parts',
      'data info --images photos --labels masks --label-names labels.csv --json | jq .warnings',
      'data info --images photos --segmenter ade20k-150=segformer.onnx --colours --label-cache labels',
      'data info --study study.yaml --set data.exif=ignore',
      'data info --task-format class-folders flowers',
      'data info --task-format coco-boxes coco --task-split "{train: 0.6, val: 0.2, test: 0.2}" --json',
    ],
    run: async (given) => {
      const [task] = given.content.tasks ?? [];
      if (task !== undefined) {
        await printTask(task, given);
        return;
      }
      const { data, tasks } = await withSteps(given.terminal, (onStep) =>
        stoppable((signal) => describeChosen(given, signal, onStep)),
      );
      printResult(
        given.terminal,
        { ...(data === undefined ? {} : infoResult(data)), ...(tasks.length === 0 ? {} : { tasks }) },
        () => [...(data === undefined ? [] : [infoText(data)]), ...tasks.map(taskText)].join('\n\n'),
      );
    },
  });
  const data = optionsOf('data info').filter(({ flag }) => flag.heading === 'Images and labels');
  const task = optionsOf('data info').filter(({ flag }) => flag.heading === 'Tasks');
  const study = command.options.find(({ long }) => long === '--study');
  study?.conflicts([...data, ...task].map(keptAs));
  for (const { flag } of task) command.options.find(({ flags }) => flags === flag.flags)?.conflicts(data.map(keptAs));
  return command;
}

type ShowOptions = StudyFileOptions & { readonly study?: string; readonly out: string };

/** `intermodel data show`: images beside their label planes, in a picture. */
function showCommand(): Command {
  const command = makeCommand<ShowOptions>({
    name: 'data show',
    description: 'Draw images beside their label planes, with a legend: of label files or of segmentation models.',
    argument: ['<IMAGE...>', 'names of images in the data set, or their paths; only these are segmented'],
    required: ['--out'],
    examples: [
      'data show beach.jpg --images photos --labels masks --label-names labels.csv --out labels.png',
      'data show beach.jpg --images photos --segmenter dissect-2020=upp.onnx --segmenter-labels labels.json --spatial-parts --out labels.png',
      'data show beach.jpg street.jpg --study study.yaml --out labels.png',
    ],
    run: async (given) => {
      const { study, set = [], out } = given.own;
      const { data, runtime } = given.content;
      const chosen =
        study === undefined
          ? studyOfFlags(
              // A study has models; none is opened to show its data.
              {
                data: data ?? {},
                models: [{ name: 'any', file: 'any.onnx' }],
                ...(runtime === undefined ? {} : { runtime }),
              },
              { set, checkFiles: false },
            )
          : chosenStudy(study, given);
      const shown = study === undefined ? { ...chosen, models: [] } : chosen;
      const labelCache = runtime?.labelCache;
      const images = await stoppable((signal) =>
        showLabels(given.files, shown, { out, signal, ...(labelCache === undefined ? {} : { labelCache }) }),
      );
      printResult(given.terminal, { file: out, images }, () =>
        images
          .map(({ image, planes }) => `${image}: ${String(planes.length)} label planes, drawn in ${out}`)
          .join('\n'),
      );
    },
  });
  const data = optionsOf('data show').filter(({ flag }) => flag.heading === 'Images and labels');
  command.options.find(({ long }) => long === '--study')?.conflicts(data.map(keptAs));
  return command;
}

/** Shows what is in the data of a task. */
async function printTask(task: TaskContent, { files: [root], own, terminal }: Given<InfoOptions>): Promise<void> {
  if (root === undefined && task.images === undefined)
    throw new InputError('DATA_OPTIONS', 'it is not said where the images of the task are', {
      expected: 'PATH, the folder of the data in the layout of --task-format, or --task-images',
      hint: 'Give PATH.',
    });
  const described = await withSteps(terminal, (onStep) =>
    stoppable((signal) =>
      describeTaskData(
        { ...task, ...(root === undefined ? {} : { root }) },
        {
          ...(own.set === undefined ? {} : { set: own.set }),
          ...taskProgress(onStep),
          signal,
        },
      ),
    ),
  );
  printResult(terminal, described, () => taskText(described));
}

function taskProgress(onStep: (step: string) => void) {
  return {
    onProgress: (done: number, of: number) => {
      onStep(`images ${String(done)} of ${String(of)}`);
    },
  };
}

function taskText(described: DescribedTask): string {
  const { name, format, images, parts, classes, imagesPerClass, isMultiLabel, boxes, knownShare, kinds } = described;
  const spread =
    imagesPerClass === undefined
      ? []
      : [
          `${String(classes.length)} classes${isMultiLabel === true ? ', several of an image' : ''}, of ${String(imagesPerClass.min)} to ${String(imagesPerClass.max)} images (median ${String(imagesPerClass.median)})`,
        ];
  const told =
    boxes === undefined
      ? []
      : [
          `${String(boxes.count)} boxes, ${String(boxes.small)} small, ${String(boxes.medium)} medium, ${String(boxes.large)} large (up to 32 x 32, 96 x 96, larger); ${String(boxes.ignored)} to ignore; ${String(boxes.imagesWithout)} images without`,
        ];
  const known = knownShare === undefined ? [] : [`${percent(knownShare)} of the pixels known`];
  return [
    `${name} (${format}): ${String(images)} images, ${String(parts.train)} to train, ${String(parts.val)} to validate, ${String(parts.test)} to test`,
    ...spread,
    ...told,
    ...known,
    `It allows ${kinds.join(', ')}.`,
    ...(classes.length === 0 ? [] : [`\n${classTable(described)}`]),
    ...described.warnings.map(({ message }) => noteLine({ subject: '', text: message })),
  ].join('\n');
}

function classTable({ classes, boxes }: DescribedTask): string {
  return textTable(
    ['class', 'train', 'val', 'test', ...(boxes === undefined ? [] : ['boxes'])],
    classes.map(({ name, train, val, test }, number) => [
      ...[name, train, val, test],
      ...(boxes === undefined ? [] : [boxes.perClass[number] ?? 0]),
    ]),
  );
}

/** What is in the data that was named: labelled images, and the data of the tasks of a study. */
async function describeChosen(
  given: Given<InfoOptions>,
  signal: AbortSignal,
  onStep: (step: string) => void,
): Promise<{ readonly data: DescribedData | undefined; readonly tasks: readonly DescribedTask[] }> {
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
    return {
      data: await describeData({ ...data, ...(root === undefined ? {} : { root }) }, { ...settings, set: set ?? [] }),
      tasks: [],
    };
  if (root !== undefined)
    throw new InputError('DATA_OPTIONS', 'a folder stands beside --study', {
      expected: 'one of the two',
      hint: 'Leave the folder out: the study says where its images are.',
    });
  const chosen = chosenStudy(study, given);
  return {
    data: chosen.hasData ? await describeStudyData(chosen, settings) : undefined,
    tasks: await describeStudyTasks(chosen, { ...taskProgress(onStep), signal }),
  };
}

function infoResult({ description, health, score }: DescribedData): object {
  const { concepts, overlaps, warnings, ...described } = description;
  const overlapping = health.overlapping.map(({ first, second, iou }) => ({
    first: first.number,
    second: second.number,
    iou,
  }));
  const confined = health.confined.map(({ concept, within, share }) => ({
    concept: concept.number,
    within: within.number,
    share,
  }));
  return {
    ...described,
    ...health,
    overlapping,
    confined,
    ...(score.name === 'iou' ? {} : { score: score.name }),
    warnings,
  };
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
