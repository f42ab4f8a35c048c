import path from 'node:path';
import { InputError } from '@intermodel/streams';
import { publishedScoreColumns, score, tasks, type ScoreColumn } from './score-columns.ts';

/** Columns of a table that are scores, and the headings of those that are not. */
export interface RecognisedColumns {
  /** Score columns with their places. */
  readonly present: readonly { readonly described: ScoreColumn; readonly index: number }[];
  /** Headings of columns that are passed over, but for those that only count rows. */
  readonly passedOver: readonly string[];
}

/**
 * Finds the score columns of a wide table as they are published: the 36 of Ericsson, Gouk, Hospedales 2021; top-1 and
 * top-5 of timm, whose data set stands in the name of the file (`results-imagenet-a.csv`; ImageNet in others); the
 * linear, fine-tuned and nearest-neighbour scores of lightly on ImageNet; the 19 tasks of VTAB and their means.
 * Headings are told apart by their letters and digits alone. Those that may mean something else, such as `top1` or
 * `Pets`, are only taken beside others of the same kind of table: any of timm's, and one that only VTAB has.
 *
 * @param file path of the table
 * @param headings names of its columns
 * @param model place of the column of models
 * @throws InputError `SCORE_COLUMN_TWICE` for two columns of one meaning.
 */
export function recogniseColumns(file: string, headings: readonly string[], model: number): RecognisedColumns {
  const keys = headings.map(keyOf);
  const all = new Set(keys);
  const meanings = new Map<string, ScoreColumn>();
  for (const { applies, columns } of kindsOfTables) {
    if (!applies(all)) continue;
    for (const [key, described] of columns(file, all)) meanings.set(key, described);
  }
  const taken = new Map<string, number>();
  const present = headings.flatMap((heading, index) => {
    const described = index === model ? undefined : meanings.get(keys[index] ?? '');
    if (described === undefined) return [];
    const other = taken.get(described.column);
    // A heading that stands twice as it is was always read where it stands first.
    if (other !== undefined && headings[other] === heading) return [];
    if (other !== undefined)
      throw new InputError(
        'SCORE_COLUMN_TWICE',
        `the columns "${headings[other] ?? ''}" and "${heading}" have one meaning: ${described.dataset}, ${described.metric}`,
        {
          file,
          line: 1,
          column: heading,
          expected: 'one column for each score',
          hint: 'Remove one of the two, or say what the columns mean: `scoreColumns`.',
        },
      );
    taken.set(described.column, index);
    return [{ described, index }];
  });
  const used = new Set([model, ...present.map(({ index }) => index)]);
  return { present, passedOver: headings.filter((heading, index) => !used.has(index) && !isRowCount(heading)) };
}

/** Whether a column only counts rows, as pandas writes it. */
function isRowCount(heading: string): boolean {
  return heading.trim() === '' || heading.startsWith('Unnamed: ');
}

