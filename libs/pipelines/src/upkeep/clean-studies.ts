import { existsSync } from 'node:fs';
import { lockOutput, outputStepNames } from '@intermodel/outputs';
import { findGarbage, type GarbageItem, removeGarbage, type StoreLock } from '@intermodel/steps';
import { InputError } from '@intermodel/streams';
import type { Study } from '@intermodel/studies';
import { cleanLabels, labelFolders, type SharedLabels } from './clean-labels.ts';
import { inspectStudy, type InspectedStudy, type StudyPlace } from './inspect-study.ts';

/** Options of {@link cleanStudies}. */
export interface CleanStudiesOptions {
  /** Whether what is found is removed. @default false */
  readonly remove?: boolean;
  /**
   * Whether labels go too that lie in a folder which a study names with `runtime.labelCache`, and which studies that
   * are not named may use as well. @default false
   */
  readonly sharedLabels?: boolean;
}

/** What no present study needs. */
export interface CleanedStore {
  /** Steps that are, or would be, removed. */
  readonly garbage: readonly GarbageItem[];
  /** Their bytes. */
  readonly bytes: number;
  /** Labels of segmentation models that are, or would be, removed: one for each image and model. */
  readonly planes: number;
  /** Their bytes. */
  readonly planeBytes: number;
  /** Labels that none of the studies needs, but that are left alone, since others may. */
  readonly spared: readonly SharedLabels[];
  /** Whether they were removed. */
  readonly removed: boolean;
}

/**
 * Finds what a store holds beyond the needs of the studies that share it, and removes it if told so; the same for
 * labels of segmentation models in the output folder.
 *
 * @throws InputError `STORE_LOCKED`, `OUTPUT_LOCKED` while a run holds the store or the output folder, `NOT_SEGMENTED`
 *   while it is not known what a study needs.
 */
export async function cleanStudies(
  studies: readonly Study[],
  place: StudyPlace,
  { remove = false, sharedLabels = false }: CleanStudiesOptions = {},
): Promise<CleanedStore> {
  const inspected: InspectedStudy[] = [];
  for (const study of studies) {
    const one = await inspectStudy(study, place);
    if (one.unsegmented > 0)
      throw new InputError(
        'NOT_SEGMENTED',
        `${String(one.unsegmented)} images have no labels yet, so it is not known what the study needs`,
        { ...(study.file === undefined ? {} : { file: study.file }), hint: 'Run the study first.' },
      );
    inspected.push(one);
  }
  const [first] = inspected;
  if (first === undefined) throw new RangeError('cleanStudies: no study was given');
  const { store } = first.store;
  const needed = new Set(inspected.flatMap(({ neededKeys }) => [...neededKeys()]));
  // Workers beside a run take no lock of its kind, and yet write what they need.
  const lock = remove ? await store.lock({ alone: true }) : undefined;
  let outputLock: StoreLock | undefined;
  try {
    if (remove && place.out !== undefined && existsSync(place.out))
      outputLock = await lockOutput(place.out, first.store.folder, {});
    // Without an output folder it is not known which of them are in use.
    const garbage = (await findGarbage(store, needed)).filter(
      ({ step }) => place.out !== undefined || !outputStepNames.some((name) => name === step),
    );
    const bytes = remove ? await removeGarbage(store, garbage) : garbage.reduce((sum, item) => sum + item.bytes, 0);
    const { pruned, shared } = cleanLabels(labelFolders(inspected, place), {
      dryRun: !remove,
      withShared: sharedLabels,
    });
    return { garbage, bytes, planes: pruned.removed, planeBytes: pruned.removedBytes, spared: shared, removed: remove };
  } finally {
    outputLock?.release();
    lock?.release();
  }
}
