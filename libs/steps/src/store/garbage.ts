import type { StepStore } from './step-store.ts';

/** A step that no present study needs, or that can no longer be read. */
export interface GarbageItem {
  /** Key under which it is kept. */
  readonly key: string;
  /** Why it may go. */
  readonly why: 'unneeded' | 'damaged';
  /** Kind of step; empty where it is damaged. */
  readonly step: string;
  /** Place in the study that it was made for; empty where it is damaged. */
  readonly subject: string;
  /** Bytes that removing it frees. */
  readonly bytes: number;
}

/** Lists what a store holds beyond the needed keys, by key. Nothing is removed. */
export async function findGarbage(store: StepStore, neededKeys: ReadonlySet<string>): Promise<readonly GarbageItem[]> {
  return (await store.list())
    .filter(({ key, record }) => record === undefined || !neededKeys.has(key))
    .map(({ key, bytes, record }) => ({
      key,
      why: record === undefined ? 'damaged' : 'unneeded',
      step: record?.step ?? '',
      subject: record?.subject ?? '',
      bytes,
    }));
}

/** Removes what {@link findGarbage} listed, and returns the bytes freed. */
export async function removeGarbage(store: StepStore, garbage: readonly GarbageItem[]): Promise<number> {
  for (const { key } of garbage) await store.remove(key);
  return garbage.reduce((sum, { bytes }) => sum + bytes, 0);
}
