import { readModel } from '@intermodel/onnx';
import { InputError, suggestName } from '@intermodel/streams';
import { readJson } from '../formats/json-file.ts';
import { vocClasses } from '../formats/read-voc.ts';
import { readCsvRecords, wholeNumber } from '../labels/csv-records.ts';
import type { ReadCsvOptions } from '../tables/csv-table.ts';
import { ade20kChallengeNames } from './ade20k-names.ts';
import { parsingNumbers } from './parsing-numbers.ts';
import { noneName, ownersByNumber, parsingLabels } from './segmenter-labels.ts';
import type { SegmenterClass, SegmenterHead, SegmenterInput } from './segmenter.ts';

/** What a preset needs to be told. */
export interface SegmenterPresetOptions {
  /** ONNX file. */
  readonly file: string;
  /**
   * Tensors of the heads, in the order of the preset.
   *
   * @default the model's one output, or of several `logits` or `out`; `object`, `material`, `part` for unified-parsing
   */
  readonly tensors?: readonly string[];
  /** `labels.json` of the unified-parsing network: object, part, material, object_part. */
  readonly labels?: string;
}

/** A preset with everything but the file: input and heads. */
export interface PresetParts {
  /** How images become the input. */
  readonly input: SegmenterInput;
  /** Outputs. */
  readonly heads: readonly SegmenterHead[];
}

