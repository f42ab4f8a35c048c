import path from 'node:path';
import {
  type ImageSource,
  type LabelledImageEntry,
  leakedImages,
  planeTaskOf,
  readTaskData,
  type TaskData,
} from '@intermodel/data-loading';
import type { ManifestInput, StudyWarning } from '@intermodel/outputs';
import { taskImageSchema, type TaskImageBatch } from '@intermodel/schemas';
import { type FileHashes, hashJson } from '@intermodel/steps';
import { buildBatch } from '@intermodel/streams';
import { isOnStudyImages, type Study, type StudyTask, taskReading } from '@intermodel/studies';
import { openImages, type ImageSet } from './image-set.ts';
import { namingTask } from './naming-task.ts';
import type { OpenedTask } from './opened-task.ts';
import { checkKinds, kindNotes } from './task-kinds.ts';

/**
 * Opens the tasks of a study. A task whose images are all among the labelled images of the study shares their shards, so
 * that its features come out of the pass of the dissection.
 *
 * @throws InputError of the readers of tasks, with the name of the task.
 */
export async function openTasks(
  study: Study,
  own: ImageSet,
  hashes: FileHashes,
  signal?: AbortSignal,
): Promise<readonly OpenedTask[]> {
  const sets: ImageSet[] = [own];
  const opened: OpenedTask[] = [];
  for (const task of study.tasks) {
    signal?.throwIfAborted();
    const data = await namingTask(task.name, () => readTask(study, task, own.source));
    checkKinds(task, data);
    const images = await imagesOf(task, data, study, sets, hashes, signal);
    if (!sets.includes(images)) sets.push(images);
    const targetFiles = new Map<string, string>();
    if (data.targets === 'normals' || data.targets === 'depth')
      for (const { target } of data.images) targetFiles.set(target.file, await hashes.hash(target.file, signal));
    opened.push({ task, data, images, targets: hashTargets(data, images, targetFiles), targetFiles });
  }
  return opened;
}

/** What the reader should know of the data of tasks. */
export function taskWarnings(tasks: readonly OpenedTask[]): StudyWarning[] {
  return tasks.flatMap(({ task, data, images }) => {
    const hashOf = new Map(images.shards.flatMap(({ contents }) => contents.map(([image, sha256]) => [image, sha256])));
    const leaked = leakedImages(data.images, hashOf);
    const texts = [...data.warnings, ...leaked].map(({ message }) => message);
    return [...texts, ...kindNotes({ task, data })].map((text) => ({ subject: task.name, text }));
  });
}

/** Images of tasks with their parts and classes, so that scores can be computed elsewhere. */
export function taskImages(tasks: readonly OpenedTask[]): TaskImageBatch {
  const rows = tasks.flatMap(({ task, data }) =>
    data.images.map(({ image, part, target }) => ({
      ...{ dataset: task.name, image, part },
      target:
        data.targets === 'classes'
          ? (target as readonly number[]).map((each) => data.classes[each] ?? '').join('|')
          : '',
    })),
  );
  return buildBatch(taskImageSchema, {
    dataset: rows.map(({ dataset }) => dataset),
    image: rows.map(({ image }) => image),
    part: rows.map(({ part }) => part),
    target: rows.map(({ target }) => target),
  });
}

/** What was read of tasks, as manifests state it: one hash for the images of each and what is to be told of them. */
export function taskInputs(tasks: readonly OpenedTask[]): ManifestInput[] {
  return tasks.map(({ task, data, images, targets }) => {
    const hashOf = new Map(images.shards.flatMap(({ contents }) => contents.map(([image, sha256]) => [image, sha256])));
    return {
      name: task.name,
      role: `task (${String(data.images.length)} images)`,
      sha256: hashJson([data.images.map(({ image }) => [image, hashOf.get(image) ?? null]), targets]),
    };
  });
}

/**
 * Reads the data of a task.
 *
 * @param study study with its options
 * @param task one of its tasks
 * @param source labelled images of the study; only a task on their label planes asks for them
 * @throws InputError of the readers.
 */
export async function readTask(study: Study, task: StudyTask, source?: ImageSource): Promise<TaskData> {
  const place = study.data.root ?? study.data.images ?? '';
  if (source !== undefined && isOnStudyImages(task) && task.format === 'planes')
    return planeTaskOf(source, task.split, place);
  return readTaskData(task.format, {
    ...taskReading(task),
    ...(isOnStudyImages(task) ? { images: imageFolder(study) } : {}),
  });
}

/** Folder that the names of the labelled images of a study are taken from. */
function imageFolder({ data: { format, root = '', images } }: Study): string {
  return images ?? (format === 'plain' ? path.join(root, 'images') : root);
}

async function imagesOf(
  task: StudyTask,
  data: TaskData,
  study: Study,
  sets: readonly ImageSet[],
  hashes: FileHashes,
  signal: AbortSignal | undefined,
): Promise<ImageSet> {
  const labelled = data.targets === 'planes';
  const known = sets.find(({ source }, index) => {
    // Labels of a task are its own.
    if (labelled && !(index === 0 && isOnStudyImages(task))) return false;
    const files = new Map(source.images.map(({ image, file }) => [image, file]));
    return data.images.every(({ image, file }) => files.get(image) === file);
  });
  if (known !== undefined) return known;
  const entries: LabelledImageEntry[] = labelled
    ? data.images.map(({ image, file, target }) => ({ image, file, labels: target }))
    : data.images.map(({ image, file }) => ({ image, file, labels: [] }));
  const folder = task.root ?? task.images ?? '';
  return openImages(
    study,
    {
      ...{ folder, entries },
      ...(labelled ? { vocabulary: data.vocabulary } : {}),
      // Boxes are drawn on the pixels as they are stored.
      ...(data.targets === 'boxes' ? { exif: 'ignore' } : {}),
    },
    hashes,
    signal,
  );
}

/** Hash of all that is told of the images of a task. */
function hashTargets(data: TaskData, { shards }: ImageSet, files: ReadonlyMap<string, string>): string {
  const told = (target: unknown) =>
    typeof target === 'object' && target !== null && 'file' in target ? files.get(String(target.file)) : target;
  return hashJson([
    data.targets,
    'classes' in data ? data.classes : [],
    // What label planes are made of stands in the shards.
    data.targets === 'planes' ? [data.vocabulary.concepts, shards.map(({ labels }) => labels)] : [],
    data.images.map(({ image, part, target }) => [image, part, data.targets === 'planes' ? null : told(target)]),
  ]);
}
