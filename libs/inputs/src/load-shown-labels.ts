import path from 'node:path';
import {
  describedGeometry,
  labelledImageRows,
  type ImageGeometry,
  type LabelVocabulary,
} from '@intermodel/data-loading';
import type { Study } from '@intermodel/studies';
import { openImageSource } from './image-source.ts';
import { withLabelFolder } from './label-folder.ts';
import { prepareModels } from './prepare-models.ts';

/** An image with its label planes, as a model of the study sees it. */
export interface ShownLabels {
  /** Its name. */
  readonly name: string;
  /** Columns and rows of the image. */
  readonly size: { readonly width: number; readonly height: number };
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array;
  /** Columns and rows of its planes. */
  readonly grid: { readonly width: number; readonly height: number };
  /** Label planes: numbers of the vocabulary, 0 for none. */
  readonly planes: readonly Uint16Array[];
}

/** Options of {@link loadShownLabels}. */
export interface LoadShownLabelsOptions {
  /** Folder where labels of segmentation models are kept. @default that of the study, else they are not kept */
  readonly labelCache?: string;
  /** Stops between two images. */
  readonly signal?: AbortSignal;
}

/**
 * Loads some images with the labels that a study has of them; only these are segmented. They are shown as the first model
 * of the study sees them; where it has none, whole, or as far as labels go.
 *
 * @throws InputError `IMAGE_UNKNOWN`, `IMAGE_AMBIGUOUS`, and those of `openImageSource`.
 */
export async function loadShownLabels(
  names: readonly string[],
  study: Pick<Study, 'data' | 'models' | 'runtime'>,
  { labelCache = study.runtime.labelCache, signal }: LoadShownLabelsOptions = {},
): Promise<{ readonly vocabulary: LabelVocabulary; readonly images: readonly ShownLabels[] }> {
  const { models } = study.models.length === 0 ? study : await prepareModels(study);
  return withLabelFolder(labelCache, study, async (folder) => {
    const source = await openImageSource(study, {
      ...{ chosen: names, runtime: study.runtime },
      ...(folder === undefined ? {} : { labelCache: path.resolve(folder) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const { width, height } = study.data.labelGrid;
    const grid = { labelHeight: height, labelWidth: width };
    const geometry: ImageGeometry = source.seen ?? models[0]?.geometry ?? describedGeometry;
    const load = source.load({ ...geometry, ...grid });
    const images: ShownLabels[] = [];
    for (const [index, entry] of source.images.entries()) {
      signal?.throwIfAborted();
      const [row] = labelledImageRows((await load([entry])).batch);
      if (row === undefined) continue;
      images.push({
        name: names[index] ?? entry.image,
        size: { width: geometry.width, height: geometry.height },
        pixels: row.pixels.slice(),
        grid: { width, height },
        planes: row.planes.map((plane) => plane.slice()),
      });
    }
    return { vocabulary: source.vocabulary, images };
  });
}
