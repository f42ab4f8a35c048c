import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  checkKey,
  contentHash,
  decodeFooter,
  enter,
  findLeftovers,
  keyOfStepFile,
  locatePart,
  lockPlace,
  missingFooter,
  readStepPart,
  readStepRecord,
  removeLeftovers,
  shareStore,
  shareWithNobody,
  stepFileName,
  stepKey,
  usualFooterBytes,
  writeStepFile,
  type LockOptions,
  type ReadOutcome,
  type StepDescription,
  type StepParts,
  type StepRecord,
  type StepStore,
  type StoreEntry,
  type StoreLock,
  type StoreLockOptions,
  type StoreWarning,
  type VerifiedParts,
} from '@intermodel/steps';
import { IntermodelError, MachineError } from '@intermodel/streams';
import { BucketConditions, bucketClaims } from './bucket-claims.ts';
import { Bucket, type BucketOptions } from './bucket.ts';
import { eachOf } from './each-of.ts';
import { cacheError, StepCache, usualCacheFolder } from './step-cache.ts';
import { readStoreAddress, type StoreAddress } from './store-address.ts';

/** How an object store behaves. */
export interface ObjectStoreOptions extends BucketOptions {
  /**
   * Folder on a local disk for steps that were read or written last, and for hashes and times that aid later runs; what
   * is in it may be removed at any time. @default `intermodel` in the user's cache folder (XDG_CACHE_HOME, ~/.cache)
   */
  readonly cacheFolder?: string;
  /** MiB of steps that lie there at most, beside those that are being written; at least 0. @default 10,000 */
  readonly cacheMegabytes?: number;
  /** Told about damaged steps and removed leftovers. @default nobody */
  readonly warn?: (warning: StoreWarning) => void;
}

/** MiB of a cache where nothing else is said. */
export const cacheMegabytesDefault = 10_000;
const stepsFolder = 'steps/';
/** Steps that are looked for at the same time. */
const lookedForAtOnce = 48;
/** Milliseconds for which what was seen of a step is taken for what is there. */
const aheadMilliseconds = 10_000;
/** Records that are remembered while the store is held. */
const recordsMost = 10_000;
const pollMilliseconds = 2000;
/** Objects up to this length are fetched whole, and longer ones for parts that are no smaller share of them. */
const wholeBytes = 8 << 20;
const smallShare = 1 / 4;
const uploadSuffix = '.upload';

/** A step as it was found in the bucket. */
type Found = ReadOutcome<StepRecord>;

/**
 * Keeps finished steps in a bucket, each as one object with the bytes of a step file. Any number of machines use it at
 * the same time. What is read and written lies in a local cache for later; the bucket alone says what is stored.
 *
 * @param address `s3://bucket/prefix`; credentials, region and endpoint come from the environment or from ~/.aws
 * @throws InputError `ADDRESS_INVALID`. Its functions throw InputError `BUCKET_MISSING`, `CREDENTIALS_MISSING`,
 *   `CREDENTIALS_WRONG`, `CREDENTIALS_EXPIRED`, `REGION_MISSING`, `REGION_WRONG`; MachineError `STORE_UNREACHABLE`,
 *   `STORE_DENIED`, `STORE_FULL`, `STORE_FAILED`, `CLOCK_WRONG`, `CACHE_UNUSABLE`, and `CONDITIONS_MISSING` where the
 *   service cannot keep two runs apart.
 */
export function objectStore(address: string, options: ObjectStoreOptions = {}): StepStore {
  const store = new ObjectStore(readStoreAddress(address), options);
  return {
    claims: store.claims,
    indexFolder: store.indexFolder,
    lookAhead: (keys) => store.lookAhead(keys),
    find: (key) => store.find(key),
    read: (key, part) => store.read(key, part),
    write: (step, parts, signal) => store.write(step, parts, signal),
    list: () => store.list(),
    remove: (key) => store.remove(key),
    lock: (lockOptions) => store.lock(lockOptions),
    share: (lockOptions) => store.share(lockOptions),
  };
}

