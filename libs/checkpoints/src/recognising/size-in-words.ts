import type { Attempt } from './attempt.ts';
import { sizeOfNetwork } from './weights/compare-weights.ts';
import { ExpectedWeights } from './weights/expected-weights.ts';

/** Size of a network as people tell it. */
export function sizeInWords({ family: { architecture }, mapped: { weights } }: Attempt): string {
  const { width, depth } = sizeOfNetwork(architecture, weights);
  const ofWidth = width === undefined ? '' : `width ${String(width)}, `;
  if (architecture === 'vit') return `${ofWidth}depth ${String(depth)}`;
  const expected = new ExpectedWeights(weights);
  const stages = architecture === 'resnet' ? [1, 2, 3, 4].map((stage) => `layer${String(stage)}.`) : [];
  const counts = stages.map((stage) => expected.count(stage)).filter((count) => count > 0);
  if (counts.length === 0) return `${ofWidth}${String(weights.size)} tensors`;
  const blocks = expected.has('layer1.0.conv3.weight') ? 'bottlenecks' : 'basic blocks';
  return `${ofWidth}${counts.join(' + ')} ${blocks}`;
}
