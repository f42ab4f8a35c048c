import type { UnitSummary } from '@intermodel/concept-matching';

/** What is peculiar about the units of the layers of a model, in words. */
export function unitWarnings(layers: readonly { readonly layer: string; readonly summary: UnitSummary }[]): string[] {
  return layers.flatMap(({ layer, summary }) => {
    const { dead, constant, invalid, neverActive } = summary;
    const saturated = neverActive - dead - constant - invalid;
    const say = (count: number, text: string) =>
      count > 0 ? [`${layer}: ${String(count)} of ${String(summary.units)} units ${text}`] : [];
    return [
      ...say(invalid, 'have activations that are not finite; they have no threshold and match nothing.'),
      ...say(dead, 'are dead (all activations are 0); they match nothing.'),
      ...say(constant, 'are constant; they match nothing.'),
      ...say(
        saturated,
        'have so many equal largest activations that none lies above the threshold; they match nothing.',
      ),
    ];
  });
}
