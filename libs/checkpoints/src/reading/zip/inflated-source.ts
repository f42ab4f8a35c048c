import { constants as bufferConstants } from 'node:buffer';
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { checkpointError } from '../checkpoint-error.ts';
import { unpackedSource, type ByteSource } from '../bytes/byte-source.ts';

/** What an archive says of an entry that is deflated. */
export interface DeflatedEntry {
  /** Name of the entry, for messages. */
  readonly name: string;
  /** Bytes that it unpacks to. */
  readonly bytes: number;
  /** Checksum of these. */
  readonly crc: number;
}

/** Bytes from which on a source is looked at for what no weights are: values that repeat beyond all measure. */
const bombBytes = 64 * 2 ** 20;
/** Weights shrink by a tenth; deflate itself ends at about 1,000. */
const bombRatio = 200;
/** Packed bytes that are unpacked to read the head of an entry. */
const headBytes = 16_384;

/**
 * Bytes of an entry that is deflated: unpacked when they are read, a head alone where the head is enough.
 *
 * @throws InputError `CHECKPOINT_LIMIT` for what grows beyond all measure; and later, when it is read, `CHECKPOINT_ZIP`
 *   where the bytes are not what the archive says.
 */
export function inflatedSource(packed: ByteSource, { name, bytes, crc }: DeflatedEntry): ByteSource {
  const { file } = packed;
  if (bytes > bufferConstants.MAX_LENGTH || (bytes > bombBytes && bytes > packed.length * bombRatio))
    throw checkpointError(
      'CHECKPOINT_LIMIT',
      `the entry "${name}" would unpack from ${String(packed.length)} to ${String(bytes)} bytes`,
      {
        file,
        expected: `at most ${String(bombRatio)} times as many, and what memory can hold`,
        hint: 'Unpack the archive yourself if you trust it, and name the checkpoint in it; otherwise leave it.',
      },
    );
  const bent = (cause?: unknown) =>
    checkpointError('CHECKPOINT_ZIP', `the entry "${name}" does not unpack to the bytes that the archive tells of`, {
      file,
      cause,
    });
  return unpackedSource(
    file,
    bytes,
    () => {
      try {
        const unpacked = inflateRawSync(packed.read(0, packed.length), { maxOutputLength: Math.max(bytes, 1) });
        if (unpacked.length !== bytes || crc32(unpacked) !== crc) throw bent();
        return unpacked;
      } catch (cause) {
        throw isZlibError(cause) ? bent(cause) : cause;
      }
    },
    () => {
      try {
        const head = packed.read(0, Math.min(packed.length, headBytes));
        return inflateRawSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, bytes);
      } catch (cause) {
        throw isZlibError(cause) ? bent(cause) : cause;
      }
    },
  );
}

function isZlibError(cause: unknown): boolean {
  const { code = '' } = cause as NodeJS.ErrnoException;
  return code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE';
}
