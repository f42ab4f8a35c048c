import path from 'node:path';

/**
 * Names for files by which they are told apart: the name of each without its ending, and where several files have one
 * name, also of as many folders above them as it takes, joined by hyphens. Letters that differ in case or composition
 * alone count as the same. Files that nothing tells apart keep the same name.
 *
 * @param files paths
 * @param given names that some files have already, by index
 * @param ending what is cut off the end of each file's name. Default: its last ending, whatever it is
 */
export function distinctFileNames(
  files: readonly string[],
  given: readonly (string | undefined)[] = [],
  ending = /\.[^./\\]+$/u,
): string[] {
  const parts = files.map((file) =>
    path
      .resolve(file)
      .replace(ending, '')
      .split(path.sep)
      .filter((part) => part !== ''),
  );
  const folders = files.map(() => 0);
  const nameOf = (index: number) => given[index] ?? (parts[index] ?? []).slice(-1 - (folders[index] ?? 0)).join('-');
  for (;;) {
    const keys = files.map((_, index) => nameOf(index).normalize('NFC').toLowerCase());
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    const growing = keys.flatMap((key, index) =>
      (counts.get(key) ?? 0) > 1 &&
      given[index] === undefined &&
      (folders[index] ?? 0) + 1 < (parts[index] ?? []).length
        ? [index]
        : [],
    );
    if (growing.length === 0) return files.map((_, index) => nameOf(index));
    for (const index of growing) folders[index] = (folders[index] ?? 0) + 1;
  }
}
