const kinds = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, Uint32Array };
type Kind = keyof typeof kinds;
const MAGIC = 'IMSTATE1';

/**
 * Packs a state (plain data with typed arrays) into bytes, for a file or a queue: a JSON header, then the arrays,
 * each aligned to 8 bytes, little-endian.
 */
export function packState(state: object): Uint8Array {
  const arrays: Uint8Array[] = [];
  let end = 0;
  const header = JSON.stringify(state, (_, value: unknown) => {
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      const entry = { $array: value.constructor.name, at: end, bytes: bytes.length };
      arrays.push(bytes);
      end += Math.ceil(bytes.length / 8) * 8;
      return entry;
    }
    return typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value;
  });
  const text = new TextEncoder().encode(header);
  const start = Math.ceil((12 + text.length) / 8) * 8;
  const packed = new Uint8Array(start + end);
  packed.set(new TextEncoder().encode(MAGIC));
  new DataView(packed.buffer).setUint32(8, text.length, true);
  packed.set(text, 12);
  let at = start;
  for (const bytes of arrays) {
    packed.set(bytes, at);
    at += Math.ceil(bytes.length / 8) * 8;
  }
  return packed;
}

/**
 * State that {@link packState} packed. Hand it to the `fromState` of its class, which checks what it holds.
 *
 * @throws RangeError if the bytes are not such a state or were cut short
 */
export function unpackState(packed: Uint8Array): object {
  if (packed.length < 12 || new TextDecoder().decode(packed.subarray(0, 8)) !== MAGIC)
    throw new RangeError('unpackState: these bytes are no packed state');
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(8, true);
  const start = Math.ceil((12 + length) / 8) * 8;
  if (packed.length < start) throw new RangeError('unpackState: the packed state was cut short');
  return JSON.parse(new TextDecoder().decode(packed.subarray(12, 12 + length)), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$number' in value) return Number(value.$number);
    if (!('$array' in value)) return value;
    const { $array, at, bytes } = value as { $array: Kind; at: number; bytes: number };
    if (packed.length < start + at + bytes) throw new RangeError('unpackState: the packed state was cut short');
    return new kinds[$array](packed.slice(start + at, start + at + bytes).buffer);
  }) as object;
}
