import { bytesField, joinFields, varintField } from './onnx-wire.ts';
import type { PlainWeights } from './draw-weights.ts';

/** A TensorFlow checkpoint of one shard: its index and its data. */
export interface TensorBundle {
  /** Bytes of `….index`. */
  readonly index: Uint8Array;
  /** Bytes of `….data-00000-of-00001`. */
  readonly data: Uint8Array;
}

const float32 = 1;

/** Writes weights as TensorFlow's `Saver` does: a table of entries by name, and the values of all, one after another. */
export function tensorBundle(weights: PlainWeights): TensorBundle {
  const values: Buffer[] = [];
  const entries: [string, Uint8Array][] = [['', joinFields([varintField(1, 1), bytesField(3, [varintField(1, 1)])])]];
  let offset = 0;
  for (const [name, { shape, values: read }] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const bytes = Buffer.from(read().buffer);
    const dims = shape.map((size) => bytesField(2, [varintField(1, size)]));
    entries.push([
      name,
      joinFields([
        varintField(1, float32),
        bytesField(2, dims),
        varintField(4, offset),
        varintField(5, bytes.length),
        [Buffer.from([(6 << 3) | 5]), wholeOf(maskedCrc(bytes))],
      ]),
    ]);
    values.push(bytes);
    offset += bytes.length;
  }
  return { index: table(entries), data: Buffer.concat(values) };
}

/** A sorted table in the form of LevelDB: one block of entries, one of nothing, one that names the first. */
function table(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const data = block(entries);
  const nothing = block([]);
  const index = block([['\xff', handle(0, data.length - trailerBytes)]]);
  const footer = Buffer.alloc(48);
  Buffer.concat([
    handle(data.length, nothing.length - trailerBytes),
    handle(data.length + nothing.length, index.length - trailerBytes),
  ]).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([data, nothing, index, footer]);
}

const trailerBytes = 5;

function block(entries: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts = entries.flatMap(([key, value]) => {
    const name = Buffer.from(key, 'latin1');
    return [varint(0), varint(name.length), varint(value.length), name, Buffer.from(value)];
  });
  // One point to begin reading at, the first entry; then nothing is packed.
  const content = Buffer.concat([...parts, wholeOf(0), wholeOf(1), Buffer.from([0])]);
  return Buffer.concat([content, wholeOf(maskedCrc(content))]);
}

function handle(offset: number, size: number): Buffer {
  return Buffer.concat([varint(offset), varint(size)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function wholeOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** CRC-32C (Castagnoli), bit by bit, masked as in tables of LevelDB. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
