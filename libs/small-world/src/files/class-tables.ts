import { imageSide } from '../halve-drawing.ts';
import { numberOf, worldNames } from '../vocabulary.ts';
import type { FolderFiles, Layout, NamedScene } from './layout.ts';

/** What images are classified by; the tables `classes/NAME.csv` list image, label and split. */
const classTables: Readonly<Record<'scenes' | 'things' | 'presence' | 'colours', ClassesOf>> = {
  scenes: ({ scene }) => [scene],
  things: (scene) => largestThing(scene)?.name ?? [],
  presence: ({ things }) => [...new Set(things.map(({ name }) => name))].sort(),
  colours: ({ planes }) => largeColours(planes.color),
};

/** Classes of a scene; of things none where none is seen, and the image is not listed then. */
type ClassesOf = (scene: NamedScene) => string | readonly string[];

/** Tables of classes of whole images: kind of place, largest thing, things that are seen, colours of a twentieth of the pixels or more. */
export function classTablesLayout(files: FolderFiles): Layout {
  const names = Object.keys(classTables) as (keyof typeof classTables)[];
  const rows = new Map(names.map((name) => [name, [] as (readonly string[])[]]));
  return {
    add(scene) {
      for (const name of names) {
        const classes = [classTables[name](scene)].flat();
        if (classes.length > 0 || name !== 'things')
          rows.get(name)?.push([`${scene.name}.png`, classes.join('|'), scene.part]);
      }
    },
    finish() {
      for (const [name, listed] of rows) files.csv(`classes/${name}.csv`, ['image', 'label', 'split'], listed);
    },
  };
}

function largestThing({ things }: NamedScene): NamedScene['things'][number] | undefined {
  return things.reduce<NamedScene['things'][number] | undefined>(
    (largest, thing) => (largest === undefined || thing.pixels > largest.pixels ? thing : largest),
    undefined,
  );
}

/** Pixels of a colour from which on it is one of the image: a twentieth of all. */
const largePixels = Math.ceil((imageSide * imageSide) / 20);

/** Colours that much of an image has. */
function largeColours(plane: Uint8Array): readonly string[] {
  return worldNames.color.filter((name) => {
    const number = numberOf('color', name);
    return plane.filter((colour) => colour === number).length >= largePixels;
  });
}
