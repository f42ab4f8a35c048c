import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { programVersion } from '@intermodel/steps';
import { InputError, manifestFile, stageFolder } from '@intermodel/streams';
import { drawScene } from '../draw-scene.ts';
import { checkNuisances, nuisanceText, type Nuisance } from '../nuisances.ts';
import { brodenLayout } from './broden-layout.ts';
import { classTablesLayout } from './class-tables.ts';
import { cocoLayout } from './coco-layout.ts';
import { geometryLayout } from './geometry-layout.ts';
import { FolderFiles, type Layout, type WorldPart } from './layout.ts';
import { plainLayout } from './plain-layout.ts';

/** Layouts of files by name. */
const layouts = {
  plain: (files: FolderFiles): readonly Layout[] => [plainLayout(files), classTablesLayout(files)],
  geometry: (files: FolderFiles): readonly Layout[] => [geometryLayout(files)],
  coco: (files: FolderFiles): readonly Layout[] => [cocoLayout(files)],
  broden: (files: FolderFiles): readonly Layout[] => [brodenLayout(files)],
} as const;

/** Name of a layout. The images of `geometry` and `coco` are those of `plain`, which is always written. */
export type WorldLayout = keyof typeof layouts;

/** Names of the layouts. */
export const worldLayouts = Object.keys(layouts) as readonly WorldLayout[];

/** What a world is drawn from. */
export interface WorldOptions {
  /** Number of images, 10 to 100,000. @default 2,000 */
  readonly images?: number;
  /** Seed, a whole number from 0. @default 0 */
  readonly seed?: number;
  /** What is planted to go together. @default nothing */
  readonly nuisances?: readonly Nuisance[];
  /** Layouts besides `plain`. @default all */
  readonly layouts?: readonly WorldLayout[];
}

/** Defaults of {@link WorldOptions}. */
export const worldDefaults = {
  images: 2_000,
  seed: 0,
  nuisances: [],
  layouts: worldLayouts,
} as const satisfies Required<WorldOptions>;

/** Fewest and most images of a world. */
const worldImageLimits = { least: 10, most: 100_000 } as const;

/** Changes whenever the same options draw other files. */
const worldVersion = 1;

/** Options of {@link writeWorld}. */
export interface WriteWorldOptions extends WorldOptions {
  /** Told after each image how many of all are drawn. */
  readonly onImage?: (done: number, images: number) => void;
  /** Stops the drawing, after which nothing is left of it. */
  readonly signal?: AbortSignal;
}

/**
 * Draws a world into a folder, which appears whole or not at all: an earlier world there is replaced, and left as it is
 * where it is the same. Of ten images, seven are for training, one for validation and two for the test.
 *
 * @param folder where it appears
 * @param options number of images, seed, nuisances, layouts
 * @returns whether it was drawn; false where it stood there already
 * @throws InputError `OPTION_VALUE`, `OUTPUT_NOT_EMPTY`, `OUTPUT_NOT_A_FOLDER`; MachineError `WRITE_FAILED`.
 */
export async function writeWorld(folder: string, options: WriteWorldOptions = {}): Promise<boolean> {
  const { onImage, signal, ...others } = options;
  const { images, seed, nuisances, layouts: wanted } = { ...worldDefaults, ...others };
  const { least, most } = worldImageLimits;
  checkWhole('number of images', images, least, most);
  checkWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER - 1);
  checkNuisances(nuisances);
  const chosen = worldLayouts.filter((name) => name === 'plain' || wanted.includes(name));
  const made = { images, seed, nuisances: nuisances.map(nuisanceText), layouts: chosen, version: worldVersion };
  const manifest = `${JSON.stringify({ program: `intermodel ${programVersion}`, world: made }, undefined, 2)}\n`;
  if (standsThere(folder, manifest, images, chosen)) return false;
  const staged = stageFolder(folder);
  try {
    const files = new FolderFiles(staged.path);
    const writers = chosen.flatMap((name) => layouts[name](files));
    for (let image = 0; image < images; image++) {
      const scene = { ...drawScene({ seed, image, nuisances }), name: nameOf(image), part: partOf(image) };
      for (const { add } of writers) add(scene);
      onImage?.(image + 1, images);
      // A program that is told to stop hears of it between images.
      if (image % 16 === 15) await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
    for (const { finish } of writers) finish();
    files.write(manifestFile, manifest);
    staged.commit();
    return true;
  } catch (cause) {
    staged.discard();
    throw cause;
  }
}

/** Name of the files of an image. */
function nameOf(image: number): string {
  return String(image).padStart(6, '0');
}

function partOf(image: number): WorldPart {
  return image % 10 < 7 ? 'train' : image % 10 === 7 ? 'val' : 'test';
}

/** Whether a folder is the same world, with all its images. */
function standsThere(folder: string, manifest: string, images: number, chosen: readonly WorldLayout[]): boolean {
  const count = (name: string) => readdirSync(path.join(folder, name)).length;
  try {
    return (
      readFileSync(path.join(folder, manifestFile), 'utf8') === manifest &&
      ['images', 'labels'].every((name) => count(name) === images) &&
      (!chosen.includes('geometry') || ['normals', 'depth'].every((name) => count(name) === images)) &&
      (!chosen.includes('broden') || count('broden/images') > images)
    );
  } catch {
    return false;
  }
}

function checkWhole(what: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new InputError('OPTION_VALUE', `${String(value)} is no ${what} of a world`, {
    expected: `a whole number from ${String(least)} to ${String(most)}`,
    hint: 'Give another number.',
  });
}
