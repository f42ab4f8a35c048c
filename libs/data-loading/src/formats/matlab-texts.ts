import { inflateSync } from 'node:zlib';
import { InputError } from '@intermodel/streams';

/**
 * Reads the list of texts that stands under a field name in a MATLAB file of version 5 to 7: a cell array of texts,
 * as `index.objectnames` of ADE20K. All else in the file is passed over.
 *
 * @throws InputError `MAT_BROKEN` if there is no such list.
 */
export function readMatlabTexts(bytes: Buffer, file: string, field: string): string[] {
  if (bytes.length < 128 || bytes.toString('latin1', 126, 128) !== 'IM')
    throw brokenMatlab(file, 'is not a little-endian MATLAB file of version 5 to 7');
  try {
    for (const element of elements(bytes, 128)) {
      const body = element.type === compressed ? [...elements(inflateSync(element.data), 0)][0] : element;
      const texts = body?.type === matrix ? findTexts(readMatrix(body.data), field) : undefined;
      if (texts !== undefined) return texts;
    }
  } catch (cause) {
    throw brokenMatlab(file, 'is cut short or damaged', cause);
  }
  throw brokenMatlab(file, `has no list of texts "${field}"`);
}

/** Types of elements and classes of arrays that are needed here (MATLAB's description of level 5 MAT-files). */
const [matrix, compressed] = [14, 15];
const cellClass = 1;
const structClass = 2;
const textClass = 4;

interface Element {
  readonly type: number;
  readonly data: Buffer;
}

interface Matrix {
  readonly kind: number;
  readonly name: string;
  readonly fields: readonly string[];
  readonly parts: readonly Element[];
}

function* elements(bytes: Buffer, start: number): Generator<Element> {
  for (let offset = start; offset + 8 <= bytes.length;) {
    const tag = bytes.readUInt32LE(offset);
    const small = tag >>> 16;
    if (small > 0) {
      yield { type: tag & 0xffff, data: bytes.subarray(offset + 4, offset + 4 + small) };
      offset += 8;
      continue;
    }
    const size = bytes.readUInt32LE(offset + 4);
    if (offset + 8 + size > bytes.length) throw new RangeError('an element reaches beyond the end');
    yield { type: tag, data: bytes.subarray(offset + 8, offset + 8 + size) };
    // Elements are padded to 8 bytes, but for compressed ones.
    offset += 8 + (tag === compressed ? size : Math.ceil(size / 8) * 8);
  }
}

function readMatrix(data: Buffer): Matrix {
  const [flags, , name, ...rest] = elements(data, 0);
  const kind = flags?.data[0] ?? 0;
  if (kind !== structClass) return { kind, name: name?.data.toString('latin1') ?? '', fields: [], parts: rest };
  const [lengths, names, ...values] = rest;
  const length = lengths?.data.readInt32LE(0) ?? 1;
  const text = names?.data ?? Buffer.alloc(0);
  const fields = Array.from({ length: Math.floor(text.length / length) }, (_, index) =>
    text.toString('latin1', index * length, (index + 1) * length).replace(/\0.*$/u, ''),
  );
  return { kind, name: name?.data.toString('latin1') ?? '', fields, parts: values };
}

function findTexts({ kind, name, fields, parts }: Matrix, field: string): string[] | undefined {
  if (kind === cellClass && name === field) return parts.map(readText);
  if (kind !== structClass) return undefined;
  const place = fields.indexOf(field);
  const value = parts[place];
  const list = value === undefined ? undefined : readMatrix(value.data);
  return list?.kind === cellClass ? list.parts.map(readText) : undefined;
}

function readText({ data }: Element): string {
  const { kind, parts } = readMatrix(data);
  const [letters] = parts;
  if (kind !== textClass || letters === undefined) return '';
  // Letters are stored with 2 bytes (types 4 and 17), or as bytes of UTF-8 or Latin-1.
  if (letters.type === 4 || letters.type === 17) return letters.data.toString('utf16le');
  return letters.data.toString(letters.type === 16 ? 'utf8' : 'latin1');
}

function brokenMatlab(file: string, problem: string, cause?: unknown): InputError {
  return new InputError('MAT_BROKEN', problem, {
    file,
    expected: 'index_ade20k.mat as it was released',
    hint: 'Or give a text file of one name a line with `data.names`.',
    ...(cause === undefined ? {} : { cause }),
  });
}
