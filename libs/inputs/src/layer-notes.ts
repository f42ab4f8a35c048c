import type { LayerList } from '@intermodel/onnx';

/** What someone should know of a model before it is dissected: of its input, and of its tokens. */
export function layerNotes({ layers, channels = 3, inputType }: LayerList): string[] {
  const tokens = layers.filter(({ kind }) => kind === 'tokens');
  const guessed = tokens.filter((layer) => layer.guessed);
  const [most] = tokens.toSorted((a, b) => b.prefixTokens - a.prefixTokens);
  const notes: string[] = [];
  if (channels === 1) notes.push('the model takes one channel: dissect it with `models[].input: {channels: grey}`');
  else if (channels !== 3)
    notes.push(`dissect refuses this model: it takes ${String(channels)} channels, where images have 3, or 1 of grey`);
  if (inputType === 'uint8')
    notes.push('the model takes bytes and gets them as they are: scale, mean and std of its input have no effect');
  if (guessed.length > 0)
    notes.push(
      `the grid of ${String(guessed.length)} tensors of tokens (${fewNames(guessed.map(({ tensor }) => tensor))}) is guessed from their number, with up to ${String(Math.max(...guessed.map(({ prefixTokens }) => prefixTokens)))} class or register tokens before it; declare "tokens" of the model in a study file`,
    );
  if (most !== undefined && !most.guessed && most.prefixTokens >= 3)
    notes.push(`${String(most.prefixTokens)} tokens stand before those of the image in ${most.tensor}`);
  return notes;
}

/** The first names of many. */
export function fewNames(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}
