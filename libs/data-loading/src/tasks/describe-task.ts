import { FileHashes } from '@intermodel/steps';
import { readImageSize } from '../images/decode-image.ts';
import { someOf } from '../images/list-files.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';
import { checkAspect } from '../labels/load-label-planes.ts';
import type { PixelLimit } from '../labels/pixel-limit.ts';
import { openClassPlanes } from './class-planes.ts';
import { leakedImages } from './leaked-images.ts';
import { readPixelTarget } from './read-pixel-target.ts';
import type { BoxTask, ClassTask, PixelTask, PlaneTask, TaskBox, TaskData, TaskImage, TaskPart } from './task-data.ts';

/** Options of {@link describeTask}. */
export interface DescribeTaskOptions extends PixelLimit {
  /** Stops between two images. */
  readonly signal?: AbortSignal;
  /** Is told of each image. @default nobody is told */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Numbers by part of the data. */
export type ByPart = Readonly<Record<TaskPart, number>>;

/** A class of a task. */
export interface DescribedClass extends ByPart {
  /** Name. */
  readonly name: string;
}

/** Least, middle and greatest of some numbers. */
export interface Spread {
  /** Least. */
  readonly min: number;
  /** Middle; of an even number of numbers the mean of the two. */
  readonly median: number;
  /** Greatest. */
  readonly max: number;
}

/** What is in the data of a task. */
export interface TaskDescription {
  /** What is to be told of the images. */
  readonly targets: TaskData['targets'];
  /** Images. */
  readonly images: number;
  /** Images of each part. */
  readonly parts: ByPart;
  /** Classes by name, with the images of each part that have them; none of normals and depths. */
  readonly classes: readonly DescribedClass[];
  /** Images of a class; undefined where there are no classes. */
  readonly imagesPerClass: Spread | undefined;
  /** Whether images have several classes or none; undefined but for classes of images. */
  readonly isMultiLabel: boolean | undefined;
  /** Boxes; undefined but for boxes. */
  readonly boxes: DescribedBoxes | undefined;
  /** Share of the pixels (or cells of a grid of labels) of which something is known; undefined for classes and boxes. */
  readonly knownShare: number | undefined;
  /** What is no error but may surprise. */
  readonly warnings: readonly DataWarning[];
}

/** Boxes of a task. */
export interface DescribedBoxes {
  /** Boxes, those to ignore included. */
  readonly count: number;
  /** Boxes that are ignored: crowds, difficult objects. */
  readonly ignored: number;
  /** Images without a box. */
  readonly imagesWithout: number;
  /** Boxes of up to 32 x 32 pixels, as COCO counts them. */
  readonly small: number;
  /** Those up to 96 x 96. */
  readonly medium: number;
  /** Larger ones. */
  readonly large: number;
  /** Boxes of each class that count, by the order of the classes. */
  readonly perClass: readonly number[];
}

/** Images that a class needs for an episode with one image to learn from and 15 to be tested on. */
const fewestOfEpisode = 16;

/** Cells of the grid on which label planes are described. */
const labelGrid = { height: 56, width: 56 } as const;

/** Areas in pixels up to which boxes are small and medium (Lin et al. 2014). */
const boxAreas = { small: 32 ** 2, medium: 96 ** 2 } as const;

/**
 * Describes the data of a task: what each part has of each class, boxes and their sizes, pixels that are known, and what
 * will bite: classes with few images, the same bytes in two parts, sizes that do not fit. Every image is read, and files
 * of label planes, normals and depths are decoded, one at a time.
 *
 * @throws InputError of the decoders, `LABEL_ASPECT`; the reason of the signal once it is aborted.
 */
export async function describeTask(
  data: TaskData,
  { signal, onProgress, ...limit }: DescribeTaskOptions = {},
): Promise<TaskDescription> {
  const look = lookInto(data, limit);
  const hashes = new FileHashes();
  const byName = new Map<string, string>();
  const strangeSizes: string[] = [];
  for (const [index, image] of data.images.entries()) {
    signal?.throwIfAborted();
    byName.set(image.image, await hashes.hash(image.file, signal));
    if (image.stated !== undefined) {
      const { height, width } = await readImageSize(image.file, { exif: 'ignore' });
      if (height !== image.stated.height || width !== image.stated.width) strangeSizes.push(image.image);
    }
    await look.add(index);
    onProgress?.(index + 1, data.images.length);
  }
  const found = look.read();
  return {
    targets: data.targets,
    images: data.images.length,
    parts: countParts(data.images),
    imagesPerClass:
      found.classes.length === 0
        ? undefined
        : spreadOf(found.classes.map(({ train, val, test }) => train + val + test)),
    isMultiLabel: data.targets === 'classes' ? data.isMultiLabel : undefined,
    ...found,
    warnings: [
      ...data.warnings,
      ...leakedImages(data.images, byName),
      ...sizeWarnings(strangeSizes),
      ...fewWarnings(data, found.classes),
      ...(found.knownShare === 0
        ? [{ code: 'NOTHING_KNOWN', message: 'no pixel of any image is known, so that nothing can be measured' }]
        : []),
    ],
  };
}

type Found = Pick<TaskDescription, 'classes' | 'boxes' | 'knownShare'>;

/** Looks at one image after another. */
interface Look {
  readonly add: (index: number) => Promise<void> | void;
  readonly read: () => Found;
}

function lookInto(data: TaskData, limit: PixelLimit): Look {
  switch (data.targets) {
    case 'classes':
      return lookAtClasses(data);
    case 'boxes':
      return lookAtBoxes(data);
    case 'planes':
      return lookAtPlanes(data, limit);
    case 'normals':
    case 'depth':
      return lookAtPixels(data, limit);
  }
}

function lookAtClasses({ images, classes }: ClassTask): Look {
  const counts = new ClassCounts(classes);
  return {
    add: (index) => {
      const image = images[index];
      if (image !== undefined) counts.add(image.part, image.target);
    },
    read: () => ({ classes: counts.read(), boxes: undefined, knownShare: undefined }),
  };
}

function lookAtBoxes({ images, classes }: BoxTask): Look {
  const counts = new ClassCounts(classes);
  const all: TaskBox[] = [];
  return {
    add: (index) => {
      const image = images[index];
      if (image === undefined) return;
      for (const box of image.target) all.push(box);
      counts.add(
        image.part,
        image.target.filter(({ isIgnored }) => !isIgnored).map((box) => box.class),
      );
    },
    read: () => {
      const areas = all.map(({ width, height }) => width * height);
      const small = areas.filter((area) => area <= boxAreas.small).length;
      const upToMedium = areas.filter((area) => area <= boxAreas.medium).length;
      const perClass = classes.map(() => 0);
      for (const box of all) if (!box.isIgnored) perClass[box.class] = (perClass[box.class] ?? 0) + 1;
      return {
        classes: counts.read(),
        boxes: {
          count: all.length,
          ignored: all.filter(({ isIgnored }) => isIgnored).length,
          imagesWithout: images.filter(({ target }) => target.length === 0).length,
          ...{ small, medium: upToMedium - small, large: all.length - upToMedium, perClass },
        },
        knownShare: undefined,
      };
    },
  };
}

function lookAtPlanes({ images, vocabulary }: PlaneTask, limit: PixelLimit): Look {
  const counts = new ClassCounts(vocabulary.concepts.map(({ name }) => name));
  const load = openClassPlanes({
    ...limit,
    geometry: { ...labelGrid, labelHeight: labelGrid.height, labelWidth: labelGrid.width },
    vocabulary,
  });
  const share = new Share();
  return {
    add: async (index) => {
      const image = images[index];
      if (image === undefined) return;
      const { classes } = await load(image, await readImageSize(image.file));
      counts.add(
        image.part,
        [...new Set(classes)].filter((number) => number >= 0),
      );
      share.add(classes.filter((number) => number >= 0).length, classes.length);
    },
    read: () => ({ classes: counts.read(), boxes: undefined, knownShare: share.read() }),
  };
}

function lookAtPixels({ images, targets, depthScale }: PixelTask, limit: PixelLimit): Look {
  const share = new Share();
  return {
    add: async (index) => {
      const image = images[index];
      if (image === undefined) return;
      const { file } = image.target;
      const target = await readPixelTarget(file, targets, { ...limit, depthScale });
      checkAspect(target, await readImageSize(image.file), file);
      const { values, channels } = target;
      let known = 0;
      for (let at = 0; at < values.length; at += channels) if (!Number.isNaN(values[at])) known++;
      share.add(known, values.length / channels);
    },
    read: () => ({ classes: [], boxes: undefined, knownShare: share.read() }),
  };
}

/** Counts images of classes by part. */
class ClassCounts {
  readonly #counts: { readonly name: string; train: number; val: number; test: number }[];

