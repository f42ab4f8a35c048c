/** Prefixes of programs that wrap networks, whatever the family: those of DataParallel and of torch.compile. */
export const wrapperPrefixes: readonly string[] = ['module', '_orig_mod'];

/** A name without its prefixes. */
export interface StrippedName {
  /** What is left. */
  readonly name: string;
  /** Prefixes that were taken off, the outermost first. */
  readonly stripped: readonly string[];
}

/**
 * Takes prefixes off a name, as often as it begins with one: whole segments between dots or slashes, never parts of
 * them, so that `backbone` is no prefix of `backbone2.conv1`, and none of `momentum_backbone.conv1`.
 */
export function stripPrefixes(name: string, prefixes: readonly string[]): StrippedName {
  // The longest first: `visual.trunk` before `visual`.
  const ordered = prefixes.filter((prefix) => prefix !== '').toSorted((a, b) => b.length - a.length);
  const stripped: string[] = [];
  let left = name;
  for (;;) {
    const prefix = ordered.find((candidate) => left.startsWith(`${candidate}.`) || left.startsWith(`${candidate}/`));
    if (prefix === undefined) return { name: left, stripped };
    left = left.slice(prefix.length + 1);
    stripped.push(prefix);
  }
}
