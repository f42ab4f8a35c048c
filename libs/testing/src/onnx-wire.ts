/** Bytes of protobuf fields, ready to be joined. */
export type WireField = readonly Uint8Array[];

/** A field of wire type 0: a whole number, negative ones as 64-bit two's complement. */
export function varintField(field: number, value: number | bigint): WireField {
  return [varint(BigInt(field) << 3n), varint(BigInt(value))];
}

/** A field of wire type 5: a 32-bit float. */
export function floatField(field: number, value: number): WireField {
  return [varint((BigInt(field) << 3n) | 5n), new Uint8Array(new Float32Array([value]).buffer)];
}

/** A field of wire type 2: text, bytes or a message. */
export function bytesField(field: number, value: string | Uint8Array | readonly WireField[]): WireField {
  const chunks =
    typeof value === 'string' ? [Buffer.from(value, 'utf8')] : value instanceof Uint8Array ? [value] : value.flat();
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return [varint((BigInt(field) << 3n) | 2n), varint(BigInt(length)), ...chunks];
}

/** Joins the fields of the outermost message. */
export function joinFields(fields: readonly WireField[]): Uint8Array {
  return new Uint8Array(Buffer.concat(fields.flat()));
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}
