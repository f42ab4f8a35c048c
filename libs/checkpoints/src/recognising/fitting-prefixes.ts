import { attemptFamily, isComplete, type Attempt } from './attempt.ts';
import type { Family } from './family.ts';
import type { Places } from './places.ts';
import { stripPrefixes, wrapperPrefixes } from './strip-prefixes.ts';

/** Most prefixes that are tried in a dictionary: those that most names have. */
const prefixesTried = 8;

/** A prefix below which there is a network that a family fits. */
export type FittingPrefix = readonly [prefix: string, attempt: Attempt];

/** Finds prefixes that no family has, and below which one fits all the same: what to say where nothing fits. */
export function fittingPrefixes(families: readonly Family[], places: Places): readonly FittingPrefix[] {
  const plain = families.filter(({ strip, map }) => strip === undefined && map === undefined);
  return places.of({}).flatMap((dictionary) =>
    commonPrefixes([...dictionary.tensors.keys()]).flatMap((prefix) =>
      plain
        .map((family) => attemptFamily(family, dictionary, { strip: [prefix] }))
        .filter(isComplete)
        .map((attempt) => [prefix, attempt] as const),
    ),
  );
}

/** Prefixes of up to three segments, those that most names have first. */
function commonPrefixes(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const segments = stripPrefixes(name, wrapperPrefixes).name.split('.');
    for (let length = 1; length <= Math.min(3, segments.length - 2); length++) {
      const prefix = segments.slice(0, length).join('.');
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, prefixesTried)
    .map(([prefix]) => prefix);
}
