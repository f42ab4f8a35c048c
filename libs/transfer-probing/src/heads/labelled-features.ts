import { InputError } from '@intermodel/streams';
import type { FeatureRows } from '../feature-rows.ts';

/** Features of the images of a part, with their classes. */
export interface LabelledFeatures {
  /** Features, one row an image. */
  readonly features: FeatureRows;
  /** Classes of each image, from 0, each once. */
  readonly labels: readonly (readonly number[])[];
  /** Name of each image. */
  readonly images: readonly string[];
}

/** Scores of a head, with what the reader should know of them. */
export interface HeadOutcome<Outcome> {
  /** Scores. */
  readonly outcomes: readonly Outcome[];
  /** A sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Refuses features that are not finite.
 *
 * @throws InputError `FEATURES_NOT_FINITE` naming the image and the feature
 */
export function checkFeatures({ features, images }: Pick<LabelledFeatures, 'features' | 'images'>): void {
  const { values, columns } = features;
  for (let index = 0; index < values.length; index++) {
    if (Number.isFinite(values[index])) continue;
    const image = images[Math.floor(index / columns)] ?? `number ${String(Math.floor(index / columns) + 1)}`;
    throw new InputError(
      'FEATURES_NOT_FINITE',
      `feature ${String(index % columns)} (counted from 0) of image "${image}" is ${String(values[index])}`,
      {
        expected: 'finite features',
        hint: 'Look at the image, or name another layer: values of this one overflow.',
      },
    );
  }
}

/**
 * The class of each image.
 *
 * @throws InputError `PROBE_SEVERAL_CLASSES` where an image has none or several
 */
export function singleClasses({ labels, images }: Pick<LabelledFeatures, 'labels' | 'images'>): Int32Array {
  return Int32Array.from(labels, (own, row) => {
    const [only] = own;
    if (own.length === 1 && only !== undefined) return only;
    throw new InputError(
      'PROBE_SEVERAL_CLASSES',
      `image "${images[row] ?? String(row)}" has ${own.length === 0 ? 'no class' : `${String(own.length)} classes`}`,
      {
        expected: 'one class an image, for this kind of task',
        hint: 'Name other `tasks[].kinds`, such as many-shot, which takes several classes an image, or leave the image out.',
      },
    );
  });
}

/**
 * Refuses a part without images.
 *
 * @throws InputError `PART_EMPTY`
 */
export function requireImages({ features }: Pick<LabelledFeatures, 'features'>, part: string, purpose: string): void {
  if (features.rows > 0) return;
  throw new InputError('PART_EMPTY', `there are no images of the part ${part}, which ${purpose}`, {
    hint: `Give images of the part ${part}, or a \`tasks[].split\` in whose shares it has some.`,
  });
}

/** Names some classes in a sentence. */
export function nameClasses(numbers: readonly number[], classes: readonly string[]): string {
  const shown = numbers.slice(0, 5).map((each) => `"${classes[each] ?? String(each)}"`);
  const more = numbers.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${String(more)} more` : shown.join(', ');
}
