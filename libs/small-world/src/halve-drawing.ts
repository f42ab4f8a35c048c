import { drawingSide, type Canvas } from './canvas.ts';
import { numberOf, stuffs, type SceneName, type ThingName } from './vocabulary.ts';

/** Sides of the images of the world, in pixels. */
export const imageSide = drawingSide / 2;

/** Fewest pixels of a thing that count as seeing it. */
export const visiblePixels = 12;

/** A thing that is seen. */
export interface SeenThing {
  /** What it is. */
  readonly name: ThingName;
  /** Pixels that are seen of it. */
  readonly pixels: number;
  /** Box about these: left, top, width, height. */
  readonly box: readonly [left: number, top: number, width: number, height: number];
}

/** A picture of the world with all that is known of it; planes have 64 x 64 values, row by row. */
export interface WorldScene {
  /** Kind of place. */
  readonly scene: SceneName;
  /** Red, green and blue of each pixel, 0 to 255. */
  readonly pixels: Uint8Array;
  /** Numbers of concepts, 0 where there is none; `scene` is one number everywhere. */
  readonly planes: Readonly<Record<'object' | 'part' | 'material' | 'color' | 'scene', Uint8Array>>;
  /** Where each surface faces: right, up and towards the camera; all 0 where there is none (sky). */
  readonly normals: Float32Array;
  /** Metres from the camera; 0 where there are none (sky). */
  readonly depths: Float32Array;
  /** Which thing is seen where: 0 none, else its place in `things` from 1. */
  readonly instances: Uint8Array;
  /** Things that are seen, far ones first. */
  readonly things: readonly SeenThing[];
}

/**
 * Makes the image of a drawing: colours are the means of four pixels, labels those of the lower right of these.
 *
 * @param canvas the drawing of 128 x 128 pixels
 * @param known what the drawing does not tell
 * @param known.scene kind of place
 * @param known.things names of the things, by their numbers from 1
 * @returns the scene of 64 x 64 pixels
 */
export function halveDrawing(
  canvas: Canvas,
  known: { readonly scene: SceneName; readonly things: readonly ThingName[] },
): WorldScene {
  const pixels = new Uint8Array(imageSide * imageSide * 3);
  for (let y = 0; y < imageSide; y++)
    for (let x = 0; x < imageSide; x++)
      for (let channel = 0; channel < 3; channel++) {
        const at = (row: number, column: number) =>
          canvas.pixels[3 * ((2 * y + row) * drawingSide + 2 * x + column) + channel] as number;
        pixels[3 * (y * imageSide + x) + channel] = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) >> 2;
      }
  const objects = halved(canvas.objects);
  const { instances, things } = seenThings(halved(canvas.things), known.things);
  // The sky faces nowhere and is at no distance.
  const sky = numberOf('object', stuffs[0]);
  const normals = halved(canvas.normals, 3);
  objects.forEach((object, pixel) => {
    if (object === sky) normals.fill(0, 3 * pixel, 3 * pixel + 3);
  });
  return {
    scene: known.scene,
    pixels,
    planes: {
      object: objects,
      part: halved(canvas.parts),
      material: halved(canvas.materials),
      color: halved(canvas.colours),
      scene: new Uint8Array(imageSide * imageSide).fill(numberOf('scene', known.scene)),
    },
    normals,
    depths: halved(canvas.depths),
    instances,
    things,
  };
}

function halved<Plane extends Uint8Array | Float32Array>(plane: Plane, channels = 1): Plane {
  const half = plane.slice(0, imageSide * imageSide * channels) as Plane;
  for (let y = 0; y < imageSide; y++)
    for (let x = 0; x < imageSide; x++) {
      const from = ((2 * y + 1) * drawingSide + 2 * x + 1) * channels;
      for (let channel = 0; channel < channels; channel++)
        half[(y * imageSide + x) * channels + channel] = plane[from + channel] as number;
    }
  return half;
}

/** Numbers the things anew of which enough is seen. */
function seenThings(
  plane: Uint8Array,
  names: readonly ThingName[],
): { instances: Uint8Array; things: readonly SeenThing[] } {
  const extents = names.map((name) => ({ name, pixels: 0, left: imageSide, top: imageSide, right: 0, bottom: 0 }));
  plane.forEach((thing, pixel) => {
    const extent = extents[thing - 1];
    if (extent === undefined) return;
    const [x, y] = [pixel % imageSide, Math.floor(pixel / imageSide)];
    extent.pixels++;
    extent.left = Math.min(extent.left, x);
    extent.top = Math.min(extent.top, y);
    extent.right = Math.max(extent.right, x + 1);
    extent.bottom = Math.max(extent.bottom, y + 1);
  });
  const seen = extents.filter(({ pixels }) => pixels >= visiblePixels);
  const numbers = extents.map((extent) => seen.indexOf(extent) + 1);
  return {
    instances: plane.map((thing) => numbers[thing - 1] ?? 0),
    things: seen.map(({ name, pixels, left, top, right, bottom }) => ({
      name,
      pixels,
      box: [left, top, right - left, bottom - top],
    })),
  };
}