class ObjectStore implements StepStore {
  readonly claims;
  readonly indexFolder: string;
  readonly #bucket: Bucket;
  readonly #cache: StepCache;
  readonly #place;
  readonly #warn: (warning: StoreWarning) => void;
  readonly #damaged = new Set<string>();
  readonly #verified: VerifiedParts = new Map();
  /** What was seen of steps that are about to be asked for. */
  readonly #ahead = new Map<string, { readonly found: Found; readonly time: number }>();
  /** Records of steps that nobody removes, while the store is held. */
  readonly #records = new Map<string, StepRecord>();
  /** Claims of locks that were given free, and are still being removed. */
  readonly #removals = new Set<Promise<void>>();
  #holds = 0;
  #wasTold = false;

  constructor(address: StoreAddress, options: ObjectStoreOptions) {
    const {
      cacheFolder = usualCacheFolder(),
      cacheMegabytes = cacheMegabytesDefault,
      warn = () => undefined,
      ...reached
    } = options;
    if (!(cacheMegabytes >= 0))
      throw new RangeError(`cacheMegabytes must be at least 0, got ${String(cacheMegabytes)}`);
    this.indexFolder = path.join(path.resolve(cacheFolder), folderOf(address, options));
    this.#cache = new StepCache(this.indexFolder, cacheMegabytes * 2 ** 20);
    this.#bucket = new Bucket(address, reached);
    const conditions = new BucketConditions(this.#bucket);
    this.claims = bucketClaims(this.#bucket, conditions, 'claims/');
    const writers = bucketClaims(this.#bucket, conditions, 'writers/');
    const onRelease = (removal: Promise<void>) => {
      this.#removals.add(removal);
      void removal.then(() => this.#removals.delete(removal));
    };
    this.#place = { name: address.text, writers, pollMilliseconds, onRelease };
    this.#warn = warn;
  }

  async lookAhead(keys: readonly string[]): Promise<void> {
    this.#ahead.clear();
    const unknown = keys.filter((key) => !this.#damaged.has(checkKey(key)) && !this.#records.has(key));
    await eachOf(unknown, lookedForAtOnce, async (key) => {
      this.#ahead.set(key, { found: await this.#look(key), time: performance.now() });
    });
  }

  async find(key: string): Promise<StepRecord | undefined> {
    if (this.#damaged.has(checkKey(key))) return undefined;
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    const ahead = this.#ahead.get(key);
    this.#ahead.delete(key);
    const isFresh = ahead !== undefined && performance.now() - ahead.time < aheadMilliseconds;
    const record = this.#settle(key, isFresh ? ahead.found : await this.#look(key));
    if (record !== undefined) this.#remember(record);
    return record;
  }

  async read(key: string, name: string): Promise<Uint8Array | undefined> {
    const record = await this.find(key);
    if (record === undefined) return undefined;
    const outcome = await this.#readPart(record, name);
    if (outcome.state !== 'read') this.#records.delete(key);
    return this.#settle(key, outcome);
  }

  async write(step: StepDescription, parts: StepParts, signal?: AbortSignal): Promise<StepRecord> {
    const key = stepKey(step);
    signal?.throwIfAborted();
    const file = this.#cache.newFile(key);
    try {
      const record = await onCache(() =>
        writeStepFile(file, this.#cache.newFile(key), step, parts, { signal, isFlushed: false }),
      );
      await this.#upload(record, file, signal);
      this.#damaged.delete(key);
      this.#ahead.delete(key);
      this.#remember(record);
      await this.#keep(record, file);
      return record;
    } finally {
      await rm(file, { force: true });
    }
  }

  async list(): Promise<readonly StoreEntry[]> {
    const entries: StoreEntry[] = [];
    const keys: string[] = [];
    for await (const { name } of this.#bucket.list(stepsFolder)) {
      const key = keyOfStepFile(path.posix.basename(name));
      if (key !== undefined && name === nameOf(key)) keys.push(key);
    }
    await eachOf(keys, lookedForAtOnce, async (key) => {
      const found = await this.#look(key);
      const record = this.#damaged.has(key) ? undefined : this.#settle(key, found);
      if (found.state !== 'missing') entries.push({ key, bytes: found.bytes, record });
    });
    return entries.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async remove(key: string): Promise<void> {
    await this.#bucket.remove(nameOf(key));
    this.#records.delete(key);
    this.#ahead.delete(key);
    this.#damaged.delete(key);
    await this.#cache.drop(key);
  }

  async lock({ alone = false, ...options }: StoreLockOptions = {}): Promise<StoreLock> {
    await Promise.all(this.#removals);
    const lock = await lockPlace(this.#place, options);
    return enter(lock, async () => {
      const others = alone ? await shareWithNobody(this.#place, options) : undefined;
      try {
        await this.#removeLeftovers(alone);
      } catch (error) {
        others?.release();
        throw error;
      }
      return this.#hold(others === undefined ? [lock] : [others, lock]);
    });
  }

  async share(options?: LockOptions): Promise<StoreLock> {
    await Promise.all(this.#removals);
    const share = await shareStore(this.#place, options);
    return enter(share, async () => {
      await this.#removeLeftovers(false);
      return this.#hold([share]);
    });
  }

  /** Looks for a step in the bucket. */
  async #look(key: string): Promise<Found> {
    const name = nameOf(key);
    let end = await this.#bucket.tail(name, usualFooterBytes);
    const more = end === undefined ? undefined : missingFooter(end.tail, end.bytes);
    if (more !== undefined) end = await this.#bucket.tail(name, more);
    if (end === undefined) return { state: 'missing' };
    const value = decodeFooter(key, end.tail, end.bytes);
    return value === undefined ? { state: 'damaged', bytes: end.bytes } : { state: 'read', value, bytes: end.bytes };
  }

  /** Reads a part from the cache, or through it; twice from the bucket, where the first time brings other bytes or too few. */
  async #readPart(record: StepRecord, name: string): Promise<ReadOutcome<Uint8Array>> {
    if (locatePart(record, name) === undefined) return { state: 'missing' };
    const { key } = record;
    // A file that cannot be read is no better than none.
    const kept = await readOf(this.#cache.fileOf(key), record, name, this.#verified).catch(() => undefined);
    if (kept?.state === 'read') {
      this.#cache.touch(key);
      return kept;
    }
    if (kept?.state === 'damaged') await this.#cache.drop(key);
    const first = await this.#fetchPart(record, name).catch((error: unknown) => {
      // The SDK asks again for answers, but not for one that breaks off.
      if (error instanceof MachineError && error.code === 'STORE_UNREACHABLE') return undefined;
      throw error;
    });
    return first === undefined || first.state === 'damaged' ? this.#fetchPart(record, name) : first;
  }

  async #fetchPart(record: StepRecord, name: string): Promise<ReadOutcome<Uint8Array>> {
    if (!this.#cache.holds(record.bytes) || isSmallPart(record, name)) return this.#fetchDirectly(record, name);
    let file: string | undefined;
    try {
      file = this.#cache.newFile(record.key);
      if (!(await this.#bucket.download(nameOf(record.key), file))) return { state: 'missing' };
      const outcome = await readOf(file, record, name, new Map());
      if (outcome.state === 'read') await this.#keep(record, file);
      return outcome;
    } catch (error) {
      if (error instanceof IntermodelError && error.code !== 'CACHE_UNUSABLE') throw error;
      this.#tellOfCache(cacheError(file ?? this.indexFolder, error));
      return await this.#fetchDirectly(record, name);
    } finally {
      if (file !== undefined) await rm(file, { force: true });
    }
  }

  /** Reads a part without the cache. */
  async #fetchDirectly(record: StepRecord, name: string): Promise<ReadOutcome<Uint8Array>> {
    const place = locatePart(record, name);
    if (place === undefined) return { state: 'missing' };
    const value = await this.#bucket.range(nameOf(record.key), place.offset, place.part.bytes);
    if (value === undefined) return { state: 'missing' };
    const isWhole = createHash('sha256').update(value).digest('hex') === place.part.sha256;
    // A buffer of its own, which Arrow reads views of.
    return isWhole
      ? { state: 'read', value: new Uint8Array(value), bytes: record.bytes }
      : { state: 'damaged', bytes: record.bytes };
  }

  async #upload(record: StepRecord, file: string, signal: AbortSignal | undefined): Promise<void> {
    const { key } = record;
    const note = this.#cache.newFile(key, uploadSuffix);
    // What others have made of the same is left as it is, so that nobody who reads it is disturbed.
    const mayStay = async () => {
      const found = await this.#look(key);
      return found.state === 'read' && contentHash(found.value) === contentHash(record);
    };
    await this.#bucket.upload(nameOf(key), file, record.bytes, {
      signal,
      ...(this.#damaged.has(key) ? {} : { mayStay }),
      onUpload: (id) => onCache(() => writeFile(note, JSON.stringify({ name: nameOf(key), id }))),
      onUploadEnd: () => rm(note, { force: true }),
    });
  }

  /** Puts a whole step file into the cache; goes on without where that cannot be written. */
  async #keep({ key, bytes }: StepRecord, file: string): Promise<void> {
    try {
      await this.#cache.adopt(file, key, bytes);
    } catch (error) {
      this.#tellOfCache(cacheError(file, error));
    }
  }

  #tellOfCache({ problem, details: { file = '' } }: MachineError): void {
    if (this.#wasTold) return;
    this.#wasTold = true;
    this.#warn({ code: 'CACHE_NOT_WRITTEN', message: `${problem}; what is read is fetched anew each time`, file });
  }

  #settle<T>(key: string, outcome: ReadOutcome<T>): T | undefined {
    if (outcome.state === 'read') return outcome.value;
    if (outcome.state === 'damaged' && !this.#damaged.has(key)) {
      this.#damaged.add(key);
      this.#warn({
        code: 'STEP_DAMAGED',
        message: 'a stored step is damaged or cut short; it counts as missing and is made again',
        file: this.#bucket.addressOf(nameOf(key)),
      });
    }
    return undefined;
  }

  /** Remembers a step while nobody can remove it. */
  #remember(record: StepRecord): void {
    if (this.#holds === 0) return;
    const [oldest] = this.#records.keys();
    if (oldest !== undefined && this.#records.size >= recordsMost) this.#records.delete(oldest);
    this.#records.set(record.key, record);
  }

  #hold(locks: readonly StoreLock[]): StoreLock {
    this.#holds++;
    let isHeld = true;
    return {
      release: () => {
        if (isHeld && --this.#holds === 0) this.#records.clear();
        isHeld = false;
        for (const lock of locks) lock.release();
      },
    };
  }

  /**
   * Removes what killed runs of this machine left half-written, or of all where nobody else writes. An upload whose
   * process died before it knew its id has no parts, and takes no room.
   */
  async #removeLeftovers(alone: boolean): Promise<void> {
    for (const file of findLeftovers(this.#cache.partials, uploadSuffix)) {
      const upload = readUpload(await readFile(file, 'utf8').catch(() => ''));
      if (upload !== undefined) await this.#bucket.abortUpload(upload.name, upload.id);
      await rm(file, { force: true });
    }
    if (alone)
      for (const { name, id } of await this.#bucket.uploads(stepsFolder)) await this.#bucket.abortUpload(name, id);
    await removeLeftovers([this.#cache.partials], this.#warn);
  }
}

function nameOf(key: string): string {
  return stepsFolder + stepFileName(key);
}

/** Whether a part is so small a share of a long object that the rest is not fetched for it. */
function isSmallPart(record: StepRecord, name: string): boolean {
  const bytes = locatePart(record, name)?.part.bytes ?? 0;
  return record.bytes > wholeBytes && bytes < record.bytes * smallShare;
}

/** Folder of the cache of a store: services may have buckets of one name. */
function folderOf({ bucket, text }: StoreAddress, { endpoint }: BucketOptions): string {
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_PROFILE } = process.env;
  const service = endpoint ?? AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL ?? `profile ${AWS_PROFILE ?? ''}`;
  const hash = createHash('sha256')
    .update(JSON.stringify([service, text]))
    .digest('hex');
  return `${bucket}-${hash.slice(0, 12)}`;
}

/** Reads a part of a step file that holds the same as the object of the bucket. */
async function readOf(
  file: string,
  record: StepRecord,
  part: string,
  verified: VerifiedParts,
): Promise<ReadOutcome<Uint8Array>> {
  const found = readStepRecord(file, record.key);
  if (found.state !== 'read') return found;
  if (contentHash(found.value) !== contentHash(record)) return { state: 'damaged', bytes: found.bytes };
  return readStepPart(file, record.key, part, verified);
}

/** An upload as it is noted; undefined where the note is not whole. */
function readUpload(text: string): { readonly name: string; readonly id: string } | undefined {
  try {
    const { name, id } = JSON.parse(text) as { readonly name?: unknown; readonly id?: unknown };
    return typeof name === 'string' && typeof id === 'string' ? { name, id } : undefined;
  } catch {
    return undefined;
  }
}

/** Says of an error of a local file that it is in the cache. */
async function onCache<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof MachineError && error.code === 'WRITE_FAILED')
      throw cacheError(error.details.file ?? '', error.details.cause);
    throw error;
  }
}
