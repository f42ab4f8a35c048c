import { readLabelPlanes, unpackTable } from '@intermodel/concept-matching';
import { LabelCounts, labelSets, type LabelShares, type LabelVocabulary } from '@intermodel/data-loading';
import type { LabelPlanesBatch } from '@intermodel/schemas';

/**
 * Counts what is in the labels that a pass has stored, so that no image or label file is read for it. Pixels that
 * nobody judged count as such only where the labels keep them apart.
 *
 * @param labels read the stored labels of each shard
 * @param pixels pixels of a label plane
 * @param vocabulary concepts of the labels
 * @param signal stops between two shards
 */
export async function describeLabels(
  labels: readonly (() => Promise<Uint8Array>)[],
  pixels: number,
  vocabulary: LabelVocabulary,
  signal: AbortSignal,
): Promise<LabelShares> {
  const counts = new LabelCounts(vocabulary, pixels);
  for (const read of labels) {
    signal.throwIfAborted();
    const batch = unpackTable<LabelPlanesBatch>(await read());
    for (const image of readLabelPlanes('describeLabels', batch).labels) counts.addSets(labelSets(image));
  }
  return counts.shares();
}
