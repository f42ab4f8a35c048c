import { datasetFormats, mostLabelCells, type DatasetFormatName } from '@intermodel/data-loading';
import type { DataContent, SegmenterContent } from './study-content.ts';
import { defaultsOf } from './options/option-defaults.ts';
import type { Finding } from './study-problems.ts';

/** Option of a reader of data sets; the encoding is that of all text, whichever reader takes it. */
type ReaderOption = Exclude<(typeof datasetFormats)[DatasetFormatName]['options'][number], 'encoding'>;

/** Options that some readers of data sets know and others do not. */
export const readerOptions: readonly ReaderOption[] = [
  ...new Set(Object.values(datasetFormats).flatMap<ReaderOption | 'encoding'>(({ options }) => options)),
].filter((option) => option !== 'encoding');

/** Paths that name images and labels one by one; the first three must be there then. */
const singlePaths = ['images', 'labels', 'labelNames', 'imageLabels'] as const;

/** Checks that a study says where images and labels are in one way, and gives a format only options that it knows. */
export function checkData(data: DataContent): readonly Finding[] {
  const format = data.format ?? defaultsOf('data').format;
  return [
    ...checkPlace(data, format),
    ...checkGrid(data),
    ...readerOptions.flatMap((key) => checkOption(data, format, key)),
  ];
}

/** What lies on the grid is held for several images and all units at a time. */
function checkGrid({ labelGrid: { width, height } = { width: 1, height: 1 } }: DataContent): readonly Finding[] {
  if (width * height <= mostLabelCells) return [];
  return [
    {
      path: ['data', 'labelGrid'],
      problem: `a grid of ${String(width)} x ${String(height)} has ${String(width * height)} cells`,
      expected: `at most ${String(mostLabelCells)} cells, such as 1024 x 1024`,
      hint: 'Compare labels and activations on a smaller grid: a quarter of the input is usual.',
    },
  ];
}

function checkPlace(data: DataContent, format: DatasetFormatName): readonly Finding[] {
  if (data.segmenters !== undefined) return checkSegmenters(data, data.segmenters, format);
  const given = singlePaths.filter((key) => data[key] !== undefined);
  if (format !== 'plain' && data.root === undefined)
    return [
      {
        path: ['data'],
        problem: '`data.root` is missing',
        expected: `the folder of a data set in the layout ${datasetFormats[format].title}`,
        hint: 'Add `data.root`.',
      },
    ];
  if (data.root !== undefined)
    return given.map((key) => ({
      path: ['data', key],
      problem: `\`data.${key}\` stands beside \`data.root\``,
      expected: 'either `data.root`, or `data.images`, `data.labels` and `data.labelNames`',
      hint:
        format === 'plain'
          ? 'Remove one of the two.'
          : `Remove it: the format ${format} says itself where its files are.`,
    }));
  return singlePaths
    .slice(0, 3)
    .filter((key) => data[key] === undefined)
    .map((key) => ({
      path: ['data'],
      problem: `\`data.${key}\` is missing`,
      expected: '`data.images`, `data.labels` and `data.labelNames`, or `data.root`',
      hint: `Add \`data.${key}\`.`,
    }));
}

