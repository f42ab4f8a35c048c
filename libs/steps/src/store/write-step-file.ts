import { createHash, type Hash } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { writeError, flushFolder, makeFolder } from '@intermodel/streams';
import { encodeFooter } from './step-file.ts';
import type { StepDescription } from './step-key.ts';
import { promised } from './promised.ts';
import type { PartContent, PartRecord, StepParts, StepRecord } from './step-store.ts';

/** Chunks below this many bytes are gathered, since a call of the system for each would cost more than the copy. */
const gatheredBytes = 64 * 1024;
/** Bytes that are gathered before they are written. */
const stagingBytes = 256 * 1024;
/** Node refuses to write 2 GiB at once. */
const largestWrite = 1 << 30;

/** How a step file is written. */
export interface WriteStepOptions {
  /** Ends the writing. */
  readonly signal?: AbortSignal | undefined;
  /** Whether it is flushed to disk, so that after a loss of power it is there whole or not there. @default true */
  readonly isFlushed?: boolean;
}

/**
 * Writes a step file whole or not at all: under `partial`, renamed to `file`. Each chunk is hashed while it is being
 * written.
 *
 * @throws MachineError `WRITE_FAILED` naming the file; an error of the parts' source, or of the signal, as it is.
 */
export async function writeStepFile(
  file: string,
  partial: string,
  description: StepDescription,
  parts: StepParts,
  { signal, isFlushed = true }: WriteStepOptions = {},
): Promise<StepRecord> {
  encodeFooter(description, []); // Refuses bad ingredients before anything is computed.
  const handle = await onDisk(file, async () => {
    makeFolder(path.dirname(partial));
    return open(partial, 'wx');
  });
  try {
    const sink = new GatheringSink(handle, file);
    const records: PartRecord[] = [];
    for (const [name, content] of Object.entries(parts)) {
      signal?.throwIfAborted();
      records.push({ name, ...(await writePart(sink, content, signal)) });
    }
    const { record, footer } = encodeFooter(description, records);
    await sink.write(footer);
    await sink.flush();
    await onDisk(file, async () => {
      // Beside the flush of the file, so that a file system with a journal writes both at once.
      const makeItsFolder = () => {
        makeFolder(path.dirname(file));
      };
      await Promise.all([isFlushed ? handle.datasync() : undefined, promised(makeItsFolder)]);
      await handle.close();
    });
    signal?.throwIfAborted();
    await onDisk(file, async () => {
      await rename(partial, file);
      if (isFlushed) flushFolder(path.dirname(file));
    });
    return record;
  } catch (error) {
    await handle.close().catch(() => undefined); // Closed already, or the first error says more.
    await rm(partial, { force: true });
    throw error;
  }
}

async function writePart(
  sink: GatheringSink,
  content: PartContent,
  signal: AbortSignal | undefined,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content instanceof Uint8Array ? [content] : content) {
    signal?.throwIfAborted();
    await sink.write(chunk, hash);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Writes large chunks as they are, and small ones together. */
class GatheringSink {
  readonly #handle: FileHandle;
  readonly #file: string;
  #staging: Buffer | undefined;
  #gathered = 0;

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle;
    this.#file = file;
  }

  async write(chunk: Uint8Array, hash?: Hash): Promise<void> {
    if (chunk.length >= gatheredBytes) {
      await this.flush();
      const written = this.#writeThrough(chunk);
      hash?.update(chunk); // In this thread, while the write is under way in another.
      await written;
      return;
    }
    hash?.update(chunk);
    if (this.#gathered + chunk.length > stagingBytes) await this.flush();
    this.#staging ??= Buffer.allocUnsafeSlow(stagingBytes);
    this.#staging.set(chunk, this.#gathered);
    this.#gathered += chunk.length;
  }

  async flush(): Promise<void> {
    if (this.#staging === undefined || this.#gathered === 0) return;
    const gathered = this.#staging.subarray(0, this.#gathered);
    this.#gathered = 0;
    await this.#writeThrough(gathered);
  }

  async #writeThrough(chunk: Uint8Array): Promise<void> {
    await onDisk(this.#file, async () => {
      for (let done = 0; done < chunk.length;) {
        done += (await this.#handle.write(chunk, done, Math.min(chunk.length - done, largestWrite))).bytesWritten;
      }
    });
  }
}

async function onDisk<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw writeError(file, cause);
  }
}
