import type { InputError } from '@intermodel/errors';
import type { ByteCursor } from '../bytes/byte-cursor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';

/** A piece of msgpack: a plain value, the beginning of a list or map, or bytes that stay where they are. */
export type MessagePiece =
  | { readonly kind: 'plain'; readonly value: string | number | bigint | boolean | null }
  | { readonly kind: 'list' | 'map'; readonly count: number }
  | { readonly kind: 'bytes'; readonly start: number; readonly length: number }
  | { readonly kind: 'extension'; readonly type: number; readonly start: number; readonly length: number };

/** Whether bytes begin as a map of msgpack whose first key is a text. */
export function isMessageMap(head: Uint8Array): boolean {
  const [first = 0, second = 0] = head;
  const small = first >= 0x81 && first <= 0x8f;
  const key = small ? second : first === 0xde ? (head[3] ?? 0) : first === 0xdf ? (head[5] ?? 0) : 0;
  return (key >= 0xa0 && key <= 0xbf) || key === 0xd9 || key === 0xda;
}

const sizes = [1, 2, 4] as const;

/**
 * Reads the next piece, with numbers in big-endian order as msgpack has them. Bytes are stepped over, not read.
 *
 * @throws InputError `CHECKPOINT_MSGPACK`, `CHECKPOINT_TRUNCATED`, `CHECKPOINT_LIMIT`.
 */
export function readPiece(cursor: ByteCursor): MessagePiece {
  const code = cursor.byte();
  if (code < 0x80) return { kind: 'plain', value: code };
  if (code < 0x90) return { kind: 'map', count: code & 0x0f };
  if (code < 0xa0) return { kind: 'list', count: code & 0x0f };
  if (code < 0xc0) return text(cursor, code & 0x1f);
  if (code >= 0xe0) return { kind: 'plain', value: code - 0x100 };
  const size = (first: number, from: 0 | 1 = 0) => cursor.unsigned(sizes[code - first + from] ?? 4, false);
  switch (code) {
    case 0xc0:
      return { kind: 'plain', value: null };
    case 0xc2:
    case 0xc3:
      return { kind: 'plain', value: code === 0xc3 };
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return bytes(cursor, size(0xc4));
    case 0xc7:
    case 0xc8:
    case 0xc9:
      return extension(cursor, size(0xc7));
    case 0xca:
      return { kind: 'plain', value: cursor.float32(false) };
    case 0xcb:
      return { kind: 'plain', value: cursor.float64(false) };
    case 0xcc:
    case 0xcd:
    case 0xce:
      return { kind: 'plain', value: size(0xcc) };
    case 0xcf:
      return { kind: 'plain', value: narrowed(BigInt.asUintN(64, cursor.integer64(false))) };
    case 0xd0:
      return { kind: 'plain', value: (cursor.byte() << 24) >> 24 };
    case 0xd1:
      return { kind: 'plain', value: (cursor.unsigned(2, false) << 16) >> 16 };
    case 0xd2:
      return { kind: 'plain', value: cursor.unsigned(4, false) | 0 };
    case 0xd3:
      return { kind: 'plain', value: narrowed(cursor.integer64(false)) };
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return extension(cursor, 2 ** (code - 0xd4));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return text(cursor, size(0xd9));
    case 0xdc:
    case 0xdd:
      return { kind: 'list', count: size(0xdc, 1) };
    case 0xde:
    case 0xdf:
      return { kind: 'map', count: size(0xde, 1) };
    default:
      throw messageError(
        cursor.source,
        `has the byte 0x${code.toString(16)}, which means nothing`,
        cursor.position - 1,
      );
  }
}

function text(cursor: ByteCursor, length: number): MessagePiece {
  if (length > limits.nameBytes) return bytes(cursor, length);
  return { kind: 'plain', value: Buffer.from(cursor.take(length)).toString('utf8') };
}

function bytes(cursor: ByteCursor, length: number): MessagePiece {
  return { kind: 'bytes', start: cursor.skip(length), length };
}

function extension(cursor: ByteCursor, length: number): MessagePiece {
  const type = cursor.byte();
  return { kind: 'extension', type, start: cursor.skip(length), length };
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The error of msgpack that means nothing. */
export function messageError({ file }: ByteSource, problem: string, offset: number): InputError {
  return checkpointError('CHECKPOINT_MSGPACK', `the msgpack ${problem}, at byte ${String(offset)}`, { file });
}