/** Segmenters label the images of a folder, so that nothing else may say what labels there are. */
function checkSegmenters(
  data: DataContent,
  segmenters: readonly SegmenterContent[],
  format: DatasetFormatName,
): readonly Finding[] {
  const others = ['root', ...singlePaths.slice(1), 'reducedZero', 'imageSuffix', 'labelSuffix'] as const;
  return [
    ...(data.images === undefined
      ? [
          {
            path: ['data'],
            problem: '`data.images` is missing',
            expected: 'the folder of images that the segmenters label',
            hint: 'Add `data.images`.',
          },
        ]
      : []),
    ...(format === 'plain'
      ? []
      : [
          {
            path: ['data', 'format'],
            problem: `the format ${format} brings labels of its own`,
            expected: 'labels from segmenters, or from files',
            hint: 'Remove one of the two.',
          },
        ]),
    ...others
      .filter((key) => data[key] !== undefined)
      .map((key) => ({
        path: ['data', key],
        problem: `\`data.${key}\` stands beside \`data.segmenters\``,
        expected: 'labels from segmenters, or from files',
        hint: 'Remove one of the two.',
      })),
    ...segmenters.flatMap((segmenter, index): Finding[] => {
      const { preset, heads, tensors, labels } = segmenter;
      return [
        ...checkModel(index, segmenter),
        ...((preset === undefined) === (heads === undefined)
          ? [
              {
                path: ['data', 'segmenters', index],
                problem:
                  preset === undefined
                    ? 'neither "preset" nor "heads" is given'
                    : 'both "preset" and "heads" are given',
                expected: 'one of the two',
                hint: 'Name a usual export, or describe the heads.',
              },
            ]
          : []),
        ...(preset === undefined && tensors !== undefined
          ? [
              {
                path: ['data', 'segmenters', index, 'tensors'],
                problem: '"tensors" stands without "preset"',
                expected: 'a tensor in each head',
                hint: 'Name the tensor in the head.',
              },
            ]
          : []),
        ...(labels === undefined || preset === 'unified-parsing' || preset === 'dissect-2020'
          ? []
          : [
              {
                path: ['data', 'segmenters', index, 'labels'],
                problem: '"labels" is for the presets unified-parsing and dissect-2020',
                expected: 'classes in each head',
                hint: 'Leave `data.segmenters[].labels` out.',
              },
            ]),
      ];
    }),
  ];
}

/** Where a segmentation model comes from, and what its preset knows. */
function checkModel(
  index: number,
  { file, checkpoint, preset, labels, input, anyWidth, tensors }: SegmenterContent,
): readonly Finding[] {
  const isPublished = preset === 'dissect-2020';
  const at = (problem: string, expected: string, hint: string, key?: string): Finding => ({
    path: ['data', 'segmenters', index, ...(key === undefined ? [] : [key])],
    problem,
    expected,
    hint,
  });
  const [other] = Object.entries({ tensors, input }).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return [
    ...((file === undefined) === (checkpoint === undefined)
      ? [
          at(
            file === undefined ? 'neither "file" nor "checkpoint" is given' : 'both "file" and "checkpoint" are given',
            'one of the two',
            'Name the ONNX file, or for dissect-2020 the checkpoints.',
          ),
        ]
      : []),
    ...(checkpoint !== undefined && !isPublished
      ? [at('"checkpoint" is for the preset dissect-2020', 'an ONNX file', 'Name one in "file".', 'checkpoint')]
      : []),
    ...(anyWidth !== undefined && checkpoint === undefined
      ? [at('"anyWidth" is for checkpoints', 'a "checkpoint" beside it', 'Leave it out.', 'anyWidth')]
      : []),
    ...(isPublished && labels === undefined
      ? [
          at(
            '"labels" is missing',
            'the labels.json that each network was published with',
            'Add `data.segmenters[].labels`.',
          ),
        ]
      : []),
    ...(isPublished && other !== undefined
      ? [at(`"${other}" is said by the preset dissect-2020`, 'nothing of it', 'Leave it out.', other)]
      : []),
    ...(preset === 'unified-parsing' && typeof labels === 'object' && labels.length > 1
      ? [at('several files are named', 'one labels.json of unified-parsing', 'Name one.', 'labels')]
      : []),
  ];
}

function checkOption(data: DataContent, format: DatasetFormatName, key: ReaderOption): readonly Finding[] {
  const known: readonly string[] = datasetFormats[format].options;
  return data[key] === undefined || known.includes(key)
    ? []
    : [
        {
          path: ['data', key],
          problem: `the format "${format}" has no option "${key}"`,
          hint:
            known.length === 0
              ? 'This format has no options of its own.'
              : `Options of this format: ${known.map((each) => `\`data.${each}\``).join(', ')}.`,
        },
      ];
}
