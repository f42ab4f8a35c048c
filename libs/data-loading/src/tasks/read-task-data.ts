import { InputError, suggestName } from '@intermodel/streams';
import { readClassCsv } from './read-class-csv.ts';
import { readClassFolders } from './read-class-folders.ts';
import { readCocoBoxes } from './read-coco-boxes.ts';
import { readPixelTask } from './read-pixel-task.ts';
import { readPlaneTask } from './read-plane-task.ts';
import { readVocBoxes } from './read-voc-boxes.ts';
import type { TaskData } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';

interface TaskFormat {
  /** What the format is, in a few words. */
  readonly title: string;
  /** What is to be told of the images. */
  readonly targets: TaskData['targets'];
  /** Options that its reader knows. */
  readonly options: readonly (keyof ReadTaskDataOptions)[];
  /** Reads data of the format. */
  readonly read: (options: ReadTaskDataOptions) => Promise<TaskData>;
}

/** The formats of the data of tasks, by the name that study files give them. */
export const taskFormats = {
  'class-folders': {
    title: 'a folder for each class, with or without folders train, val and test around them',
    targets: 'classes',
    options: ['root', 'split'],
    read: readClassFolders,
  },
  'class-csv': {
    title: 'labels.csv: image,label[,split]; several labels as a|b',
    targets: 'classes',
    options: ['root', 'images', 'labels', 'unpaired', 'encoding', 'split'],
    read: readClassCsv,
  },
  'coco-boxes': {
    title: 'COCO instances: annotations/instances_PART.json, boxes alone',
    targets: 'boxes',
    options: ['root', 'images', 'labels', 'parts', 'unpaired', 'split'],
    read: readCocoBoxes,
  },
  'voc-boxes': {
    title: 'Pascal VOC: Annotations/, JPEGImages/ and ImageSets/Main/',
    targets: 'boxes',
    options: ['root', 'parts', 'unpaired', 'encoding', 'split'],
    read: readVocBoxes,
  },
  planes: {
    title: 'images/, labels/ and labels.csv, or the layout that `dataset` names',
    targets: 'planes',
    options: [
      ...['root', 'images', 'labels', 'labelNames', 'dataset', 'parts', 'categories', 'names', 'reducedZero'],
      ...['ignore', 'imageSuffix', 'labelSuffix', 'unpaired', 'encoding', 'split'],
    ] as (keyof ReadTaskDataOptions)[],
    read: readPlaneTask,
  },
  normals: {
    title: 'images/ and normals/ (8- or 16-bit RGB PNG, or .npy)',
    targets: 'normals',
    options: ['root', 'images', 'labels', 'imageSuffix', 'labelSuffix', 'unpaired', 'split'],
    read: (options) => readPixelTask('normals', options),
  },
  depth: {
    title: 'images/ and depth/ (16-bit grey PNG, or .npy)',
    targets: 'depth',
    options: ['root', 'images', 'labels', 'imageSuffix', 'labelSuffix', 'depthScale', 'unpaired', 'split'],
    read: (options) => readPixelTask('depth', options),
  },
} as const satisfies Record<string, TaskFormat>;

/** Name of a format of the data of tasks. */
export type TaskFormatName = keyof typeof taskFormats;

/**
 * Reads the data of a task in any of the {@link taskFormats}: paths, classes, boxes and parts; no image is decoded.
 *
 * @throws InputError `FORMAT_UNKNOWN`, `OPTION_UNKNOWN`, and those of the format's reader.
 */
export async function readTaskData(format: string, options: ReadTaskDataOptions = {}): Promise<TaskData> {
  if (!isFormat(format))
    throw new InputError('FORMAT_UNKNOWN', `there is no format "${format}" of tasks`, {
      expected: `one of ${Object.keys(taskFormats).join(', ')}`,
      hint: suggestName(format, Object.keys(taskFormats)),
    });
  const { read, options: known }: TaskFormat = taskFormats[format];
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const strange = given.find(([name]) => !known.includes(name as keyof ReadTaskDataOptions))?.[0];
  if (strange !== undefined)
    throw new InputError('OPTION_UNKNOWN', `the format "${format}" has no option "${strange}"`, {
      column: strange,
      expected: `one of ${known.join(', ')}`,
      hint: suggestName(strange, known),
    });
  try {
    return await read(Object.fromEntries(given));
  } catch (error) {
    throw error instanceof InputError ? ofTask(error) : error;
  }
}

/** The same error where its hint names options of labelled images, which tasks have as their own. */
function ofTask(error: InputError): InputError {
  const { hint } = error.details;
  if (hint?.includes('`data.') !== true) return error;
  return new InputError(error.code, error.problem, {
    ...error.details,
    hint: hint.replaceAll('`data.', '`tasks[].'),
    cause: error,
  });
}

function isFormat(name: string): name is TaskFormatName {
  return Object.hasOwn(taskFormats, name);
}
