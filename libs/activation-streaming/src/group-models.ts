import { statSync } from 'node:fs';

/** Bytes of model files that are open at the same time at most: sessions need about their files' size each. */
export const sharedPassBytes = 2 ** 30;

/**
 * Puts models together that take the same images, so that these are decoded once for all of them: groups in the order
 * of their first model, none with more than {@link sharedPassBytes} of model files unless it is a single model.
 */
export function groupModels<Model extends { readonly file: string; readonly geometry: object }>(
  models: readonly Model[],
  size: (file: string) => number = fileSize,
): Model[][] {
  const open = new Map<string, { readonly group: Model[]; bytes: number }>();
  const groups: Model[][] = [];
  for (const model of models) {
    const key = JSON.stringify(model.geometry);
    const bytes = size(model.file);
    const current = open.get(key);
    if (current !== undefined && current.bytes + bytes <= sharedPassBytes) {
      current.group.push(model);
      current.bytes += bytes;
      continue;
    }
    const group = [model];
    groups.push(group);
    open.set(key, { group, bytes });
  }
  return groups;
}

/** Bytes of a file; 0 where it is missing, which is told when it is opened. */
export function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
