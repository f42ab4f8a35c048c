import { createHash } from 'node:crypto';
import { memoryClaims } from '../claims/claim-place.ts';
import { thisProcess } from './process-identity.ts';
import { encodeFooter } from './step-file.ts';
import { checkKey, stepKey } from './step-key.ts';
import { waitForLock } from './store-lock.ts';
import { promised } from './promised.ts';
import type { PartContent, PartRecord, StepRecord, StepStore, StoreLock } from './step-store.ts';

/** Keeps finished steps in memory: for tests, and for programs that compute once. What is read is a copy. */
export function memoryStore(): StepStore {
  const steps = new Map<string, { readonly record: StepRecord; readonly parts: ReadonlyMap<string, Uint8Array> }>();
  const place = { code: 'STORE_LOCKED', name: 'the store in memory' } as const;
  let locked: { readonly alone: boolean } | undefined;
  let sharing = 0;
  return {
    claims: memoryClaims(),
    find(key) {
      return promised(() => steps.get(checkKey(key))?.record);
    },
    read(key, part) {
      return promised(() => steps.get(checkKey(key))?.parts.get(part)?.slice());
    },
    async write(step, parts, signal) {
      const key = stepKey(step);
      const records: PartRecord[] = [];
      const contents = new Map<string, Uint8Array>();
      for (const [name, content] of Object.entries(parts)) {
        const bytes = await gather(content, signal);
        contents.set(name, bytes);
        records.push({ name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      }
      signal?.throwIfAborted();
      const { record } = encodeFooter(step, records);
      steps.set(key, { record, parts: contents });
      return record;
    },
    list() {
      const entries = [...steps.values()].map(({ record }) => ({ key: record.key, bytes: record.bytes, record }));
      return promised(() => entries.sort((one, other) => (one.key < other.key ? -1 : 1)));
    },
    remove(key) {
      return promised(() => void steps.delete(checkKey(key)));
    },
    lock({ alone = false, ...options } = {}) {
      const own = { alone };
      const attempt = () => {
        if (locked !== undefined && locked !== own) return { holder: thisProcess };
        locked = own; // Be it that others still share it: no more of them come in.
        return alone && sharing > 0 ? { holder: thisProcess } : releasedOnce(leave);
      };
      const leave = () => {
        if (locked === own) locked = undefined;
      };
      return waitForLock(place, attempt, options).catch((error: unknown) => {
        leave();
        throw error;
      });
    },
    share(options = {}) {
      return waitForLock(
        place,
        () => {
          if (locked?.alone === true) return { holder: thisProcess };
          sharing++;
          return releasedOnce(() => {
            sharing--;
          });
        },
        options,
      );
    },
  };
}

function releasedOnce(release: () => void): StoreLock {
  let released = false;
  return {
    release: () => {
      if (!released) release();
      released = true;
    },
  };
}

async function gather(content: PartContent, signal: AbortSignal | undefined): Promise<Uint8Array> {
  signal?.throwIfAborted();
  if (content instanceof Uint8Array) return Uint8Array.from(content);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) {
    signal?.throwIfAborted();
    chunks.push(Uint8Array.from(chunk));
  }
  return new Uint8Array(Buffer.concat(chunks));
}
