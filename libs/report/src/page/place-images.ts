import { createHash } from 'node:crypto';
import type { GalleryImage, UnitGallery } from '../tables/unit-gallery.ts';

/** Where the images of the gallery go. */
export type ImagePlacement =
  | {
      /** Images stand in the page itself. */
      readonly kind: 'embedded';
      /** Most MiB of images that the page holds, in all, before the encoding adds a third. */
      readonly megabytes: number;
    }
  | {
      /** Images stand in a folder beside the page. */
      readonly kind: 'folder';
      /** Name of that folder, relative to the page. */
      readonly folder: string;
    };

/** A file that belongs beside the page. */
export interface PageFile {
  /** Path relative to the page, with forward slashes. */
  readonly path: string;
  /** Its bytes. */
  readonly bytes: Uint8Array;
}

/** An image as the page defines it once, however often it is shown. */
export interface ImageDefinition {
  /** Identifier within the page. */
  readonly id: string;
  /** Data URL, or path relative to the page. */
  readonly address: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Images with the place that each was given. */
export interface PlacedImages {
  /** Definition of an image, or undefined where the budget left it out. */
  find(image: GalleryImage): ImageDefinition | undefined;
  /** All definitions, each once. */
  readonly definitions: readonly ImageDefinition[];
  /** Files to be written beside the page. */
  readonly files: readonly PageFile[];
  /** Pictures of the gallery that the budget left out. */
  readonly left: number;
}

/**
 * Places the images of the galleries. Equal images are stored once. A budget is spent fairly: the best unit of every
 * model first, its strongest image before its others.
 */
export function placeImages(galleries: readonly UnitGallery[], placement: ImagePlacement): PlacedImages {
  const found = new Map<GalleryImage, ImageDefinition>();
  const byHash = new Map<string, ImageDefinition>();
  const files: PageFile[] = [];
  let [spent, left] = [0, 0];
  for (const image of inFairOrder(galleries)) {
    const { bytes, type, width, height } = image;
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
    let definition = byHash.get(hash);
    if (definition === undefined && placement.kind === 'folder') {
      const path = `${placement.folder}/${hash}.${type === 'image/jpeg' ? 'jpg' : type.slice('image/'.length)}`;
      files.push({ path, bytes });
      definition = { id: `image-${hash}`, address: path, width, height };
    } else if (
      definition === undefined &&
      placement.kind === 'embedded' &&
      spent + bytes.length <= Math.round(placement.megabytes * 2 ** 20)
    ) {
      spent += bytes.length;
      definition = {
        id: `image-${hash}`,
        address: `data:${type};base64,${Buffer.from(bytes).toString('base64')}`,
        width,
        height,
      };
    }
    if (definition === undefined) {
      left += 1;
      continue;
    }
    byHash.set(hash, definition);
    found.set(image, definition);
  }
  return { find: (image) => found.get(image), definitions: [...byHash.values()], files, left };
}

function inFairOrder(galleries: readonly UnitGallery[]): readonly GalleryImage[] {
  const entries = galleries.flatMap(({ units }, gallery) =>
    units.flatMap(({ images }, unit) =>
      images.map((image, rank) => ({ image, order: [unit, rank, gallery] as const })),
    ),
  );
  return entries
    .sort((a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1] || a.order[2] - b.order[2])
    .map(({ image }) => image);
}
