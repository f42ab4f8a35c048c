import { loadShownLabels, type LoadShownLabelsOptions } from '@intermodel/inputs';
import { drawLabelPlanes, figurePng } from '@intermodel/report';
import { InputError, writeFileAtomically } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';

/** Options of {@link showLabels}. */
export interface ShowLabelsOptions extends LoadShownLabelsOptions {
  /** Picture to write: PNG, or SVG where its name ends so. */
  readonly out: string;
}

/** What was drawn of one image. */
export interface ShownImage {
  /** Its name. */
  readonly image: string;
  /** Label planes by their labels: number of cells of each. */
  readonly planes: readonly (readonly { readonly name: string; readonly category: string; readonly cells: number }[])[];
}

/**
 * Draws images with the label planes that a study has of them, from whatever source, with a legend.
 *
 * @throws InputError `SHOW_NOTHING` without images, and those of `loadShownLabels`; MachineError `WRITE_FAILED`.
 */
export async function showLabels(
  names: readonly string[],
  study: Pick<Study, 'data' | 'models' | 'runtime'>,
  { out, ...options }: ShowLabelsOptions,
): Promise<readonly ShownImage[]> {
  if (names.length === 0)
    throw new InputError('SHOW_NOTHING', 'no image is named', {
      expected: 'names of images as the data set has them, or their paths',
      hint: 'Name one or a few.',
    });
  const { vocabulary, images } = await loadShownLabels(names, study, options);
  const svg = await drawLabelPlanes(images, vocabulary.concepts);
  writeFileAtomically(out, [/\.svg$/iu.test(out) ? Buffer.from(svg) : await figurePng({ svg }, 1)]);
  return images.map(({ name, planes }) => ({
    image: name,
    planes: planes.map((plane) =>
      vocabulary.concepts.flatMap(({ number, name: concept, category }) => {
        const cells = plane.reduce((count, value) => count + (value === number ? 1 : 0), 0);
        return cells === 0 ? [] : [{ name: concept, category, cells }];
      }),
    ),
  }));
}
