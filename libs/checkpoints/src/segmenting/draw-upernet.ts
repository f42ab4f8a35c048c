import type { Maps } from '../building/drawing.ts';
import type { GraphDraft } from '../building/graph-draft.ts';
import { composed, linearResizing, precisePooling } from './linear-maps.ts';
import {
  classifyPixels,
  convolveAndNormalise,
  inSequence,
  joinMaps,
  mapLinearly,
  resizeLinearly,
  stageMaps,
} from './segmenter-draft.ts';

/** Bins of the pyramid of poolings. */
export const pyramidBins = [1, 2, 3, 6] as const;

/** Logits of the heads. */
export interface ParsingLogits {
  /** Objects. */
  readonly object: string;
  /** Pairs of object and part. */
  readonly part: string;
  /** Materials. */
  readonly material: string;
}

/**
 * Draws up the decoder of unified parsing (Xiao et al. 2018, "UPerNet") behind a residual network whose maps of the last
 * stage have `side` rows and columns, and those of each stage before twice as many: a pyramid of precise poolings, a
 * pyramid of features, and heads for objects, parts and materials. That of scenes is left out.
 */
export function drawUpernet(draft: GraphDraft, side: number): ParsingLogits {
  const [first, second, third, last] = [1, 2, 3, 4].map((stage) => stageMaps(draft, stage)) as [Maps, Maps, Maps, Maps];
  const context = pyramidBins.map((bins, index) => {
    // Pooling and resizing are linear, so that one product does both.
    const map = composed(linearResizing(bins, side), precisePooling(side, bins));
    const pooled = mapLinearly(draft, last.name, `ppm_conv.${String(index)}.pooled`, map);
    return convolveAndNormalise(draft, { ...last, name: pooled }, inSequence(`ppm_conv.${String(index)}`), 1);
  });
  const top = convolveAndNormalise(draft, joinMaps(draft, [last, ...context], 'ppm'), inSequence('ppm_last_conv'), 3);
  const width = top.channels;
  let [down, size] = [top, side];
  const levels: Maps[] = [top];
  for (const [index, stage] of [
    [2, third],
    [1, second],
    [0, first],
  ] as const) {
    size *= 2;
    const lateral = convolveAndNormalise(draft, stage, inSequence(`fpn_in.${String(index)}`), 1, width);
    const raised = resizeLinearly(draft, down.name, `fpn_in.${String(index)}.above`, size);
    down = { name: draft.add('Add', [lateral.name, raised], `fpn_in.${String(index)}.sum`), channels: width };
    // What goes on down is not smoothed.
    levels.unshift(convolveAndNormalise(draft, down, inSequence(`fpn_out.${String(index)}.0`), 3));
  }
  const [finest, ...coarser] = levels as [Maps, ...Maps[]];
  const raised = coarser.map((level, index) => ({
    ...level,
    name: resizeLinearly(draft, level.name, `conv_fusion.level.${String(index + 1)}`, size),
  }));
  const fused = convolveAndNormalise(
    draft,
    joinMaps(draft, [finest, ...raised], 'conv_fusion.levels'),
    inSequence('conv_fusion'),
    3,
  );
  const head = (name: string, maps: Maps) =>
    classifyPixels(draft, convolveAndNormalise(draft, maps, inSequence(`${name}.0`), 3), `${name}.1`);
  return {
    object: head('object_head', fused),
    part: head('part_head', fused),
    material: head('material_head', finest),
  };
}
