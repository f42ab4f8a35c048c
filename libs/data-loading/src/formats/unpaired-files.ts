import { InputError } from '@intermodel/streams';
import { someOf } from '../images/list-files.ts';
import type { DataWarning } from '../images/labelled-image-set.ts';

/** What happens to images and label images without each other: an error, or left out with a warning. */
export type Unpaired = 'refuse' | 'leave-out';

/** Default of {@link Unpaired}. */
export const defaultUnpaired = 'refuse' satisfies Unpaired;

/** Kinds of what lacks its other half, by the code of the warning, for one and for several. */
const kinds = {
  LABELS_WITHOUT_IMAGES: [
    'labelled image is not there, and is left out',
    'labelled images are not there, and are left out',
  ],
  IMAGES_WITHOUT_LABELS: ['image has no labels, and is left out', 'images have no labels, and are left out'],
} as const;

/** Looks for the files of a data set, and keeps a list of what is left out since one of them is not there. */
export class UnpairedFiles {
  readonly #unpaired: Unpaired;
  readonly #missing: Record<keyof typeof kinds, string[]> = { LABELS_WITHOUT_IMAGES: [], IMAGES_WITHOUT_LABELS: [] };

  constructor(unpaired: Unpaired = defaultUnpaired) {
    this.#unpaired = unpaired;
  }

  /**
   * What `find` gives; undefined where its file is not there and such images are left out. `name` says of which image
   * it is.
   */
  find<Found>(kind: keyof typeof kinds, name: string, find: () => Found): Found | undefined {
    try {
      return find();
    } catch (error) {
      if (this.#unpaired === 'refuse' || !(error instanceof InputError) || error.code !== 'FILE_MISSING') throw error;
      this.leaveOut(kind, name);
      return undefined;
    }
  }

  /** Whether what lacks its other half is left out. */
  get leavesOut(): boolean {
    return this.#unpaired === 'leave-out';
  }

  /** Notes an image that is left out. */
  leaveOut(kind: keyof typeof kinds, name: string): void {
    this.#missing[kind].push(name);
  }

  /**
   * What was left out; `left` images are not.
   *
   * @throws InputError `FOLDER_EMPTY` where no image is left.
   */
  warnings(left: number, root: string): DataWarning[] {
    const warnings = (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((code): DataWarning[] => {
      const names = this.#missing[code];
      return names.length === 0
        ? []
        : [{ code, message: `${String(names.length)} ${kinds[code][names.length === 1 ? 0 : 1]}: ${someOf(names)}` }];
    });
    if (left === 0 && warnings.length > 0)
      throw new InputError('FOLDER_EMPTY', `no image is left: ${warnings.map(({ message }) => message).join('; ')}`, {
        file: root,
        expected: 'images with their labels',
        hint: 'Copy the data set whole, or give the folder that holds it.',
      });
    return warnings;
  }
}
