import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { InputError, readInputFile, writeFileAtomically } from '@intermodel/streams';

/** A label plane as a head of a segmenter decided it. */
export interface HeadPlane {
  /** Place of the head in its segmenter. */
  readonly head: number;
  /** Rows. */
  readonly height: number;
  /** Columns. */
  readonly width: number;
  /** Class + 1 of each pixel, 0 for none. */
  readonly data: Uint16Array;
}

const magic = Buffer.from('implane1');
const digestBytes = 32;

/** Writes planes compressed, with a checksum, whole or not at all. @throws MachineError `WRITE_FAILED`. */
export function writePlanes(file: string, planes: readonly HeadPlane[]): void {
  const parts = planes.flatMap(({ head, height, width, data }) => {
    const header = Buffer.alloc(12);
    [head, height, width].forEach((value, index) => header.writeUInt32LE(value, 4 * index));
    return [header, littleEndianBytes(data)];
  });
  const body = deflateRawSync(Buffer.concat(parts), { level: 6 });
  writeFileAtomically(file, [magic, createHash('sha256').update(body).digest(), body]);
}

/** Whether a file of planes is there and whole. */
export function planesAreWhole(file: string): boolean {
  return wholeBody(file) !== undefined;
}

/** Reads planes. @throws InputError `PLANES_BROKEN` for a file that is missing, cut or changed. */
export function readPlanes(file: string): HeadPlane[] {
  const body = wholeBody(file);
  if (body === undefined)
    throw new InputError('PLANES_BROKEN', 'the stored label planes are missing or damaged', {
      file,
      hint: 'Run again: what is damaged is made anew.',
    });
  const bytes = inflateRawSync(body);
  const planes: HeadPlane[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const [head = 0, height = 0, width = 0] = [0, 4, 8].map((place) => bytes.readUInt32LE(offset + place));
    const end = offset + 12 + 2 * height * width;
    planes.push({ head, height, width, data: fromLittleEndian(bytes.subarray(offset + 12, end)) });
    offset = end;
  }
  return planes;
}

function littleEndianBytes(data: Uint16Array): Buffer {
  const bytes = Buffer.from(Uint8Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).buffer);
  return endianness() === 'LE' ? bytes : bytes.swap16();
}

/** A copy, since numbers of two bytes have to lie at an even place. */
function fromLittleEndian(bytes: Uint8Array): Uint16Array {
  const copy = Uint8Array.from(bytes);
  if (endianness() === 'BE') Buffer.from(copy.buffer).swap16();
  return new Uint16Array(copy.buffer);
}

function wholeBody(file: string): Buffer | undefined {
  let bytes: Buffer;
  try {
    bytes = readInputFile(file);
  } catch {
    return undefined;
  }
  const start = bytes.subarray(0, magic.length);
  const body = bytes.subarray(magic.length + digestBytes);
  if (!start.equals(magic)) return undefined;
  return createHash('sha256')
    .update(body)
    .digest()
    .equals(bytes.subarray(magic.length, magic.length + digestBytes))
    ? body
    : undefined;
}
