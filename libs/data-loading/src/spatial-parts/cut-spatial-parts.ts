import { map } from 'rxjs';
import type { LabelledImageBatch } from '@intermodel/schemas';
import type { PlaneMaker } from '../colours/add-colours.ts';
import { addPlanes } from '../images/labelled-image-rows.ts';
import {
  labelVocabulary,
  largestLabelNumber,
  type LabelConcept,
  type LabelVocabulary,
} from '../labels/label-vocabulary.ts';
import { appendConcepts, type AppendedConcepts } from '../labels/vocabulary-tools.ts';
import { connectedComponents } from './connected-components.ts';

/** Options of {@link cutSpatialParts}. */
export interface CutSpatialPartsOptions {
  /** Categories whose concepts are cut. @default ['object'] */
  readonly categories?: readonly string[];
  /**
   * Whether the last component of each plane stays whole, as in the published study, whose code never cut it.
   * @default false
   */
  readonly skipLastComponent?: boolean;
  /**
   * Whether objects of all planes of an image are cut, or of its first plane alone, as in the published study, where parts
   * that are objects too (the door of a house) stand in another one. @default 'all'
   */
  readonly planes?: 'all' | 'first';
}

/** Defaults of {@link cutSpatialParts}. */
export const cutSpatialPartsDefaults = {
  categories: ['object'],
  skipLastComponent: false,
  planes: 'all',
} as const satisfies CutSpatialPartsOptions;

/** Category of the parts, and what their names end with: top, left, bottom and right half. */
export const spatialParts = { category: 'part', suffixes: ['-t', '-l', '-b', '-r'] } as const;

/**
 * Cuts every connected component of the objects at the middle of its bounding box, which gives concepts such as `sky-t`
 * and `ceiling-b` of category `part`: one plane of top and bottom halves, one of left and right halves, for each plane
 * with objects. The middle row and column, (first + last + 1) / 2 rounded down, begin the bottom and right half.
 *
 * The halves of number i are i + k n as in the published study, where n is the largest number that is cut and k is 1
 * (top), 2 (left), 3 (bottom), 4 (right), if all of these numbers are free; else they are appended in this order.
 *
 * @throws InputError `LABEL_NAME_TWICE` if the vocabulary has such parts already, `LABEL_NUMBERS_EXHAUSTED`.
 */
export function cutSpatialParts(vocabulary: LabelVocabulary, options: CutSpatialPartsOptions = {}): PlaneMaker {
  const {
    categories = cutSpatialPartsDefaults.categories,
    skipLastComponent = cutSpatialPartsDefaults.skipLastComponent,
    planes: which = cutSpatialPartsDefaults.planes,
  } = options;
  const cut = new Set<string>(categories);
  const objects = vocabulary.concepts.filter(({ category }) => cut.has(category));
  const appended = addHalves(vocabulary, objects);
  const halves: HalfNumbers = {
    top: new Uint16Array(65_536),
    left: new Uint16Array(65_536),
    bottom: new Uint16Array(65_536),
    right: new Uint16Array(65_536),
  };
  [halves.top, halves.left, halves.bottom, halves.right].forEach((numbers, suffix) => {
    objects.forEach(({ number }, place) => (numbers[number] = appended.numbers[suffix * objects.length + place] ?? 0));
  });
  const addTo = (batch: LabelledImageBatch) =>
    addPlanes(batch, ({ planes, labelHeight, labelWidth }) =>
      (which === 'first' ? planes.slice(0, 1) : planes).flatMap((plane) =>
        cutPlane(plane, labelHeight, labelWidth, halves, skipLastComponent),
      ),
    );
  return { vocabulary: appended.vocabulary, addTo, operator: () => map(addTo) };
}

/** The vocabulary with the halves, and their numbers: all top halves, then all left, bottom, right ones. */
function addHalves(vocabulary: LabelVocabulary, objects: readonly LabelConcept[]): AppendedConcepts {
  const halves = spatialParts.suffixes.flatMap((suffix) =>
    objects.map(({ name }) => ({ name: `${name}${suffix}`, category: spatialParts.category })),
  );
  const largest = objects.reduce((most, { number }) => Math.max(most, number), 0);
  const numbers = spatialParts.suffixes.flatMap((_, index) =>
    objects.map(({ number }) => number + (index + 1) * largest),
  );
  const { concepts, ignore, aliases } = vocabulary;
  const taken = new Set([
    ...concepts.map(({ number }) => number),
    ...(aliases?.keys() ?? []),
    ...(ignore === undefined ? [] : [ignore]),
  ]);
  if (numbers.some((number) => number > largestLabelNumber || taken.has(number)))
    return appendConcepts(vocabulary, halves);
  const added = halves.map((half, index) => ({ ...half, number: numbers[index] ?? 0 }));
  return {
    vocabulary: { ...labelVocabulary([...concepts, ...added], ignore), ...(aliases === undefined ? {} : { aliases }) },
    numbers,
  };
}

/** For each number of an object the numbers of its halves, 0 for numbers that are not cut. */
export interface HalfNumbers {
  /** Numbers of the top halves. */
  readonly top: Uint16Array;
  /** Numbers of the left halves. */
  readonly left: Uint16Array;
  /** Numbers of the bottom halves. */
  readonly bottom: Uint16Array;
  /** Numbers of the right halves. */
  readonly right: Uint16Array;
}

/** Cuts the components of one plane: a plane of top and bottom halves, and one of left and right halves. */
export function cutPlane(
  plane: Uint16Array,
  height: number,
  width: number,
  halves: HalfNumbers,
  skipLastComponent = false,
): [Uint16Array, Uint16Array] {
  const objects = plane.map((number) => (halves.top[number] === 0 ? 0 : number));
  const { components, count, boxes } = connectedComponents(objects, height, width);
  const vertical = new Uint16Array(plane.length);
  const horizontal = new Uint16Array(plane.length);
  for (let pixel = 0; pixel < plane.length; pixel++) {
    const component = components[pixel] as number;
    if (component === 0 || (skipLastComponent && component === count)) continue;
    const number = objects[pixel] as number;
    const box = 4 * (component - 1);
    const middleRow = ((boxes[box] as number) + (boxes[box + 1] as number) + 1) >> 1;
    const middleColumn = ((boxes[box + 2] as number) + (boxes[box + 3] as number) + 1) >> 1;
    vertical[pixel] = (Math.floor(pixel / width) < middleRow ? halves.top : halves.bottom)[number] as number;
    horizontal[pixel] = (pixel % width < middleColumn ? halves.left : halves.right)[number] as number;
  }
  return [vertical, horizontal];
}