  constructor(names: readonly string[]) {
    this.#counts = names.map((name) => ({ name, train: 0, val: 0, test: 0 }));
  }

  /** Counts an image once for each of its classes. */
  add(part: TaskPart, numbers: readonly number[]): void {
    for (const number of new Set(numbers)) {
      const count = this.#counts[number];
      if (count !== undefined) count[part]++;
    }
  }

  read(): readonly DescribedClass[] {
    return this.#counts;
  }
}

/** Share of something in all of it. */
class Share {
  #some = 0;
  #all = 0;

  add(some: number, all: number): void {
    this.#some += some;
    this.#all += all;
  }

  read(): number {
    return this.#all === 0 ? 0 : this.#some / this.#all;
  }
}

function countParts(images: readonly Pick<TaskImage<unknown>, 'part'>[]): ByPart {
  const counts = { train: 0, val: 0, test: 0 };
  for (const { part } of images) counts[part]++;
  return counts;
}

function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return { min: sorted[0] ?? 0, median, max: sorted.at(-1) ?? 0 };
}

function sizeWarnings(names: readonly string[]): DataWarning[] {
  return names.length === 0
    ? []
    : [
        {
          code: 'IMAGE_SIZE',
          message: `${String(names.length)} ${names.length === 1 ? 'image has' : 'images have'} another size than the boxes were drawn on, and will stop a run: ${someOf(names)}`,
        },
      ];
}

/** Classes that are too small for what is measured on them. */
function fewWarnings(data: TaskData, classes: readonly DescribedClass[]): DataWarning[] {
  const of = ({ train, val, test }: ByPart) => train + val + test;
  const named = (some: readonly DescribedClass[]) => someOf(some.map(({ name }) => name));
  const hasEpisodes = data.targets === 'classes' && !data.isMultiLabel;
  const few = hasEpisodes ? classes.filter((one) => of(one) > 0 && of(one) < fewestOfEpisode) : [];
  const absent = classes.filter((one) => of(one) === 0);
  return [
    ...(few.length === 0
      ? []
      : [
          {
            code: 'CLASSES_OF_FEW_IMAGES',
            message: `${String(few.length)} of ${String(classes.length)} classes have fewer than ${String(fewestOfEpisode)} images, too few for a few-shot episode of 1 shot and 15 queries: ${named(few)}`,
          },
        ]),
    ...(absent.length === 0
      ? []
      : [
          {
            code: 'CLASSES_ABSENT',
            message: `${String(absent.length)} of ${String(classes.length)} classes occur in no image: ${named(absent)}`,
          },
        ]),
  ];
}
