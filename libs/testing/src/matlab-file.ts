import { deflateSync } from 'node:zlib';

/** Bytes of a MATLAB file (level 5, compressed) with one variable: a struct whose fields are lists of texts. */
export function matlabStructOfTexts(name: string, fields: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const header = Buffer.alloc(128, ' ');
  header.write('MATLAB 5.0 MAT-file', 0, 'latin1');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126, 'latin1');
  const names = Object.keys(fields);
  const nameBytes = Buffer.concat(
    names.map((field) => Buffer.concat([Buffer.from(field, 'latin1'), Buffer.alloc(32 - field.length)])),
  );
  const values = Object.values(fields).map((texts) => matrix(cellClass, [1, texts.length], '', texts.map(text)));
  const struct = matrix(structClass, [1, 1], name, [element(int32, int32s([32])), element(int8, nameBytes), ...values]);
  const packed = deflateSync(struct);
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(compressed, 0);
  tag.writeUInt32LE(packed.length, 4);
  return Buffer.concat([header, tag, packed]);
}

const int8 = 1;
const uint16 = 4;
const int32 = 5;
const uint32 = 6;
const matrixType = 14;
const compressed = 15;
const cellClass = 1;
const structClass = 2;
const charClass = 4;

function text(value: string): Buffer {
  return matrix(charClass, [1, value.length], '', [element(uint16, Buffer.from(value, 'utf16le'))]);
}

function matrix(kind: number, sizes: readonly number[], name: string, parts: readonly Buffer[]): Buffer {
  const flags = Buffer.alloc(8);
  flags.writeUInt32LE(kind, 0);
  return element(
    matrixType,
    Buffer.concat([
      element(uint32, flags),
      element(int32, int32s(sizes)),
      element(int8, Buffer.from(name, 'latin1')),
      ...parts,
    ]),
  );
}

/** An element with its tag, in the short form where it fits, padded to 8 bytes. */
function element(type: number, data: Buffer): Buffer {
  const short = data.length > 0 && data.length <= 4;
  const tag = Buffer.alloc(short ? 4 : 8);
  if (short) tag.writeUInt32LE((data.length << 16) | type, 0);
  else {
    tag.writeUInt32LE(type, 0);
    tag.writeUInt32LE(data.length, 4);
  }
  const padding = (8 - ((tag.length + data.length) % 8)) % 8;
  return Buffer.concat([tag, data, Buffer.alloc(padding)]);
}

function int32s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32LE(value, 4 * index));
  return bytes;
}
