import type { Random } from '@intermodel/numerics';
import type { Canvas, Normal, Surface } from '../canvas.ts';
import { ellipse, polygon, rectangle } from '../shapes.ts';
import type { Colour, Material, PartName, ThingName } from '../vocabulary.ts';

/** Where a thing stands in the drawing. */
export interface Place {
  /** Left edge, in pixels of the drawing. */
  readonly left: number;
  /** Top edge. */
  readonly top: number;
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Metres from the camera. */
  readonly depth: number;
}

/** How a part looks. */
export interface Look {
  /** What it is made of; none is smooth. */
  readonly material?: Material | undefined;
  /** Its colour. */
  readonly colour: Colour;
  /** How much lighter it is than the rest, in 256ths. */
  readonly light?: number;
  /** Where it faces. @default the camera */
  readonly normal?: Normal;
}

/** A stretch of a thing: left, top, right and bottom edge, from 0 to 1 over its place. */
export type Stretch = readonly [left: number, top: number, right: number, bottom: number];

/** What a brush needs besides the place. */
export interface BrushOptions {
  /** What is drawn on. */
  readonly canvas: Canvas;
  /** Draws looks and proportions. */
  readonly random: Random;
  /** What is drawn. */
  readonly object: ThingName;
  /** Its number in the scene, from 1. */
  readonly thing: number;
  /** How much lighter the scene is, in 256ths. */
  readonly light: number;
  /** Colours that things may have besides those of their nature. */
  readonly chooseColour: (among: readonly Colour[]) => Colour;
}

/** Paints the parts of one thing, by coordinates from 0 to 1 over its place. */
export class Brush {
  readonly #options: BrushOptions;
  readonly #place: Place;
  readonly #isMirrored: boolean;
  readonly #salt: number;

  constructor(place: Place, options: BrushOptions) {
    this.#options = options;
    this.#place = place;
    this.#isMirrored = options.random.below(2) === 1;
    this.#salt = options.random.below(2 ** 30);
  }

  /** One of several, each equally likely. */
  pick<Item>(among: readonly Item[]): Item {
    return among[this.#options.random.below(among.length)] as Item;
  }

  /** A number between two. */
  between(low: number, high: number): number {
    return low + (high - low) * this.#options.random.uniform();
  }

  /** The colour that a thing is called by. */
  colour(among: readonly Colour[]): Colour {
    return this.#options.chooseColour(among);
  }

  /** Paints a rectangle. */
  box(part: PartName | undefined, stretch: Stretch, look: Look): void {
    const [left, top, right, bottom] = this.#pixels(stretch);
    this.#options.canvas.fill(rectangle(left, top, right, bottom), this.#surface(part, look));
  }

  /** Paints a round body, which faces away towards its edge unless it is told to face somewhere. */
  ball(part: PartName | undefined, stretch: Stretch, look: Look): void {
    const [left, top, right, bottom] = this.#pixels(stretch);
    const [radiusX, radiusY] = [(right - left) / 2, (bottom - top) / 2];
    const [centreX, centreY] = [left + radiusX, top + radiusY];
    const normal = (x: number, y: number): Normal => {
      const [right, up] = [(x - centreX) / radiusX, (centreY - y) / radiusY];
      return [right, up, Math.sqrt(Math.max(0, 1 - right * right - up * up))];
    };
    this.#options.canvas.fill(ellipse(centreX, centreY, radiusX, radiusY), {
      ...this.#surface(part, look),
      ...(look.normal === undefined && { normal }),
    });
  }

  /** Paints a convex outline. */
  outline(part: PartName | undefined, corners: readonly (readonly [u: number, v: number])[], look: Look): void {
    const pixels = corners.map(([u, v]) => [this.#column(u), this.#row(v)] as const);
    this.#options.canvas.fill(polygon(...pixels), this.#surface(part, look));
  }

  #surface(part: PartName | undefined, { material, colour, light = 0, normal = [0, 0, 1] }: Look): Surface {
    const { left, top, depth } = this.#place;
    const [right, up, towards] = normal;
    return {
      object: this.#options.object,
      part,
      material,
      colour,
      light: light + this.#options.light,
      normal: [this.#isMirrored ? -right : right, up, towards],
      depth,
      thing: this.#options.thing,
      origin: [Math.floor(left), Math.floor(top)],
      salt: this.#salt,
    };
  }

  #pixels([left, top, right, bottom]: Stretch): Stretch {
    const columns = [this.#column(left), this.#column(right)] as const;
    return [Math.min(...columns), this.#row(top), Math.max(...columns), this.#row(bottom)];
  }

  #column(u: number): number {
    return this.#place.left + this.#place.width * (this.#isMirrored ? 1 - u : u);
  }

  #row(v: number): number {
    return this.#place.top + this.#place.height * v;
  }
}
