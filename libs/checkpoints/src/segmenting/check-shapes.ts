import { InputError } from '@intermodel/errors';
import type { SegmenterClasses, SegmenterNetworkName } from './segmenter-classes.ts';
import { segmenterTitles, type SegmenterWeights } from './segmenter-weights.ts';

interface PublishedWidth {
  /** Tensor that tells it, and the axis. */
  readonly tensor: string;
  readonly axis: number;
  readonly width: number;
  /** What has the width. */
  readonly of: string;
  /** Networks of other widths, by these. */
  readonly others: Readonly<Record<number, string>>;
}

/** Widths of the published networks. */
const widths: Readonly<Record<SegmenterNetworkName, readonly PublishedWidth[]>> = {
  'unified-parsing': [
    { tensor: 'layer4.0.conv3.weight', axis: 0, width: 2048, of: 'the last stage of the encoder', others: {} },
    { tensor: 'fpn_in.0.0.weight', axis: 0, width: 512, of: 'the pyramid', others: { 256: 'upernet_lite' } },
  ],
  colours: [
    { tensor: 'layer4.0.conv2.weight', axis: 0, width: 512, of: 'the last stage of the encoder', others: {} },
    { tensor: 'conv_last.0.weight', axis: 0, width: 512, of: 'the decoder', others: {} },
  ],
};

/** Refuses networks of another width than the published one. @throws InputError `SEGMENTER_WIDTH`. */
export function checkWidths({ network, encoder, decoder, weights }: SegmenterWeights): void {
  for (const { tensor, axis, width, of, others } of widths[network]) {
    const found = weights.get(tensor)?.shape[axis];
    if (found === undefined || found === width) continue;
    const other = others[found];
    throw new InputError(
      'SEGMENTER_WIDTH',
      `${of} has ${String(found)} channels${other === undefined ? '' : `, as ${other} has it`}`,
      {
        file: tensor.startsWith('layer') ? encoder.file : decoder.file,
        column: tensor,
        columnIs: 'tensor',
        expected: `${String(width)} channels, as the published network of ${segmenterTitles[network]} has it`,
        hint: 'Name the published files; for a network that was trained otherwise say that any width is meant: `data.segmenters[].anyWidth`.',
      },
    );
  }
}

/** Numbers of classes of the heads of a network, by the last weights of each. */
function countsOf(
  classes: SegmenterClasses,
): Readonly<Record<string, { readonly count: number; readonly of: string }>> {
  if (classes.network === 'colours') return { 'conv_last.4.weight': { count: classes.classes, of: 'classes' } };
  const parts = classes.owners.reduce((sum, owner) => sum + owner.parts, 0);
  return {
    'object_head.1.weight': { count: classes.objects, of: 'objects' },
    'part_head.1.weight': { count: parts, of: 'parts of objects' },
    'material_head.1.weight': { count: classes.materials, of: 'materials' },
    ...(classes.scenes === undefined ? {} : { 'scene_head.2.weight': { count: classes.scenes, of: 'scenes' } }),
  };
}

/** Refuses tables of labels that are those of other weights. @throws InputError `SEGMENTER_CLASSES`. */
export function checkCounts(
  { network, decoder, tensors }: SegmenterWeights,
  classes: SegmenterClasses,
  labels: string,
): void {
  if (classes.network !== network)
    throw new InputError('SEGMENTER_CLASSES', `has the labels of ${segmenterTitles[classes.network]}`, {
      file: labels,
      expected: `those of ${segmenterTitles[network]}`,
      hint: 'Name the labels.json that was published with these checkpoints.',
    });
  for (const [tensor, { count, of }] of Object.entries(countsOf(classes))) {
    const found = tensors.get(tensor)?.shape[0];
    if (found === undefined || found === count) continue;
    throw new InputError('SEGMENTER_CLASSES', `lists ${String(count)} ${of}, and ${tensor} has ${String(found)}`, {
      file: labels,
      expected: `${String(found)} ${of}, as ${decoder.file} has it`,
      hint: 'Name the labels.json that was published with these checkpoints.',
    });
  }
}
