import { closest, distance } from 'fastest-levenshtein';

/**
 * The candidate nearest to a misspelt name: one that it begins, or the nearest by edit distance; undefined where none
 * is near.
 */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const lowered = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const begun = [...lowered.keys()].find((candidate) => name.length > 1 && candidate.startsWith(name.toLowerCase()));
  if (begun !== undefined) return lowered.get(begun);
  const nearest = closest(name.toLowerCase(), [...lowered.keys()]);
  const limit = Math.max(2, Math.ceil(name.length / 2));
  return distance(name.toLowerCase(), nearest) <= limit ? lowered.get(nearest) : undefined;
}

/** Says "did you mean" for a misspelt name, and lists the choices: `Did you mean "iou"? Choices: a, b, c.` */
export function suggestName(name: string, candidates: readonly string[], listed = 12): string {
  const nearest = nearestName(name, candidates);
  const shown = candidates.slice(0, listed).map(shortened).join(', ');
  const rest = candidates.length > listed ? ` and ${String(candidates.length - listed)} more` : '';
  return `${nearest === undefined ? '' : `Did you mean "${shortened(nearest)}"? `}Choices: ${shown}${rest}.`;
}

/**
 * Longest name that is shown whole: what is no name at all, such as text of another encoding, may be as long as its
 * file.
 */
const shownCharacters = 80;

function shortened(name: string): string {
  return name.length > shownCharacters ? `${name.slice(0, shownCharacters)}…` : name;
}
