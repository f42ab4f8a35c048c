import type { DrawInput, Drawn, Maps } from './drawing.ts';
import type { GraphDraft } from './graph-draft.ts';
import { classify, convolve } from './operators.ts';
import { normaliseLayer, project } from './transformer-block.ts';

/**
 * Draws up a ConvNeXt by its authors' names: `downsample_layers.0.0 … stages.0.0.dwconv … norm head`. Depths and widths
 * follow from the weights, and so does whether branches are scaled (`gamma`).
 */
export function drawConvnext({ draft, facts, input, size }: DrawInput): Drawn {
  const epsilon = facts.number('epsilon');
  const { perGroup } = draft.kernel('downsample_layers.0.0.weight');
  let maps: Maps = { name: input, channels: perGroup };
  for (let stage = 0; stage === 0 || draft.has(`downsample_layers.${String(stage)}.1.weight`); stage++) {
    maps = drawDownsampling(draft, maps, stage, epsilon);
    for (let block = 0; block < draft.blockCount(`stages.${String(stage)}.`); block++)
      maps = drawBlock(draft, maps, `stages.${String(stage)}.${String(block)}`, epsilon);
  }
  const head = draft.has('head.weight') ? drawHead(draft, maps, epsilon) : undefined;
  return { channels: perGroup, size, head };
}

/** Convolutions whose windows do not overlap: normalised behind the first, and before the others. */
function drawDownsampling(draft: GraphDraft, maps: Maps, stage: number, epsilon: number): Maps {
  const name = `downsample_layers.${String(stage)}`;
  const [convolution, normalisation] = stage === 0 ? [`${name}.0`, `${name}.1`] : [`${name}.1`, `${name}.0`];
  const normalised = stage === 0 ? maps.name : normaliseMaps(draft, maps, normalisation, epsilon);
  const stride = draft.kernel(`${convolution}.weight`).size[0] ?? 1;
  const { output, filters } = convolve(draft, normalised, convolution, maps, { stride, bias: true });
  const next = { name: output, channels: filters };
  return stage === 0 ? { ...next, name: normaliseMaps(draft, next, normalisation, epsilon) } : next;
}

/** Normalises the units of each place. */
function normaliseMaps(draft: GraphDraft, { name: input, channels }: Maps, name: string, epsilon: number): string {
  const turned = draft.add('Transpose', [input], `${name}.last`, { perm: [0, 2, 3, 1] });
  const normalised = normaliseLayer(draft, turned, name, channels, epsilon);
  return draft.add('Transpose', [normalised], `${name}.first`, { perm: [0, 3, 1, 2] });
}

function drawBlock(draft: GraphDraft, maps: Maps, name: string, epsilon: number): Maps {
  const { channels } = maps;
  const { size } = draft.kernel(`${name}.dwconv.weight`);
  const padding = Math.floor((size[0] ?? 0) / 2);
  const window = { groups: channels, padding, bias: true };
  const { output } = convolve(draft, maps.name, `${name}.dwconv`, { channels, filters: channels }, window);
  const turned = draft.add('Transpose', [output], `${name}.last`, { perm: [0, 2, 3, 1] });
  const normalised = normaliseLayer(draft, turned, `${name}.norm`, channels, epsilon);
  const wide = project(draft, normalised, `${name}.pwconv1`, [undefined, channels]);
  const hidden = draft.shape(`${name}.pwconv1.weight`)[0];
  const bent = draft.add('Gelu', [wide], `${name}.act`, { approximate: 'none' });
  const narrow = project(draft, bent, `${name}.pwconv2`, [channels, hidden ?? 0]);
  const gamma = `${name}.gamma`;
  const scaled = draft.has(gamma)
    ? draft.add('Mul', [narrow, draft.weight(gamma, [channels])], `${name}.scaled`)
    : narrow;
  const branch = draft.add('Transpose', [scaled], `${name}.first`, { perm: [0, 3, 1, 2] });
  return { name: draft.layer(draft.add('Add', [maps.name, branch], name), 'map', channels), channels };
}

function drawHead(draft: GraphDraft, { name, channels }: Maps, epsilon: number): string {
  const pooled = draft.add('GlobalAveragePool', [name], 'avgpool');
  const flat = draft.add('Flatten', [pooled], 'flatten', { axis: 1 });
  return classify(draft, normaliseLayer(draft, flat, 'norm', channels, epsilon), 'head', channels);
}
