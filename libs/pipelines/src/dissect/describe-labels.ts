import { readLabelPlanes } from '@intermodel/concept-matching';
import {
  LabelCounts,
  labelSets,
  type LabelShares,
  type LabelVocabulary,
  type ImageShard,
} from '@intermodel/data-loading';
import type { ShardLabels } from './shard-labels.ts';

/**
 * Counts what is in the labels that a pass has stored, so that no image or label file is read for it. Pixels that
 * nobody judged count as such only where the labels keep them apart.
 *
 * @param labels labels of the shards
 * @param shards shards to count
 * @param vocabulary concepts of the labels
 * @param signal stops between two shards
 */
export async function describeLabels(
  labels: ShardLabels,
  shards: readonly ImageShard[],
  vocabulary: LabelVocabulary,
  signal: AbortSignal,
): Promise<LabelShares> {
  const counts = new LabelCounts(vocabulary, labels.pixels);
  for (const shard of shards) {
    signal.throwIfAborted();
    for (const image of readLabelPlanes('describeLabels', await labels.read(shard)).labels)
      counts.addSets(labelSets(image));
  }
  return counts.shares();
}
