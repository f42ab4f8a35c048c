import type { Checkpoint, CheckpointValue } from '../../checkpoint.ts';
import { ByteCursor } from '../bytes/byte-cursor.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { checkpointError } from '../checkpoint-error.ts';
import { limits } from '../limits.ts';
import { joinChunks } from './join-chunks.ts';
import { messageError, readPiece, type MessagePiece } from './message-reader.ts';
import { extensionValue } from './extension-value.ts';

/** A list or map that is being filled; a map in turn with keys and values. */
interface Open {
  readonly entries: Map<string, CheckpointValue> | undefined;
  readonly items: CheckpointValue[] | undefined;
  left: number;
  key: string | undefined;
}

/**
 * Reads what `flax.serialization` wrote: maps of maps whose leaves are arrays. Arrays that were split into chunks are
 * whole again.
 *
 * @throws InputError `CHECKPOINT_MSGPACK`, `CHECKPOINT_TRUNCATED`, `CHECKPOINT_DUPLICATE_KEY`, `CHECKPOINT_LIMIT`,
 *   `CHECKPOINT_TENSOR`, `CHECKPOINT_TENSOR_KIND`.
 */
export function readFlax(source: ByteSource): Checkpoint {
  const { file } = source;
  const cursor = new ByteCursor(source);
  const open: Open[] = [];
  let root: CheckpointValue | undefined;
  for (let count = 0; root === undefined; count++) {
    if (count > limits.walkedValues) throw tooMany(file);
    const piece = readPiece(cursor);
    const begun = begin(piece);
    if (begun !== undefined && begun.left > 0) {
      open.push(begun);
      continue;
    }
    let value = begun === undefined ? leafOf(source, piece, nameOf(open)) : valueOf(source, begun);
    for (;;) {
      const parent = open.at(-1);
      if (parent === undefined) {
        root = value;
        break;
      }
      put(source, parent, value, cursor.position);
      if (parent.left > 0) break;
      open.pop();
      value = valueOf(source, parent);
    }
  }
  if (cursor.left > 0) throw messageError(source, `is followed by ${String(cursor.left)} bytes`, cursor.position);
  return { file, container: 'flax-msgpack', files: [file], root, placeholders: [], metadata: new Map() };
}

function begin(piece: MessagePiece): Open | undefined {
  if (piece.kind === 'map') return { entries: new Map(), items: undefined, left: piece.count * 2, key: undefined };
  if (piece.kind === 'list') return { entries: undefined, items: [], left: piece.count, key: undefined };
  return undefined;
}

function put(source: ByteSource, parent: Open, value: CheckpointValue, offset: number): void {
  parent.left--;
  if (parent.items !== undefined) parent.items.push(value);
  else if (parent.left % 2 === 1) {
    if (value.kind !== 'plain') throw messageError(source, 'has a key that is no text', offset);
    parent.key = String(value.value);
    if (parent.entries?.has(parent.key) === true)
      throw checkpointError('CHECKPOINT_DUPLICATE_KEY', `has the key "${parent.key.slice(0, 200)}" twice in one map`, {
        file: source.file,
      });
  } else parent.entries?.set(parent.key ?? '', value);
}

function valueOf(source: ByteSource, { entries, items }: Open): CheckpointValue {
  if (entries === undefined) return { kind: 'list', items: items ?? [] };
  return joinChunks(source, entries) ?? { kind: 'dictionary', entries };
}

function leafOf(source: ByteSource, piece: MessagePiece, name: string): CheckpointValue {
  switch (piece.kind) {
    case 'plain':
      return piece;
    case 'extension':
      return extensionValue(source, piece, name);
    default:
      return { kind: 'placeholder', global: 'builtins.bytes', parts: [] };
  }
}

/** Path of the value that comes next, for messages. */
function nameOf(open: readonly Open[]): string {
  return open
    .slice(-32)
    .map(({ key, items }) => key ?? String(items?.length ?? 0))
    .join('/');
}

function tooMany(file: string) {
  return checkpointError('CHECKPOINT_LIMIT', `has more than ${String(limits.walkedValues)} values`, {
    file,
    hint: 'No published checkpoint has so many: do not trust the file.',
  });
}
