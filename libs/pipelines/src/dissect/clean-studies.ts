import path from 'node:path';
import { pruneKeptPlanes } from '@intermodel/data-loading';
import { findGarbage, InputError, removeGarbage, type GarbageItem } from '@intermodel/streams';
import type { Study } from '../study-file/study.ts';
import { outputStepNames } from '../steps/output-record.ts';
import { inspectStudy, type InspectedStudy, type StudyPlace } from './inspect-study.ts';
import { labelsFolder } from './run-folder.ts';

/** What no present study needs. */
export interface CleanedStore {
  /** Steps that are, or would be, removed. */
  readonly garbage: readonly GarbageItem[];
  /** Their bytes. */
  readonly bytes: number;
  /** Labels of segmentation models that are, or would be, removed; a folder that the study file names may serve other studies, and is left alone. */
  readonly planes: number;
  /** Whether they were removed. */
  readonly removed: boolean;
}

/**
 * Finds what a store holds beyond the needs of the studies that share it, and removes it if told so.
 *
 * @throws InputError `STORE_LOCKED` while a run holds the store, `NOT_SEGMENTED` while it is not known what a study needs.
 */
export async function cleanStudies(studies: readonly Study[], place: StudyPlace, remove = false): Promise<CleanedStore> {
  const inspected: InspectedStudy[] = [];
  for (const study of studies) {
    const one = await inspectStudy(study, place);
    if (one.unsegmented > 0) throw new InputError('NOT_SEGMENTED', `${String(one.unsegmented)} images have no labels yet, so it is not known what the study needs`, { ...(study.file === undefined ? {} : { file: study.file }), hint: 'Run the study first.' });
    inspected.push(one);
  }
  const [first] = inspected;
  if (first === undefined) throw new RangeError('cleanStudies: no study was given');
  const { store } = first.store;
  const needed = new Set(inspected.flatMap(({ neededKeys }) => [...neededKeys]));
  const lock = remove ? await store.lock() : undefined;
  try {
    // Without an output folder it is not known which of them are in use.
    const garbage = (await findGarbage(store, needed)).filter(({ step }) => place.out !== undefined || !outputStepNames.some((name) => name === step));
    const own = place.out === undefined ? undefined : path.join(place.out, labelsFolder);
    const planes = own === undefined ? 0 : pruneKeptPlanes(own, new Set(inspected.flatMap(({ labelFolder, neededPlanes }) => (labelFolder === own ? [...neededPlanes] : []))), { dryRun: !remove }).removed;
    if (!remove) return { garbage, bytes: garbage.reduce((sum, { bytes }) => sum + bytes, 0), planes, removed: false };
    return { garbage, bytes: await removeGarbage(store, garbage), planes, removed: true };
  } finally {
    lock?.release();
  }
}