/** Letters and digits of a heading, in lower case: `Top-1 (%)` and `top1` are one. */
export function keyOf(heading: string): string {
  return heading
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

interface KindOfTable {
  /** Whether a table with headings of these keys is of this kind. */
  readonly applies: (keys: ReadonlySet<string>) => boolean;
  /** Meanings of its columns by key. */
  readonly columns: (
    file: string,
    keys: ReadonlySet<string>,
  ) => Iterable<readonly [key: string, described: ScoreColumn]>;
}

const published: KindOfTable = {
  applies: () => true,
  columns: () => publishedScoreColumns.map((described) => [keyOf(described.column), described] as const),
};

/** Data sets of timm's tables by what their files are named after. */
const timmDatasets: Readonly<Record<string, string>> = {
  'imagenet-a': 'ImageNet-A',
  'imagenet-a-clean': 'ImageNet-A, clean',
  'imagenet-r': 'ImageNet-R',
  'imagenet-r-clean': 'ImageNet-R, clean',
  'imagenet-real': 'ImageNet ReaL',
  'imagenetv2-matched-frequency': 'ImageNetV2',
  'inv2-matched-frequency': 'ImageNetV2',
  sketch: 'ImageNet-Sketch',
};

const timm: KindOfTable = {
  applies: (keys) =>
    ['top1err', 'top5err', 'paramcount', 'imgsize', 'croppct', 'croptpct', 'interpolation'].some((key) =>
      keys.has(key),
    ),
  columns: (file, keys) => {
    const name = /^results-(?<name>.+)$/u.exec(path.parse(file).name)?.groups?.['name'] ?? '';
    const dataset = Object.hasOwn(timmDatasets, name) ? timmDatasets[name] : undefined;
    return [1, 5].flatMap((k) => {
      const heading = `${dataset === undefined ? '' : `${name}/`}top${String(k)}`;
      const [task, on] = ['image classification', dataset ?? 'ImageNet'];
      const key = `top${String(k)}`;
      // Errors are 100 less the accuracies beside them: as a second score they would only be a second test.
      return keys.has(key)
        ? [[key, score(heading, task, on, `top-${String(k)} accuracy`)] as const]
        : [[`${key}err`, score(`${heading}_err`, task, on, `top-${String(k)} error`)] as const];
    });
  },
};

const lightly: KindOfTable = {
  applies: () => true,
  columns: () =>
    [
      ['Linear', tasks.manyShot],
      ['Finetune', 'fine-tuned classification'],
      ['kNN', 'nearest-neighbour classification'],
    ].flatMap(([heading = '', task = '']) =>
      [1, 5].map((k) => {
        const column = `${heading} Top${String(k)}`;
        return [keyOf(column), score(column, task, 'ImageNet', `top-${String(k)} accuracy`)] as const;
      }),
    ),
};

/** Tasks of VTAB (Zhai et al. 2019) by group, each with the keys that it goes by, and whether only VTAB has them. */
const vtabTasks: Readonly<Record<string, readonly (readonly [dataset: string, keys: string, isOwn: boolean])[]>> = {
  natural: [
    ['Caltech101', 'caltech101 caltech', false],
    ['CIFAR-100', 'cifar100 cifar', false],
    ['DTD', 'dtd', false],
    ['Flowers102', 'flowers102 flowers oxfordflowers102 oxfordflowers flower102', false],
    ['Pets', 'pets pet oxfordpets oxfordpet oxfordiiitpet', false],
    ['SVHN', 'svhn', false],
    ['Sun397', 'sun397', false],
  ],
  specialized: [
    ['Camelyon', 'camelyon patchcamelyon pcam', true],
    ['EuroSAT', 'eurosat', false],
    ['Resisc45', 'resisc45', true],
    ['Retinopathy', 'retinopathy diabeticretinopathy', true],
  ],
  structured: [
    ['Clevr-Count', 'clevrcount clevrcountall', true],
    ['Clevr-Dist', 'clevrdist clevrdistance clevrclosestobjectdistance', true],
    ['DMLab', 'dmlab', true],
    ['KITTI-Dist', 'kittidist kittidistance kitticlosestvehicledistance', true],
    ['dSpr-Loc', 'dsprloc dspritesloc dspriteslocation dspriteslabelxposition', true],
    ['dSpr-Ori', 'dsprori dspritesori dspritesorient dspritesorientation dspriteslabelorientation', true],
    ['sNORB-Azim', 'snorbazim snorbazimuth smallnorbazim smallnorbazimuth smallnorblabelazimuth', true],
    ['sNORB-Elev', 'snorbelev snorbele snorbelevation smallnorbelev smallnorbelevation smallnorblabelelevation', true],
  ],
};

const vtabGroups: readonly (readonly [group: string, keys: string])[] = [
  ['natural', 'natural naturalmean meannatural'],
  ['specialized', 'specialized specialised specializedmean meanspecialized'],
  ['structured', 'structured structuredmean meanstructured'],
];

const vtab: KindOfTable = {
  applies: (keys) =>
    Object.values(vtabTasks).some((some) =>
      some.some(([, own, isOwn]) => own.split(' ').some((key) => (isOwn && keys.has(key)) || keys.has(`vtab${key}`))),
    ),
  columns: () => {
    const meanings = Object.entries(vtabTasks).flatMap(([group, some]) =>
      some.map(([dataset, keys]) => [keys, score(`VTAB ${dataset}`, `VTAB ${group}`, dataset, 'accuracy')] as const),
    );
    const means = vtabGroups.map(
      ([group, keys]) => [keys, score(`VTAB ${group}`, `VTAB ${group}`, 'average', 'accuracy')] as const,
    );
    const overall = [
      'mean average avg overall overallmean all',
      score('VTAB mean', 'VTAB', 'average', 'accuracy'),
    ] as const;
    return [...meanings, ...means, overall].flatMap(([keys, described]) =>
      keys.split(' ').flatMap((key) => [[key, described] as const, [`vtab${key}`, described] as const]),
    );
  },
};

const kindsOfTables: readonly KindOfTable[] = [published, timm, lightly, vtab];
