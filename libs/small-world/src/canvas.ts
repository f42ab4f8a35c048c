import { palette, type Rgb } from './palette.ts';
import { scatter, textures } from './textures.ts';
import { numberOf, type Colour, type Material, type ObjectName, type PartName } from './vocabulary.ts';

/** Sides of the drawing, which is halved in the end. */
export const drawingSide = 128;

/** A direction, towards the right, up and the camera. */
export type Normal = readonly [x: number, y: number, z: number];

/** What a stretch of the drawing is covered with. */
export interface Surface {
  /** What it belongs to. */
  readonly object: ObjectName;
  /** Which part of it. */
  readonly part?: PartName | undefined;
  /** What it is made of. */
  readonly material?: Material | undefined;
  /** Basic colour. */
  readonly colour: Colour;
  /** How much lighter all of it is, in 256ths. */
  readonly light?: number;
  /** Where it faces; of a round surface by place. @default the camera */
  readonly normal?: Normal | ((x: number, y: number) => Normal);
  /** Metres from the camera; 0: not known. By place for what lies along the view. */
  readonly depth: number | ((x: number, y: number) => number);
  /** Number of the thing, from 1; 0 for stuff. */
  readonly thing: number;
  /** Where the pattern begins. */
  readonly origin: readonly [x: number, y: number];
  /** Tells patterns of one material apart, and shades of one colour. */
  readonly salt: number;
}

/** Whether a point is covered; points are the centres of pixels. */
export type Shape = {
  /** Left, top, right and bottom edge, in pixels. */
  readonly bounds: readonly [left: number, top: number, right: number, bottom: number];
  /** Whether a point within them is. */
  readonly covers: (x: number, y: number) => boolean;
};

const towardsCamera: Normal = [0, 0, 1];

/** A drawing of which every pixel is known: what is drawn later covers what was there. */
export class Canvas {
  readonly pixels = new Uint8Array(drawingSide * drawingSide * 3);
  readonly objects = new Uint8Array(drawingSide * drawingSide);
  readonly parts = new Uint8Array(drawingSide * drawingSide);
  readonly materials = new Uint8Array(drawingSide * drawingSide);
  readonly colours = new Uint8Array(drawingSide * drawingSide);
  readonly things = new Uint8Array(drawingSide * drawingSide);
  /** Metres, 0 where they are not known. */
  readonly depths = new Float32Array(drawingSide * drawingSide);
  /** Right, up, camera of each pixel; all 0 where there is none. */
  readonly normals = new Float32Array(drawingSide * drawingSide * 3);

  /** Covers a shape with a surface. */
  fill({ bounds, covers }: Shape, surface: Surface): void {
    const { object, part, material, light = 0, normal = towardsCamera, depth, thing, origin, salt } = surface;
    const [left, top, rightmost, bottom] = bounds;
    const shade = shadeOf(surface.colour, salt);
    const texture = material === undefined ? undefined : textures[material];
    const numbers = {
      object: numberOf('object', object),
      part: part === undefined ? 0 : numberOf('part', part),
      material: material === undefined ? 0 : numberOf('material', material),
      colour: numberOf('color', surface.colour),
    };
    const [firstX, lastX] = [Math.max(0, Math.floor(left)), Math.min(drawingSide, Math.ceil(rightmost))];
    const lastY = Math.min(drawingSide, Math.ceil(bottom));
    for (let y = Math.max(0, Math.floor(top)); y < lastY; y++)
      for (let x = firstX; x < lastX; x++) {
        if (!covers(x + 0.5, y + 0.5)) continue;
        const pixel = y * drawingSide + x;
        const pattern = texture === undefined ? 0 : texture(x - origin[0], y - origin[1], salt);
        const factor = 256 + light + pattern + (scatter(x, y, salt) - 128) / 12;
        for (let channel = 0; channel < 3; channel++)
          this.pixels[3 * pixel + channel] = clamp((((shade[channel] as number) + 12) * factor) / 256);
        this.objects[pixel] = numbers.object;
        this.parts[pixel] = numbers.part;
        this.materials[pixel] = numbers.material;
        this.colours[pixel] = numbers.colour;
        this.things[pixel] = thing;
        this.depths[pixel] = typeof depth === 'number' ? depth : depth(x + 0.5, y + 0.5);
        const [right, up, towards] = typeof normal === 'function' ? normal(x + 0.5, y + 0.5) : normal;
        this.normals[3 * pixel] = right;
        this.normals[3 * pixel + 1] = up;
        this.normals[3 * pixel + 2] = towards;
      }
  }

  /** Darkens a shape by a shadow; nothing else of it changes. */
  shadow({ bounds, covers }: Shape): void {
    const [left, top, right, bottom] = bounds;
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(drawingSide, Math.ceil(bottom)); y++)
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(drawingSide, Math.ceil(right)); x++) {
        if (!covers(x + 0.5, y + 0.5)) continue;
        const at = 3 * (y * drawingSide + x);
        for (let channel = 0; channel < 3; channel++)
          this.pixels[at + channel] = ((this.pixels[at + channel] as number) * 5) >> 3;
      }
  }
}

/** A shade of a colour: no two things have quite the same. */
function shadeOf(colour: Colour, salt: number): Rgb {
  const [red, green, blue] = palette[colour];
  const vary = (value: number, channel: number) => value + (scatter(channel, 7, salt) - 128) / 9;
  return [vary(red, 0), vary(green, 1), vary(blue, 2)];
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : Math.floor(value);
}
