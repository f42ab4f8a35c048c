import { type PartContent, stepKey, type StepParts, type StepRecord, type StepStore } from '@intermodel/steps';

/**
 * Steps whose results a run holds in memory itself for as long as it needs them, where they are as small as in the
 * bench.
 */
const heldByTheRun: readonly string[] = ['maps'];

/**
 * The least that a run needs of a store: holds on to what will be read back, and hashes nothing, copies nothing but
 * chunks whose buffers are used again, and packs no maps. What a real store costs is measured against it.
 */
export function barestStore(): StepStore {
  const steps = new Map<string, { readonly record: StepRecord; readonly parts: ReadonlyMap<string, Uint8Array> }>();
  return {
    find: (key) => Promise.resolve(steps.get(key)?.record),
    read(key, part) {
      const step = steps.get(key);
      if (step !== undefined && heldByTheRun.includes(step.record.step))
        throw new Error('the bench measures too large a study: maps are read back that its baseline does not keep');
      return Promise.resolve(step?.parts.get(part));
    },
    async write(step, parts) {
      const key = stepKey(step);
      const held = heldByTheRun.includes(step.step) ? new Map<string, Uint8Array>() : await hold(parts);
      const record = {
        subject: '',
        ...step,
        key,
        parts: [...held].map(([name, { length }]) => ({ name, bytes: length, sha256: '' })),
        bytes: 0,
      };
      steps.set(key, { record, parts: held });
      return record;
    },
    list: () => Promise.resolve([]),
    remove: (key) => Promise.resolve(void steps.delete(key)),
    lock: () => Promise.resolve({ release: () => undefined }),
    share: () => Promise.resolve({ release: () => undefined }),
  };
}

async function hold(parts: StepParts): Promise<ReadonlyMap<string, Uint8Array>> {
  const held = new Map<string, Uint8Array>();
  for (const [name, content] of Object.entries(parts))
    held.set(name, content instanceof Uint8Array ? content : await gather(content));
  return held;
}

async function gather(content: Exclude<PartContent, Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return new Uint8Array(Buffer.concat(chunks));
}
