import path from 'node:path';
import { pruneKeptPlanes, type PrunedPlanes } from '@intermodel/data-loading';
import { labelsFolder } from '@intermodel/outputs';
import type { InspectedStudy, StudyPlace } from './inspect-study.ts';

/** A folder of labels that segmentation models made. */
export interface LabelFolder {
  /** Path of the folder. */
  readonly folder: string;
  /** Whether a study names it with `runtime.labelCache`: studies that were not named may use it too. */
  readonly isShared: boolean;
  /** Keys of the labels in it that a named study needs. */
  readonly needed: ReadonlySet<string>;
}

/** Labels in a shared folder that no named study needs, which are left alone nevertheless. */
export interface SharedLabels {
  /** Path of the folder. */
  readonly folder: string;
  /** Labels of images that none of the named studies needs. */
  readonly planes: number;
}

/**
 * Label folders of studies, with what all of them together need: that of the output folder, and those that studies
 * name.
 */
export function labelFolders(
  studies: readonly Pick<InspectedStudy, 'study' | 'labelFolder' | 'neededPlanes'>[],
  { out }: StudyPlace,
): LabelFolder[] {
  const folders = new Map<string, { isShared: boolean; readonly needed: Set<string> }>();
  const open = (folder: string) => {
    const found = folders.get(path.resolve(folder)) ?? { isShared: false, needed: new Set() };
    folders.set(path.resolve(folder), found);
    return found;
  };
  // Also where a study names another folder by now: labels of its earlier runs may lie there.
  if (out !== undefined) open(path.join(out, labelsFolder));
  for (const { study, labelFolder, neededPlanes } of studies) {
    if (labelFolder === undefined) continue;
    const found = open(labelFolder);
    if (study.runtime.labelCache !== undefined) found.isShared = true;
    for (const key of neededPlanes) found.needed.add(key);
  }
  return [...folders].map(([folder, found]) => ({ folder, ...found }));
}

/**
 * Removes, or only counts, labels that no named study needs. Shared folders are left alone unless `withShared`.
 *
 * @throws MachineError `WRITE_FAILED` for what cannot be removed.
 */
export function cleanLabels(
  folders: readonly LabelFolder[],
  { dryRun, withShared }: { readonly dryRun: boolean; readonly withShared: boolean },
): { readonly pruned: Pick<PrunedPlanes, 'removed' | 'removedBytes'>; readonly shared: readonly SharedLabels[] } {
  const pruned = { removed: 0, removedBytes: 0 };
  const shared: SharedLabels[] = [];
  for (const { folder, isShared, needed } of folders) {
    const isSpared = isShared && !withShared;
    const { removed, removedBytes } = pruneKeptPlanes(folder, needed, { dryRun: dryRun || isSpared });
    if (isSpared) {
      if (removed > 0) shared.push({ folder, planes: removed });
      continue;
    }
    pruned.removed += removed;
    pruned.removedBytes += removedBytes;
  }
  return { pruned, shared };
}
