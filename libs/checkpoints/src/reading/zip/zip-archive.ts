import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl';
import type { InputError } from '@intermodel/errors';
import { checkpointError } from '../checkpoint-error.ts';
import { fileSource, partOf, type ByteSource } from '../bytes/byte-source.ts';
import { limits } from '../limits.ts';
import { inflatedSource } from './inflated-source.ts';
import { SourceReader } from './source-reader.ts';

/** An archive whose entries are read where they lie. */
export interface ZipArchive {
  /** Path of the archive. */
  readonly file: string;
  /** Bytes of the entries by their names, in the order of the archive. */
  readonly entries: ReadonlyMap<string, ByteSource>;
}

/**
 * Opens a zip archive: where its entries lie, and how they are packed. Nothing is unpacked yet.
 *
 * @throws InputError `FILE_MISSING`, `FILE_UNREADABLE`, `CHECKPOINT_TRUNCATED`, `CHECKPOINT_ZIP`, `CHECKPOINT_LIMIT`.
 */
export async function openZip(file: string): Promise<ZipArchive> {
  const source = fileSource(file);
  try {
    const options = { lazyEntries: true, autoClose: false };
    const archive = await fromRandomAccessReaderPromise(new SourceReader(source), source.length, options);
    return { file, entries: await listEntries(archive, source) };
  } catch (cause) {
    throw zipError(file, cause);
  }
}

interface Range {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

async function listEntries(archive: ZipFile, source: ByteSource): Promise<Map<string, ByteSource>> {
  const { file } = source;
  if (archive.entryCount > limits.zipEntries) throw tooManyEntries(file, archive.entryCount);
  const entries = new Map<string, ByteSource>();
  const ranges: Range[] = [];
  for await (const entry of archive.eachEntry()) {
    const name = entry.fileName;
    if (name.endsWith('/')) continue;
    if (entries.has(name))
      throw checkpointError('CHECKPOINT_ZIP', `the archive has the entry "${name}" twice`, {
        file,
        hint: 'It cannot be told which one is meant: do not trust the file.',
      });
    const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
    ranges.push({ name, start: entry.relativeOffsetOfLocalHeader, end: fileDataStart + entry.compressedSize });
    entries.set(name, entrySource(source, entry, fileDataStart));
  }
  checkApart(file, ranges);
  return entries;
}

function entrySource(source: ByteSource, entry: Entry, start: number): ByteSource {
  const { file } = source;
  const packed = partOf(source, start, entry.compressedSize);
  if (entry.isEncrypted())
    throw checkpointError('CHECKPOINT_ZIP', `the entry "${entry.fileName}" is encrypted`, {
      file,
      hint: 'Unpack the archive with its password, and name the checkpoint in it.',
    });
  if (entry.compressionMethod === stored) return packed;
  if (entry.compressionMethod === deflated)
    return inflatedSource(packed, { name: entry.fileName, bytes: entry.uncompressedSize, crc: entry.crc32 });
  throw checkpointError(
    'CHECKPOINT_ZIP',
    `the entry "${entry.fileName}" is packed by method ${String(entry.compressionMethod)}`,
    {
      file,
      expected: 'entries that are stored (0) or deflated (8)',
      hint: 'Unpack the archive and pack it again with `zip`.',
    },
  );
}

const stored = 0;
const deflated = 8;

/** Entries that share bytes are how small archives unpack into huge ones. */
function checkApart(file: string, ranges: Range[]): void {
  ranges.sort((one, other) => one.start - other.start);
  ranges.forEach(({ name, start }, index) => {
    const before = ranges[index - 1];
    if (before !== undefined && start < before.end)
      throw checkpointError('CHECKPOINT_ZIP', `the entries "${before.name}" and "${name}" share bytes of the archive`, {
        file,
        expected: 'entries that lie one after another',
        hint: 'Do not trust the file.',
      });
  });
}

function tooManyEntries(file: string, count: number): InputError {
  return checkpointError('CHECKPOINT_LIMIT', `the archive has ${String(count)} entries`, {
    file,
    expected: `at most ${String(limits.zipEntries)}`,
    hint: 'No published checkpoint has so many: do not trust the file.',
  });
}

/** Failures of the library that reads archives, and of the system below it, by what they mean. */
function zipError(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || 'details' in cause || 'errno' in cause) return cause;
  const { message } = cause;
  if (/End of central directory|overflows file bounds|unexpected EOF/iu.test(message))
    return checkpointError('CHECKPOINT_TRUNCATED', `the archive ends early (${message})`, { file, cause });
  if (/absolute path|invalid relative path|invalid characters in fileName/iu.test(message))
    return checkpointError('CHECKPOINT_ZIP', `the archive has an entry that leads out of it (${message})`, {
      file,
      expected: 'entries with relative names without ".."',
      hint: 'Do not trust the file.',
      cause,
    });
  return checkpointError('CHECKPOINT_ZIP', `the archive cannot be read: ${message}`, { file, cause });
}
