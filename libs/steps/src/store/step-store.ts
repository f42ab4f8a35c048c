import type { ClaimPlace } from '../claims/claim-place.ts';
import { hashJson } from './canonical-json.ts';
import type { StepDescription } from './step-key.ts';

/** Bytes of one part: whole, or in chunks that are pulled one by one while they are written. */
export type PartContent = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Result of a step by part names, such as an Arrow file and a JSON text. Parts are pulled in this order, so that a
 * later one may be a generator over what the earlier ones left behind. A chunk is not needed any more once the next one
 * is pulled: its buffer may be used again.
 */
export type StepParts = Readonly<Record<string, PartContent>>;

/** What is known of a stored part without reading it. */
export interface PartRecord {
  /** Name of the part in its step. */
  readonly name: string;
  /** Length in bytes. */
  readonly bytes: number;
  /** SHA-256 of the bytes, hexadecimal: the input hash of whatever reads this part. */
  readonly sha256: string;
}

/** What is known of a finished step without reading its parts. */
export interface StepRecord extends Required<StepDescription> {
  /** SHA-256 of the ingredients. */
  readonly key: string;
  /** Parts in the order in which they were written. */
  readonly parts: readonly PartRecord[];
  /** Bytes that the step takes in the store. */
  readonly bytes: number;
}

/** A place of the store that holds something: a finished step, or one that can no longer be read. */
export interface StoreEntry {
  /** Key under which it is kept. */
  readonly key: string;
  /** Bytes that it takes. */
  readonly bytes: number;
  /** The finished step; undefined where it is damaged. */
  readonly record: StepRecord | undefined;
}

/** Something that a reader should know, although the run goes on. */
export interface StoreWarning {
  /** Stable identifier, such as `STEP_DAMAGED`. */
  readonly code:
    | 'STEP_DAMAGED'
    | 'LEFTOVERS_REMOVED'
    | 'INDEX_DAMAGED'
    | 'INDEX_NOT_WRITTEN'
    | 'CACHE_NOT_WRITTEN'
    | 'FILE_CHANGED_UNSEEN';
  /** What happened, and what is done about it. */
  readonly message: string;
  /** File that it is about. */
  readonly file: string;
}

/** How to behave when another run holds the lock. */
export interface LockOptions {
  /** Milliseconds to wait for the other run; `Infinity` waits as long as it takes. Default 0: refuse at once. */
  readonly waitMilliseconds?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Told once, when the waiting begins, which process is waited for. */
  readonly onWait?: (holder: number) => void;
}

/** How to lock a store. */
export interface StoreLockOptions extends LockOptions {
  /** Whether those are kept out too, and waited for, that share the store: whoever removes steps asks for it. @default false */
  readonly alone?: boolean;
}

/** A hold of a store, as the only one or together with others. */
export interface StoreLock {
  /** Gives the store free; a second call does nothing. */
  release(): void;
}

/**
 * Where finished steps are kept. A step is there whole or not at all, and what is read is what was written, or
 * undefined. Different keys, and the same key with the same bytes, may be written at the same time.
 */
export interface StepStore {
  /** Folder that its lock lies in. @default it is in none */
  readonly folder?: string;
  /**
   * Where those who make steps of it claim their tasks, for all to see: a folder, or a place of its own. @default
   * nobody else sees the store
   */
  readonly claims?: string | ClaimPlace;
  /** Folder for what only aids later runs of this machine, such as hashes of files. @default none is kept */
  readonly indexFolder?: string;
  /**
   * Says which keys are about to be looked for one by one: a store that is far away looks for many at once, and answers
   * the next `find` of each by what it saw. @default each is looked for when it is asked for
   */
  lookAhead?(keys: readonly string[]): Promise<void>;
  /**
   * Tells at once, and without a promise, that a step is surely not there: a plan asks this of millions. False where it
   * may be there. @default it may
   */
  isMissing?(key: string): boolean;
  /**
   * Finds a finished step without reading its parts; undefined where there is none, or a damaged one (which is
   * reported).
   */
  find(key: string): Promise<StepRecord | undefined>;
  /**
   * Reads one part and verifies its checksum; undefined where it is missing or damaged (which is reported, and the step
   * counts as missing from then on).
   */
  read(key: string, part: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps a finished step, instead of what was there under its key.
   *
   * @throws MachineError `WRITE_FAILED`, for instance where the disk is full; nothing of the step is kept then.
   */
  write(step: StepDescription, parts: StepParts, signal?: AbortSignal): Promise<StepRecord>;
  /** Lists what the store holds, damaged steps too, by key. */
  list(): Promise<readonly StoreEntry[]>;
  /** Removes what is kept under a key, if anything is. */
  remove(key: string): Promise<void>;
  /** Keeps other runs out. @throws InputError `STORE_LOCKED` naming the process that holds it. */
  lock(options?: StoreLockOptions): Promise<StoreLock>;
  /**
   * Says that this process writes steps: any number may, on any machine, and beside a run that has the lock, but not
   * while one has it alone.
   *
   * @throws InputError `STORE_LOCKED` naming the process that has it alone.
   */
  share(options?: LockOptions): Promise<StoreLock>;
}

/** Input hash of one part of a finished step. @throws RangeError where the step has no such part. */
export function partHash({ step, parts }: StepRecord, name: string): string {
  const part = parts.find((candidate) => candidate.name === name);
  if (part === undefined)
    throw new RangeError(
      `step "${step}" has no part "${name}"; its parts: ${parts.map((candidate) => candidate.name).join(', ')}`,
    );
  return part.sha256;
}

/** Input hash of a whole result: of the names and bytes of all parts, whatever key it is kept under. */
export function contentHash({ parts }: StepRecord): string {
  return hashJson(Object.fromEntries(parts.map(({ name, sha256 }) => [name, sha256])));
}
