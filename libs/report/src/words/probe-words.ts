import { counted, listed, whole } from '../page/number-text.ts';
import type { Probes, ProbeTask } from '../tables/probes.ts';

/** How the scores came about, in sentences; what no score of the study is about is left out. */
export function probeMethod({ tasks }: Probes): readonly string[] {
  const columns = tasks.flatMap((task) => task.columns);
  const hasEpisodes = tasks.some(({ task }) => task === 'few-shot classification');
  const untrained = [
    ...new Set(
      columns.filter(({ scores: own }) => own.every(({ low }) => !Number.isFinite(low))).map(({ metric }) => metric),
    ),
  ];
  return [
    'The models stay as they are: on their frozen features a simple head is fitted to the training images. What a head has to choose, such as the strength of its regularisation, the validation images alone choose. Test images are touched for the score only.',
    ...(hasEpisodes
      ? [
          'Few-shot episodes are drawn from all images of a data set, since nothing is fitted or chosen beyond an episode; they are the same for all models. Their intervals draw the images that were asked, each with all its answers.',
        ]
      : []),
    `Intervals (95 %) come from bootstrap samples of the test images: they tell how far a score would move with other test images, not with other training images.`,
    ...(untrained.length === 0
      ? []
      : [
          `${listed(untrained)} ${untrained.length === 1 ? 'has' : 'have'} no interval: ${untrained.length === 1 ? 'it is' : 'they are'} computed from the images of training and validation, without training a head.`,
        ]),
  ];
}

/** How models are compared, and how many differences that supports. */
export function differenceMethod({ models, tasks }: Probes): string {
  const differences = tasks.flatMap(({ columns }) => columns.flatMap((column) => column.differences));
  if (differences.length === 0)
    return models.length === 1
      ? 'A single model was scored: there is nothing to compare.'
      : 'No two models have a score with intervals from the same images: there is nothing to compare.';
  const supported = differences.filter((each) => each.supported).length;
  return `Two models are compared on the same images, drawn alike for both in every bootstrap sample, so that their difference does not carry the noise of the images twice. It counts as supported only where q ≤ 0.05 (Benjamini-Hochberg over the whole table) and its 95 % interval excludes 0: ${supported === 0 ? 'none' : whole(supported)} of ${counted(differences.length, 'difference')} ${supported === 1 ? 'is' : 'are'}.`;
}

/** In which order models stand. */
export const orderWords =
  'Models stand in one order everywhere: by the share of the other models that each scores better than, on average over the kinds of tasks. The order is no test.';

/** A kind of task with its data set: "few-shot classification on flowers". */
export function taskWords({ task, dataset }: Pick<ProbeTask, 'task' | 'dataset'>): string {
  return `${task} on ${dataset}`;
}
