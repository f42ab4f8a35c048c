import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { MachineError, openFile } from '@intermodel/errors';
import { describeVersion, settledMilliseconds } from './file-version.ts';
import { decodeFooter, locatePart, missingFooter, usualFooterBytes } from './step-file.ts';
import type { StepRecord } from './step-store.ts';

/** Bytes that are hashed while the next ones are being read. */
const pieceBytes = 4 << 20;

/** What became of reading a file. */
export type ReadOutcome<T> =
  | { readonly state: 'read'; readonly value: T; readonly bytes: number }
  | { readonly state: 'missing' }
  | { readonly state: 'damaged'; readonly bytes: number };

/**
 * Reads the record of a step file, not its parts. Synchronous: three calls of the system take less time than one hop to
 * another thread.
 */
export function readStepRecord(file: string, key: string): ReadOutcome<StepRecord> {
  let handle: number;
  let bytes: number;
  try {
    ({ handle, bytes } = openFile(file));
  } catch (cause) {
    return failedRead(file, cause);
  }
  try {
    let tail = readTail(handle, bytes, usualFooterBytes);
    const needed = missingFooter(tail, bytes);
    if (needed !== undefined) tail = readTail(handle, bytes, needed);
    const value = decodeFooter(key, tail, bytes);
    return value === undefined ? { state: 'damaged', bytes } : { state: 'read', value, bytes };
  } catch (cause) {
    return failedRead(file, cause);
  } finally {
    closeSync(handle);
  }
}

/** Parts whose checksum was found right, with the version of the file that they were read from. */
export type VerifiedParts = Map<string, string>;

/**
 * Reads one part into a buffer of its own and verifies its checksum, but for a file that nobody has touched since that
 * was done: large parts are read several times in a run.
 */
export async function readStepPart(
  file: string,
  key: string,
  name: string,
  verified: VerifiedParts,
): Promise<ReadOutcome<Uint8Array>> {
  const found = readStepRecord(file, key);
  if (found.state !== 'read') return found;
  const place = locatePart(found.value, name);
  if (place === undefined) return { state: 'missing' };
  const part = `${key} ${name}`;
  try {
    const handle = await open(file, 'r');
    try {
      const value = Buffer.allocUnsafeSlow(place.part.bytes);
      const status = fstatSync(handle.fd, { bigint: true });
      const version = describeVersion(status);
      const hash = verified.get(part) === version ? undefined : createHash('sha256');
      const begun = Date.now();
      const isWhole = await readPieces(handle, value, place.offset, hash);
      if (!isWhole || (hash !== undefined && hash.digest('hex') !== place.part.sha256))
        return { state: 'damaged', bytes: found.bytes };
      if (begun - Number(status.ctimeMs) > settledMilliseconds) verified.set(part, version);
      return { state: 'read', value: new Uint8Array(value.buffer), bytes: found.bytes };
    } finally {
      await handle.close();
    }
  } catch (cause) {
    return failedRead(file, cause);
  }
}

/**
 * Fills a buffer, one piece being hashed while the next is read; false if the file was cut short meanwhile: what was
 * not filled must not pass for content.
 */
async function readPieces(
  handle: FileHandle,
  buffer: Buffer,
  position: number,
  hash: Hash | undefined,
): Promise<boolean> {
  const readFrom = (from: number) =>
    handle.read(buffer, from, Math.min(pieceBytes, buffer.length - from), position + from);
  let done = 0;
  let { bytesRead } = buffer.length === 0 ? { bytesRead: 0 } : await readFrom(0);
  while (bytesRead > 0) {
    const piece = buffer.subarray(done, done + bytesRead);
    done += bytesRead;
    const next = done < buffer.length ? readFrom(done) : undefined;
    hash?.update(piece);
    bytesRead = (await next)?.bytesRead ?? 0;
  }
  return done === buffer.length;
}

function readTail(handle: number, fileBytes: number, wanted: number): Buffer {
  const tail = Buffer.alloc(Math.min(wanted, fileBytes));
  let done = 0;
  for (let count = -1; done < tail.length && count !== 0; done += count)
    count = readSync(handle, tail, done, tail.length - done, fileBytes - tail.length + done);
  return tail;
}

/**
 * A file that is gone is missing (`ESTALE`: another machine replaced it on NFS while it was read), one with a bad sector
 * and what is no file are damaged; anything else the user has to mend.
 */
function failedRead(file: string, cause: unknown): { state: 'missing' } | { state: 'damaged'; bytes: number } {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (['ENOENT', 'ENOTDIR', 'ESTALE'].includes(code)) return { state: 'missing' };
  if (code === 'EIO' || code === 'NOT_FILE' || code === 'ENXIO') return { state: 'damaged', bytes: 0 };
  throw new MachineError('STORE_UNREADABLE', `cannot be read (${code === '' ? String(cause) : code})`, {
    file,
    hint: 'Make the folder of the store readable, or give another one.',
    cause,
  });
}
