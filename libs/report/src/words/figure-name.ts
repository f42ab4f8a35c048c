/**
 * Names of figures' files: small letters, digits and dashes only, never empty or too long for a file system, no two
 * alike.
 */
export function figureNames(ids: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    const plain = plainName(id);
    let name = plain;
    for (let copy = 2; taken.has(name); copy++) name = `${plain}-${String(copy)}`;
    taken.add(name);
    return name;
  });
}

/** A name as that of a file: small letters, digits and dashes only, never empty or too long for a file system. */
export function plainName(id: string): string {
  const plain = id
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .replace(/^-+|-+$/gu, '')
    .slice(0, 100);
  return plain === '' ? 'figure' : plain;
}
