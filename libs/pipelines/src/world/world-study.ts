/** A model of the study of the small world. */
export interface WorldModel {
  /** Name in the study. */
  readonly name: string;
  /** Path of its file, from the folder of the study. */
  readonly file: string;
  /** Declared preprocessing. */
  readonly input: 'zero-one' | 'imagenet';
  /** What is to be known of it. */
  readonly note: string;
  /** Whether the embedding is fitted without it. */
  readonly isExcluded?: boolean;
}

/** What the study of a small world is written from. */
export interface WorldStudyOptions {
  /** Images of the world that is dissected. */
  readonly images: number;
  /** Seed of the world. */
  readonly seed: number;
  /** What was planted, in words. */
  readonly planted: readonly string[];
  /** Models. */
  readonly models: readonly WorldModel[];
}

/** Folders of the study, by what they hold. */
export const worldFolders = {
  /** The images that are dissected and classified. */
  scenes: 'scenes',
  /** Further scenes, in which things are found and surfaces are measured. */
  grids: 'more-scenes',
  /** Networks. */
  models: 'models',
  /** What the run writes. */
  study: 'study',
} as const;

/** Fewest images of which 5 kinds of things have as many as an episode takes. */
const fewShotImages = 300;

/** The study file (YAML) of a small world, with what a reader should know beside each choice. */
export function worldStudy({ images, seed, planted, models }: WorldStudyOptions): string {
  const { scenes, grids } = worldFolders;
  const number = images.toLocaleString('en-US');
  const width = Math.max(...models.map(({ name }) => name.length)) + 1;
  const left = models.filter(({ isExcluded }) => isExcluded === true).map(({ name }) => name);
  // An embedding is of two models at least.
  const excluded = models.length - left.length < 2 ? [] : left;
  const lines = [
    `# A whole study of a small world of drawn scenes, in which all that is to be found is known.`,
    `# Made by "intermodel world --run", which writes it anew: copy it before you change it.`,
    `# Run it with: intermodel run study.yaml --out ${worldFolders.study}`,
    `title: What networks see in a small world`,
    `abstract: >-`,
    `  ${number} scenes were drawn (seed ${String(seed)}), each with exact labels of objects, parts, materials and colours.`,
    `  ${String(models.length)} small networks, trained in different ways on other scenes of this world, planted by hand, or untrained, are`,
    `  dissected and scored on tasks of it. The page docs/small-world.md of intermodel tells how each was trained.`,
    ...(planted.length === 0 ? [] : [`  Planted to go together: ${planted.join(', ')}.`]),
    '',
    `data:`,
    `  root: ${scenes} # images/, labels/ (planes of objects, parts, materials, colours), labels.csv, image-labels.csv`,
    `  labelGrid: { width: 32, height: 32 }`,
    '',
    `models:`,
    ...models.map(
      ({ name, file, input, note }) =>
        `  - { name: ${`${name},`.padEnd(width)} file: ${file}, input: ${input} } # ${note}`,
    ),
    '',
    `tasks:`,
    `  # Images that are dissected: their features come out of the same pass.`,
    `  - { name: places, format: class-csv, annotations: ${scenes}/classes/scenes.csv, kinds: [many-shot] }`,
    `  - { name: colours, format: class-csv, annotations: ${scenes}/classes/colours.csv, kinds: [many-shot] }`,
    ...(images < fewShotImages
      ? []
      : [
          `  - { name: things, format: class-csv, annotations: ${scenes}/classes/things.csv, kinds: [few-shot], shots: [1, 5], episodes: 200 }`,
        ]),
    `  # Grids of features are larger: fewer scenes.`,
    `  - { name: boxes, format: coco-boxes, root: ${grids}, cells: 2000 }`,
    `  - { name: surfaces, format: normals, root: ${grids} }`,
    '',
    `runtime: { imagesPerShard: 128 }`,
    '',
    ...(excluded.length > 0 ? [`embedding:`, `  exclude: [${excluded.join(', ')}]`, ''] : []),
  ];
  return lines.join('\n');
}