const imagenet = {
  filter: 'bilinear',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/**
 * Inputs of the presets, for exports that leave the size of images free. The bytes of unified parsing are in order
 * blue, green, red, with its training set's mean subtracted.
 */
export const segmenterPresets = {
  'ade20k-150': { ...imagenet, height: 512, width: 512 },
  'voc-21': { ...imagenet, height: 520, width: 520 },
  'unified-parsing': {
    filter: 'bilinear',
    channels: 'bgr',
    scale: 1,
    mean: [102.9801, 115.9465, 122.7717],
    std: [1, 1, 1],
    height: 256,
    width: 256,
  },
} as const satisfies Readonly<Record<string, SegmenterInput>>;

/** Name of a usual export of a segmentation model. */
export type SegmenterExportName = keyof typeof segmenterPresets;

/** Name of a preset of segmentation models: of an export, or the networks of the published study (`dissect2020Heads`). */
export type SegmenterPresetName = SegmenterExportName | 'dissect-2020';

/** Names of all presets. */
export const segmenterPresetNames: Readonly<Record<SegmenterPresetName, true>> = {
  'ade20k-150': true,
  'voc-21': true,
  'unified-parsing': true,
  'dissect-2020': true,
};

/**
 * Gives input and heads of a usual export: `ade20k-150` (SegFormer, UPerNet, DeepLab on the scene parsing challenge),
 * `voc-21` (background and the 20 classes of Pascal VOC), `unified-parsing` (objects, materials, and parts inside their
 * objects, numbered as in the published study).
 *
 * @throws InputError `SEGMENTER_OUTPUTS`, `SEGMENTER_LABELS`, `JSON_BROKEN`, `JSON_SHAPE`, and those of {@link
 *   readModel}.
 */
export async function segmenterPreset(
  name: SegmenterExportName,
  options: SegmenterPresetOptions,
): Promise<PresetParts> {
  const heads = name === 'unified-parsing' ? await unifiedParsingHeads(options) : [oneHead(name, options)];
  return { input: { ...segmenterPresets[name], ...fixedSize(options.file) }, heads };
}

function oneHead(name: 'ade20k-150' | 'voc-21', { file, tensors }: SegmenterPresetOptions): SegmenterHead {
  const [tensor = ''] = tensors ?? [mainOutput(file)];
  // The background of Pascal VOC is its first class; the scene parsing challenge has none.
  const classes =
    name === 'voc-21'
      ? vocClasses.map((label, index) => ({ index: index + 1, name: label }))
      : ade20kChallengeNames.map((label, index) => ({ index, name: label }));
  return { tensor, category: 'object', channels: name === 'voc-21' ? 21 : 150, classes };
}

/** Size of the images that a model takes, where its file fixes it. */
export function fixedSize(file: string): { readonly height: number; readonly width: number } | undefined {
  const { inputs, initializers } = readModel(file).graph;
  const constants = new Set(initializers.map(({ name }) => name));
  const dims = inputs.find(({ name }) => !constants.has(name))?.type?.dims ?? [];
  const [height, width] = dims[3] === 3 && dims[1] !== 3 ? [dims[1], dims[2]] : [dims[2], dims[3]];
  return typeof height === 'number' && typeof width === 'number' && height > 0 && width > 0
    ? { height, width }
    : undefined;
}

/**
 * Reads the classes of a head: a CSV file with the columns `index` (channel, from 0) and `name`, and if there are any
 * `category` and `threshold`.
 *
 * @throws InputError `COLUMN_MISSING`, `NOT_A_WHOLE_NUMBER`, `NOT_A_NUMBER`, `LABEL_NUMBER_TWICE`, with file and line.
 */
export async function readSegmenterClasses(file: string, options: ReadCsvOptions = {}): Promise<SegmenterClass[]> {
  const seen = new Set<number>();
  return (await readCsvRecords(file, ['index', 'name'], ['category', 'threshold'], options)).map(({ cells, line }) => {
    const index = wholeNumber(cells.index, file, line, 'index');
    if (seen.has(index))
      throw new InputError('LABEL_NUMBER_TWICE', `class ${String(index)} is given twice`, {
        file,
        line,
        column: 'index',
        hint: 'Keep one of the two rows.',
      });
    seen.add(index);
    const threshold = Number(cells.threshold);
    if (!Number.isFinite(threshold))
      throw new InputError('NOT_A_NUMBER', `"${cells.threshold}" is no number`, {
        file,
        line,
        column: 'threshold',
        hint: 'Correct the cell, or leave it empty.',
      });
    return {
      index,
      name: cells.name,
      ...(cells.category === '' ? {} : { category: cells.category }),
      ...(cells.threshold === '' ? {} : { threshold }),
    };
  });
}

/**
 * Gives the classes of a head their owners: a CSV file with the columns `owner` and `part`, names of the owning head's
 * and of this one's classes. Classes that it does not name belong everywhere.
 *
 * @throws InputError `CONCEPT_UNKNOWN` for a name that no class has, with the line.
 */
export async function readOwners(
  file: string,
  classes: readonly SegmenterClass[],
  owning: readonly SegmenterClass[],
  options: ReadCsvOptions = {},
): Promise<SegmenterClass[]> {
  const owners = new Map<string, number[]>();
  for (const { cells, line } of await readCsvRecords(file, ['owner', 'part'], [], options)) {
    const found = owning.filter(({ name }) => name === cells.owner).map(({ index }) => index);
    if (found.length === 0)
      throw new InputError('CONCEPT_UNKNOWN', `no class of the owning head is named "${cells.owner}"`, {
        file,
        line,
        column: 'owner',
        hint: suggestName(
          cells.owner,
          owning.map(({ name }) => name),
        ),
      });
    if (!classes.some(({ name }) => name === cells.part))
      throw new InputError('CONCEPT_UNKNOWN', `no class of this head is named "${cells.part}"`, {
        file,
        line,
        column: 'part',
        hint: suggestName(
          cells.part,
          classes.map(({ name }) => name),
        ),
      });
    owners.set(cells.part, [...(owners.get(cells.part) ?? []), ...found]);
  }
  return classes.map((one) => {
    const own = owners.get(one.name);
    return own === undefined ? one : { ...one, owners: own };
  });
}

async function unifiedParsingHeads({
  file,
  labels,
  tensors = ['object', 'material', 'part'],
}: SegmenterPresetOptions): Promise<SegmenterHead[]> {
  if (labels === undefined)
    throw new InputError('SEGMENTER_LABELS', 'the preset unified-parsing needs the names of its classes', {
      file,
      expected: 'the file labels.json that the network was published with',
      hint: 'Name it with "labels".',
    });
  if (tensors.length !== 3)
    throw new InputError('SEGMENTER_OUTPUTS', `${String(tensors.length)} tensors are named`, {
      file,
      expected: 'three: objects, materials, parts',
      hint: 'Name the three outputs of the export in this order.',
    });
  const names = parsingLabels(await readJson(labels), labels);
  const { objects, materials } = names;
  const [objectTensor = '', materialTensor = '', partTensor = ''] = tensors;
  const { firstMaterial, numberOfPart } = parsingNumbers(names);
  const parts = ownersByNumber(names).flatMap(({ object, parts: own }) => own.map((name) => ({ name, owner: object })));
  return [
    {
      tensor: objectTensor,
      category: 'object',
      channels: objects.length,
      classes: objects.flatMap((name, index) => (index === 0 ? [] : [{ index, name, number: index }])),
    },
    {
      tensor: materialTensor,
      category: 'material',
      channels: materials.length,
      classes: materials.flatMap((name, index) =>
        index === 0 ? [] : [{ index, name, number: firstMaterial + index - 1 }],
      ),
    },
    {
      tensor: partTensor,
      category: 'part',
      channels: parts.length,
      ownedBy: objectTensor,
      classes: parts.flatMap(({ name, owner }, index) =>
        name === noneName ? [] : [{ index, name, owners: [owner], ...numberOfPart(name) }],
      ),
    },
  ];
}

/** Names that exporters give to the logits, where a model has auxiliary outputs too. */
const usualOutputs: readonly string[] = ['logits', 'out'];

/**
 * The output of a model that holds the values of its classes. @throws InputError `SEGMENTER_OUTPUTS` where that is
 * open.
 */
export function mainOutput(file: string): string {
  const outputs = readModel(file).graph.outputs.map(({ name }) => name);
  const main = outputs.length === 1 ? outputs[0] : usualOutputs.find((name) => outputs.includes(name));
  if (main === undefined)
    throw new InputError(
      'SEGMENTER_OUTPUTS',
      `the model has ${String(outputs.length)} outputs: ${outputs.join(', ')}`,
      { file, expected: 'the tensor with the values of the classes', hint: 'Name the tensor.' },
    );
  return main;
}
