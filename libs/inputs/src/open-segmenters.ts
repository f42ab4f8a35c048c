import type { BuiltSegmenter, SegmenterClasses, SegmenterWeights } from '@intermodel/checkpoints';
import { ownersByNumber, readSegmenterLabels, type SegmenterLabels } from '@intermodel/data-loading';
import { InputError } from '@intermodel/streams';

/** How segmentation networks are made of checkpoints. */
export interface OpenSegmentersOptions {
  /** The `labels.json` of each network, in any order. */
  readonly labels: readonly string[];
  /** Rows and columns of the images that go in. @default 224 */
  readonly side?: number | undefined;
  /** Whether logits are put out in place of classes. @default false */
  readonly logits?: boolean | undefined;
  /** Whether networks of another width than the published ones are meant. @default false: they are refused */
  readonly anyWidth?: boolean | undefined;
  /** Metadata that is written into a model. @default none */
  readonly metadata?: (found: SegmenterWeights, labels: SegmenterLabels) => ReadonlyMap<string, string>;
}

/** A segmentation network as it was found in checkpoints. */
export interface OpenedSegmenter {
  /** Its halves. */
  readonly found: SegmenterWeights;
  /** Names of its classes. */
  readonly labels: SegmenterLabels;
  /** Its graph. */
  readonly built: BuiltSegmenter;
  /** All files that its weights lie in. */
  readonly files: readonly string[];
}

/**
 * Finds segmentation networks in checkpoints, pairs them with the names of their classes, and builds their graphs. Order
 * is of no account: everything is told by its keys.
 *
 * @throws InputError `SEGMENTER_LABELS` where names are missing, or are those of no network that is there; those of
 *   `pairSegmenters`, `buildSegmenter`, `readSegmenterLabels` and of the readers of checkpoints.
 */
export async function openSegmenters(
  checkpoints: readonly string[],
  { labels: files, metadata, ...building }: OpenSegmentersOptions,
): Promise<OpenedSegmenter[]> {
  const { buildSegmenter, openCheckpoint, pairSegmenters, segmenterTitles } = await import('@intermodel/checkpoints');
  const opened = [];
  for (const file of checkpoints) opened.push(await openCheckpoint(file));
  const networks = pairSegmenters(opened);
  const tables: SegmenterLabels[] = [];
  for (const file of files) tables.push(await readSegmenterLabels(file));
  const stranger = tables.find(({ network }) => networks.every((found) => found.network !== network));
  if (stranger !== undefined)
    throw new InputError('SEGMENTER_LABELS', `has the names of ${segmenterTitles[stranger.network]}`, {
      file: stranger.file,
      expected: `those of ${networks.map(({ network }) => segmenterTitles[network]).join(' and of ')}, whose checkpoints are named`,
      hint: 'Name the labels.json that was published with the checkpoints, or the checkpoints that belong to it.',
    });
  return networks.map((found) => {
    const [labels, other] = tables.filter(({ network }) => network === found.network);
    if (labels === undefined || other !== undefined)
      throw new InputError(
        'SEGMENTER_LABELS',
        labels === undefined
          ? `the names of the classes of ${segmenterTitles[found.network]} are missing`
          : `${labels.file} has the names of ${segmenterTitles[found.network]} too`,
        {
          file: other?.file ?? found.decoder.file,
          expected: 'the file labels.json that the network was published with, once',
          hint: 'Name it in `data.segmenters[].labels`.',
        },
      );
    const { side, logits, anyWidth } = building;
    const built = buildSegmenter(found, classesOf(labels), {
      labels: labels.file,
      ...(side === undefined ? {} : { side }),
      ...(logits === undefined ? {} : { logits }),
      ...(anyWidth === undefined ? {} : { anyWidth }),
      ...(metadata === undefined ? {} : { metadata: metadata(found, labels) }),
    });
    return { found, labels, built, files: [...found.encoder.files, ...found.decoder.files] };
  });
}

function classesOf(labels: SegmenterLabels): SegmenterClasses {
  if (labels.network === 'unified-parsing')
    return {
      network: labels.network,
      objects: labels.objects.length,
      materials: labels.materials.length,
      scenes: labels.scenes,
      owners: ownersByNumber(labels).map(({ object, parts }) => ({ object, parts: parts.length })),
    };
  const { network, order, mean, std } = labels;
  const categories = labels.categories.map((name) => ({
    name,
    channels: labels.classes.flatMap(({ category }, channel) => (category === name ? [channel] : [])),
  }));
  return { network, order, mean, std, classes: labels.classes.length, categories };
}
