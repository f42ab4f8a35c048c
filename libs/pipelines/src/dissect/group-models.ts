import { statSync } from 'node:fs';
import type { StudyModel } from '@intermodel/studies';

/** Bytes of model files that are open at the same time at most: sessions need about their files' size each. */
export const sharedPassBytes = 2 ** 30;

/**
 * Puts models together that take the same images, so that these are decoded once for all of them: groups in the order
 * of their first model, none with more than {@link sharedPassBytes} of model files unless it is a single model.
 */
export function groupModels(models: readonly StudyModel[], size: (file: string) => number = fileSize): StudyModel[][] {
  const open = new Map<string, { readonly group: StudyModel[]; bytes: number }>();
  const groups: StudyModel[][] = [];
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
