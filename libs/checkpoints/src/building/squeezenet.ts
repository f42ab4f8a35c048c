import type { DrawInput, Drawn, Maps } from './drawing.ts';
import type { GraphDraft } from './graph-draft.ts';
import { convolve, windowAttributes } from './operators.ts';

/**
 * Draws up a SqueezeNet by torchvision's names: its version follows from the first convolution, and where it pools from
 * gaps in the indices.
 */
export function drawSqueezenet({ draft, input, size }: DrawInput): Drawn {
  const { perGroup: channels } = draft.kernel('features.0.weight');
  const fires = draft.indices('features.').filter((index) => draft.has(`features.${String(index)}.squeeze.weight`));
  // Without any, the first is what is missing.
  if (fires.length === 0) draft.shape('features.3.squeeze.weight');
  const first = convolve(draft, input, 'features.0', { channels }, { stride: 2, bias: true });
  const active = draft.add('Relu', [first.output], 'features.1');
  let maps = drawPool(draft, { name: draft.layer(active, 'map', first.filters), channels: first.filters }, 2);
  for (const [place, index] of fires.entries()) {
    maps = drawFire(draft, maps, `features.${String(index)}`);
    if ((fires[place + 1] ?? 0) > index + 1) maps = drawPool(draft, maps, index + 1);
  }
  return { channels, size, head: draft.has('classifier.1.weight') ? drawClassifier(draft, maps) : undefined };
}

function drawPool(draft: GraphDraft, { name, channels }: Maps, index: number): Maps {
  const attributes = { ...windowAttributes([3, 3], { stride: 2 }), ceil_mode: 1 };
  const pooled = draft.add('MaxPool', [name], `features.${String(index)}`, attributes);
  return { name: draft.layer(pooled, 'map', channels), channels };
}

/** A module that narrows maps, then widens them by convolutions of 1 x 1 and 3 x 3 beside each other. */
function drawFire(draft: GraphDraft, maps: Maps, name: string): Maps {
  const active = (part: string, from: Maps, padding: number): Maps => {
    const { output, filters } = convolve(draft, from.name, `${name}.${part}`, from, { padding, bias: true });
    return { name: draft.add('Relu', [output], `${name}.${part}_activation`), channels: filters };
  };
  const squeezed = active('squeeze', maps, 0);
  const wide = [active('expand1x1', squeezed, 0), active('expand3x3', squeezed, 1)];
  const channels = wide.reduce((sum, each) => sum + each.channels, 0);
  const joined = draft.add(
    'Concat',
    wide.map((each) => each.name),
    name,
    { axis: 1 },
  );
  return { name: draft.layer(joined, 'map', channels), channels };
}

/** One map for each class, and its mean. */
function drawClassifier(draft: GraphDraft, maps: Maps): string {
  const { output } = convolve(draft, maps.name, 'classifier.1', maps, { bias: true });
  const pooled = draft.add('GlobalAveragePool', [draft.add('Relu', [output], 'classifier.2')], 'classifier.3');
  return draft.add('Flatten', [pooled], 'classifier', { axis: 1 });
}
