import type { GraphDraft } from '../building/graph-draft.ts';
import { pyramidBins } from './draw-upernet.ts';
import { averagePooling, linearResizing } from './linear-maps.ts';
import {
  classifyPixels,
  convolveAndNormalise,
  inSequence,
  joinMaps,
  mapLinearly,
  stageMaps,
} from './segmenter-draft.ts';

/**
 * Draws up the decoder of the colour network (Zhao et al. 2017, "PSPNet") behind a dilated residual network whose last
 * maps have `side` rows and columns: a pyramid of means, whose convolutions come before the resizing, and logits.
 */
export function drawPyramidPooling(draft: GraphDraft, side: number): string {
  const last = stageMaps(draft, 4);
  const context = pyramidBins.map((bins, index) => {
    const name = `ppm.${String(index)}`;
    const pooled = mapLinearly(draft, last.name, `${name}.pooled`, averagePooling(side, bins));
    const names = { convolution: `${name}.1`, normalisation: `${name}.2` };
    const maps = convolveAndNormalise(draft, { ...last, name: pooled }, names, 1);
    return { ...maps, name: mapLinearly(draft, maps.name, `${name}.resized`, linearResizing(bins, side)) };
  });
  const maps = convolveAndNormalise(draft, joinMaps(draft, [last, ...context], 'ppm'), inSequence('conv_last'), 3);
  return classifyPixels(draft, maps, 'conv_last.4');
}
