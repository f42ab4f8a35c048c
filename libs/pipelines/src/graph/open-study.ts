import {
  checkModels,
  openImageSource,
  placeModels,
  placeWarnings,
  probeOptions,
  type OpenImageSourceOptions,
  type PlacedModel,
} from '@intermodel/inputs';
import { groupModels } from '@intermodel/activation-streaming';
import {
  cutShards,
  hashShards,
  labelledImageSource,
  type ImageShard,
  type ImageSource,
} from '@intermodel/data-loading';
import type { StudyWarning } from '@intermodel/outputs';
import type { FileHashes, StudySteps } from '@intermodel/steps';
import { givenModels, type Study, type StudyModel } from '@intermodel/studies';
import type { ImageSet } from '../probing/image-set.ts';
import { copyWarnings } from './copied-files.ts';
import { openTasks, taskWarnings } from '../probing/open-tasks.ts';
import { placeTwins } from '../twins/twin-steps.ts';
import type { OpenedTask } from '../probing/opened-task.ts';

/** All that a study reads, opened, and hashed where it decides results; nothing was run of it. */
export interface OpenedStudy {
  /** The study, with the sizes of its models. */
  readonly study: Study;
  /** Images and labels. */
  readonly source: ImageSource;
  /** Images, cut up. */
  readonly shards: readonly ImageShard[];
  /** The same, as tasks may share them. */
  readonly images: ImageSet;
  /** Tasks with their data. */
  readonly tasks: readonly OpenedTask[];
  /** Models with what their files say of them. */
  readonly placed: readonly PlacedModel[];
  /** The same models, in groups that take the same images. */
  readonly groups: readonly (readonly PlacedModel[])[];
}

/** Options of {@link openStudy}. */
export interface OpenStudyOptions extends OpenImageSourceOptions {
  /** Stored steps: what is found out of models is one of them. */
  readonly steps: StudySteps;
  /** Hashes of files. */
  readonly hashes: FileHashes;
  /** Images and labels that are open already. @default they are opened */
  readonly source?: ImageSource | undefined;
}

/**
 * Opens all that a study reads.
 *
 * @throws InputError for images, labels and models that do not fit.
 */
export async function openStudy(
  study: Study,
  { steps, hashes, source: given, ...options }: OpenStudyOptions,
): Promise<OpenedStudy> {
  const { runtime, models } = study;
  const { signal } = options;
  const trained = givenModels(study);
  const layouts = await checkModels(trained);
  const source = given ?? (await (study.hasData ? openImageSource(study, { runtime, ...options }) : noImages(study)));
  // What is found out of the models is stored: not before the images are known to be there.
  const known = await placeModels(trained, layouts, steps, hashes, probeOptions(runtime, signal));
  const shards = await hashShards(cutShards(source.images, runtime.imagesPerShard), hashes, signal);
  const placed = placeTwins(study, known, shards);
  const groups = groupModels(models).map((group) => placed.filter(({ model }) => group.includes(model)));
  const images = { study, source, shards };
  const tasks = await openTasks(study, images, hashes, signal);
  return { study, source, shards, images, tasks, placed, groups };
}

/** The images of a study that has tasks alone. */
function noImages({ data }: Study): Promise<ImageSource> {
  return labelledImageSource({ images: [], vocabulary: { concepts: [] }, warnings: [] }, data);
}

/** What the reader should know of how a checkpoint became a model. */
function originWarnings({ name, family, recipe, origin }: StudyModel): string[] {
  if (origin === undefined) return [];
  const { doubts, warnings } = origin;
  if (family !== undefined || recipe !== undefined) return [...doubts, ...warnings];
  const told = `its checkpoint is taken for one of the family ${origin.family}, by the names and shapes of its tensors; \`describeCheckpoint\` tells what follows from that, and \`models[${name}].family\` says otherwise.`;
  return [[told, ...doubts].join(' '), ...warnings];
}

/** What the reader of the results should know of how layers, images and labels are read. */
export function studyWarnings({ study: { data }, placed, source, shards, tasks }: OpenedStudy): StudyWarning[] {
  return [
    ...placed.flatMap(({ model }) => originWarnings(model).map((text) => ({ subject: model.name, text }))),
    ...placeWarnings(placed),
    ...source.warnings.map(({ message }) => ({ subject: data.root ?? data.images ?? '', text: message })),
    ...copyWarnings(shards, placed),
    ...taskWarnings(tasks),
  ];
}
