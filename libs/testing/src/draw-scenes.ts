import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Options of {@link drawScenes}. */
export interface DrawScenesOptions {
  /** Number of scenes. @default 6 */
  readonly count?: number;
  /** Columns of a scene, at least 32. @default 64 */
  readonly width?: number;
  /** Rows of a scene, at least 32. @default 48 */
  readonly height?: number;
  /** Seed of all chance. @default 1 */
  readonly seed?: number;
}

/** A drawn picture of which every pixel is known. */
export interface DrawnScene {
  /** Name without ending, such as `scene-003`. */
  readonly name: string;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array;
  /** Number of the object at each pixel, from {@link drawnConcepts}; never 0. */
  readonly objects: Uint16Array;
  /** Number of the part at each pixel, 0 where there is none. */
  readonly parts: Uint16Array;
  /** Thing at each pixel, counted from 1 in order of drawing; 0 for sky, grass and water. */
  readonly things: Uint16Array;
  /** Number of the kind of place, which holds for the whole picture. */
  readonly place: number;
}

/** What the numbers of drawn scenes mean. */
export const drawnConcepts = [
  { number: 1, name: 'sky', category: 'object' },
  { number: 2, name: 'grass', category: 'object' },
  { number: 3, name: 'water', category: 'object' },
  { number: 4, name: 'ball', category: 'object' },
  { number: 5, name: 'house', category: 'object' },
  { number: 6, name: 'tree', category: 'object' },
  { number: 7, name: 'roof', category: 'part' },
  { number: 8, name: 'door', category: 'part' },
  { number: 9, name: 'crown', category: 'part' },
  { number: 10, name: 'trunk', category: 'part' },
  { number: 11, name: 'meadow', category: 'scene' },
  { number: 12, name: 'shore', category: 'scene' },
] as const;

/**
 * Draws pictures of sky over grass or water with balls, houses and trees: the same seed gives the same pixels
 * everywhere.
 */
export function drawScenes({ count = 6, width = 64, height = 48, seed = 1 }: DrawScenesOptions = {}): DrawnScene[] {
  const generator = xoroshiro128plus(seed);
  const upTo = (low: number, high: number) => uniformInt(generator, low, high);
  return Array.from({ length: count }, (_, index) => {
    const canvas = new Canvas(width, height);
    const place = index % 2 === 0 ? 11 : 12;
    const horizon = upTo(Math.floor(height * 0.4), Math.floor(height * 0.6));
    canvas.fill((_x, y) => y < horizon, [110, 170, 240], 1);
    canvas.fill((_x, y) => y >= horizon, place === 11 ? [60, 150, 50] : [20, 60, 160], place === 11 ? 2 : 3);
    for (let thing = upTo(1, 3); thing > 0; thing--) {
      const size = upTo(Math.floor(height * 0.2), Math.floor(height * 0.35));
      const left = upTo(1, width - size - 2);
      const bottom = upTo(horizon + 2, height - 2);
      drawings[upTo(0, drawings.length - 1)]?.(canvas, left, bottom - size, size);
    }
    return canvas.scene(`scene-${String(index).padStart(3, '0')}`, place);
  });
}

type Rgb = readonly [red: number, green: number, blue: number];

class Canvas {
  readonly #width: number;
  readonly #height: number;
  readonly #pixels: Uint8Array;
  readonly #objects: Uint16Array;
  readonly #parts: Uint16Array;
  readonly #things: Uint16Array;
  #thing = 0;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#pixels = new Uint8Array(width * height * 3);
    [this.#objects, this.#parts, this.#things] = [
      new Uint16Array(width * height),
      new Uint16Array(width * height),
      new Uint16Array(width * height),
    ];
  }

  beginThing(): void {
    this.#thing++;
  }

  fill(inside: (x: number, y: number) => boolean, colour: Rgb, object: number, part = 0): void {
    for (let y = 0; y < this.#height; y++) {
      for (let x = 0; x < this.#width; x++) {
        if (!inside(x, y)) continue;
        const pixel = y * this.#width + x;
        // A slight pattern, so that pictures are not flat and a wrong crop or channel order shows.
        const shade = ((x * 7 + y * 13) % 11) - 5;
        colour.forEach(
          (value, channel) => (this.#pixels[3 * pixel + channel] = Math.min(255, Math.max(0, value + shade))),
        );
        this.#objects[pixel] = object;
        this.#parts[pixel] = part;
        this.#things[pixel] = this.#thing;
      }
    }
  }

  scene(name: string, place: number): DrawnScene {
    return {
      name,
      width: this.#width,
      height: this.#height,
      pixels: this.#pixels,
      objects: this.#objects,
      parts: this.#parts,
      things: this.#things,
      place,
    };
  }
}

type Drawing = (canvas: Canvas, left: number, top: number, size: number) => void;

const drawings: readonly Drawing[] = [
  function ball(canvas, left, top, size) {
    canvas.beginThing();
    const radius = size / 2;
    const x0 = left + size / 2;
    const y0 = top + size / 2;
    canvas.fill((x, y) => (x - x0) ** 2 + (y - y0) ** 2 < radius ** 2, [220, 30, 30], 4);
  },
  function house(canvas, left, top, size) {
    canvas.beginThing();
    const [eaves, middle] = [top + size / 3, left + size / 2];
    canvas.fill((x, y) => x >= left && x < left + size && y >= eaves && y < top + size, [235, 235, 235], 5);
    canvas.fill(
      (x, y) => y >= top && y < eaves && Math.abs(x - middle) <= ((y - top + 1) / (size / 3)) * (size / 2),
      [130, 70, 40],
      5,
      7,
    );
    canvas.fill(
      (x, y) => Math.abs(x - middle) < size / 8 && y >= top + 0.6 * size && y < top + size,
      [20, 20, 20],
      5,
      8,
    );
  },
  function tree(canvas, left, top, size) {
    canvas.beginThing();
    const radius = 0.35 * size;
    const x0 = left + size / 2;
    const y0 = top + 0.35 * size;
    canvas.fill((x, y) => Math.abs(x - x0) < size / 10 && y >= y0 && y < top + size, [100, 60, 30], 6, 10);
    canvas.fill((x, y) => (x - x0) ** 2 + (y - y0) ** 2 < radius ** 2, [20, 90, 20], 6, 9);
  },
];
