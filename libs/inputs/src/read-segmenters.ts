import path from 'node:path';
import { resolvePreprocessing, type Preprocessing } from '@intermodel/activation-streaming';
import {
  dissect2020Heads,
  dissect2020Input,
  fixedSize,
  readOwners,
  readSegmenterClasses,
  readSegmenterLabels,
  segmenterPreset,
  type Segmenter,
  type SegmenterHead,
  type SegmenterLabels,
} from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';
import type { StudyData, StudySegmenter } from '@intermodel/studies';
import { openSegmenters } from './open-segmenters.ts';

/**
 * Reads the segmentation models of a study: heads and inputs of exports, and the networks of the published study from
 * their checkpoints, of which one entry can name two.
 *
 * @throws InputError of the presets and readers, `SEGMENTER_LABELS`.
 */
export async function readSegmenters(
  described: readonly StudySegmenter[],
  encoding: StudyData['encoding'],
): Promise<Segmenter[]> {
  // Colours are numbered after all other labels, whichever entry these are of.
  const tables: SegmenterLabels[] = [];
  const files = described.flatMap(({ preset, labels }) => (preset === 'dissect-2020' ? listOf(labels) : []));
  for (const file of new Set(files)) tables.push(await readSegmenterLabels(file));
  const read: Segmenter[] = [];
  for (const segmenter of described)
    read.push(
      ...(segmenter.preset === 'dissect-2020'
        ? await readPublished(segmenter, tables)
        : [await readExport(segmenter, encoding)]),
    );
  return read;
}

function listOf(labels: StudySegmenter['labels'] = []): readonly string[] {
  return typeof labels === 'string' ? [labels] : labels;
}

async function readPublished(
  { file, checkpoint, labels, anyWidth }: StudySegmenter,
  tables: readonly SegmenterLabels[],
): Promise<Segmenter[]> {
  if (checkpoint === undefined) return [await readWritten(file ?? '', listOf(labels), tables)];
  const { folderOf, identifyGraph } = await import('@intermodel/checkpoints');
  const opened = await openSegmenters(checkpoint, { labels: listOf(labels), anyWidth });
  return opened.map(({ found, labels: names, built, files }) => {
    const folder = folderOf(found.decoder);
    // A graph can refer to what lies in one folder.
    const isTogether = files.every((each) => path.dirname(path.resolve(each)) === folder);
    const graph = built.toBytes(isTogether ? { weights: 'referred', folder } : { weights: 'inside' });
    return {
      file: found.decoder.file,
      made: { graph, files, identity: identifyGraph(built, files) },
      input: dissect2020Input(built.input.side),
      heads: dissect2020Heads(names, tables),
    };
  });
}

/** A network as `intermodel import` writes it: which one it is, the names of its outputs tell. */
async function readWritten(
  file: string,
  labels: readonly string[],
  tables: readonly SegmenterLabels[],
): Promise<Segmenter> {
  const { readModel } = await import('@intermodel/onnx');
  const outputs = readModel(file).graph.outputs.map(({ name }) => name);
  const own = tables.filter((table) => labels.includes(table.file));
  const heads = own
    .map((table) => dissect2020Heads(table, tables))
    .find((each) => each.every(({ tensor }) => outputs.includes(tensor)));
  const size = fixedSize(file);
  if (heads === undefined || size?.height !== size?.width)
    throw new InputError('SEGMENTER_OUTPUTS', `the model puts out ${outputs.join(', ')}`, {
      file,
      expected: 'a network of the published study that decides its classes, of square images, and its labels.json',
      hint: 'Write it with "intermodel import" and "--labels", or name the checkpoints themselves.',
    });
  return { file, input: dissect2020Input(size?.height), heads };
}

async function readExport(
  { file = '', preset, tensors, labels, input, heads = [] }: StudySegmenter,
  encoding: StudyData['encoding'],
): Promise<Segmenter> {
  const csv = encoding === undefined ? {} : { encoding };
  if (preset !== undefined && preset !== 'dissect-2020') {
    const parts = await segmenterPreset(preset, {
      file,
      ...(tensors === undefined ? {} : { tensors }),
      ...(labels === undefined ? {} : { labels: listOf(labels)[0] ?? '' }),
    });
    return { file, ...parts, ...(input === undefined ? {} : { input: segmenterInput(input) }) };
  }
  const read: SegmenterHead[] = [];
  for (const { classes, owners, ...head } of heads) {
    const own = await readSegmenterClasses(classes, csv);
    const owning = read.find(({ tensor }) => tensor === head.ownedBy)?.classes ?? [];
    read.push({ ...head, classes: owners === undefined ? own : await readOwners(owners, own, owning, csv) });
  }
  return { file, input: segmenterInput(input ?? resolvePreprocessing()), heads: read };
}

/** Of a preprocessing what a segmenter knows: whole images or the crop of squashed ones, axes as the model has them. */
function segmenterInput({ resize, shortestSide, channels, ...input }: Preprocessing): Segmenter['input'] {
  const { height, width, filter, scale, mean, std } = input;
  if (channels === 'grey')
    throw new InputError('SEGMENTER_INPUT', 'segmenters take colour images', {
      column: 'channels',
      expected: 'rgb or bgr',
    });
  const crop = resize === 'squash-crop' ? { resize, shortestSide } : {};
  return { height, width, filter, channels, scale, mean, std, ...crop };
}
