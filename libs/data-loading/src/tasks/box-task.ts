import { InputError } from '@intermodel/streams';
import { someOf } from '../images/list-files.ts';
import type { DataWarning, StatedSize } from '../images/labelled-image-set.ts';
import { coverageWarnings } from './class-task.ts';
import type { BoxTask, TaskBox } from './task-data.ts';
import type { ReadTaskDataOptions } from './task-options.ts';
import { imagesOnce, settleParts, twiceWarnings, type UnpartedImage } from './task-parts.ts';

/** A box as data have it, with the name of its class and where it stands. */
export interface ListedBox extends Omit<TaskBox, 'class'> {
  /** Name of the class. */
  readonly className: string;
  /** Where it stands, for messages, such as `instances_val.json annotations[3]`. */
  readonly at: string;
}

/** What a reader of boxes found. */
export interface ListedBoxes {
  /** Images, each with its boxes; one that is listed again adds boxes. */
  readonly images: readonly UnpartedImage<readonly ListedBox[]>[];
  /** Names of classes that the data name, with or without boxes. */
  readonly classes: Iterable<string>;
  /** What the reader has to tell. */
  readonly warnings: readonly DataWarning[];
  /** Files beside the images. */
  readonly files: readonly string[];
  /** Where the data are, for messages. */
  readonly root: string;
}

/**
 * Makes a task of images with boxes: classes in the order of their names, boxes cut to their images. Boxes that reach
 * beyond the image are cut; those without area and those that lie outside of it are left out; each with a warning.
 *
 * @throws InputError `CLASSES_TOO_FEW` where there is no box, `IMAGE_IN_TWO_PARTS`, and those of {@link settleParts}.
 */
export function boxTask(
  { images: listed, classes: named, warnings, files, root }: ListedBoxes,
  { split }: ReadTaskDataOptions,
): BoxTask {
  const classes = [...new Set(named)].sort();
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const notes = new BoxNotes();
  const { images: once, twice } = imagesOnce(listed, (a, b) => [...a, ...b], root);
  const cut = once.map((image) => ({
    ...image,
    target: image.target.flatMap((box) => {
      const inside = cutBox(box, image.stated, notes);
      return inside === undefined ? [] : [{ ...inside, class: numbers.get(box.className) ?? 0 }];
    }),
  }));
  if (cut.every(({ target }) => target.length === 0))
    throw new InputError('CLASSES_TOO_FEW', 'no image has a box', {
      file: root,
      expected: 'boxes around objects',
      hint: 'Check that annotations and images belong together.',
    });
  const { images, warnings: drawn } = settleParts<readonly TaskBox[]>(cut, () => '', split, root);
  const perImage = images.map((image) => ({
    ...image,
    target: [...new Set(image.target.filter(({ isIgnored }) => !isIgnored).map((box) => box.class))],
  }));
  return {
    targets: 'boxes',
    images,
    classes,
    warnings: [
      ...warnings,
      ...twiceWarnings(twice, 'their boxes add up'),
      ...notes.warnings(),
      ...drawn,
      ...coverageWarnings(perImage, classes),
    ],
    files,
  };
}

/** Cuts a box to its image where the size of that is stated; undefined where nothing is left. */
function cutBox(box: ListedBox, size: StatedSize | undefined, notes: BoxNotes): Omit<TaskBox, 'class'> | undefined {
  notes.count();
  const { isIgnored } = box;
  if (!(box.width > 0 && box.height > 0)) {
    notes.note('BOXES_WITHOUT_AREA', box.at);
    return undefined;
  }
  if (size === undefined) return { x: box.x, y: box.y, width: box.width, height: box.height, isIgnored };
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const width = Math.min(size.width, box.x + box.width) - x;
  const height = Math.min(size.height, box.y + box.height) - y;
  if (!(width > 0 && height > 0)) {
    notes.note('BOXES_OUTSIDE', box.at);
    return undefined;
  }
  const isWhole = box.x >= 0 && box.y >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height;
  if (isWhole) return { x, y, width: box.width, height: box.height, isIgnored };
  notes.note('BOXES_CUT', box.at);
  return { x, y, width, height, isIgnored };
}

const kinds = {
  BOXES_WITHOUT_AREA: 'have no width or no height, and are left out',
  BOXES_OUTSIDE: 'lie outside of their images, and are left out',
  BOXES_CUT: 'reach beyond their images, and are cut',
} as const;

/** Keeps a list of boxes that something was done about. */
class BoxNotes {
  readonly #places: Record<keyof typeof kinds, string[]> = { BOXES_WITHOUT_AREA: [], BOXES_OUTSIDE: [], BOXES_CUT: [] };
  #all = 0;

  count(): void {
    this.#all++;
  }

  note(kind: keyof typeof kinds, at: string): void {
    this.#places[kind].push(at);
  }

  warnings(): DataWarning[] {
    return (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((code) => {
      const places = this.#places[code];
      return places.length === 0
        ? []
        : [
            {
              code,
              message: `${String(places.length)} of ${String(this.#all)} boxes ${kinds[code]}: ${someOf(places, 3)}`,
            },
          ];
    });
  }
}
