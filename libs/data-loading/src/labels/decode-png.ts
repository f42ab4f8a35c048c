import { promisify } from 'node:util';
import { inflate, inflateSync } from 'node:zlib';
import { InputError } from '@intermodel/streams';
import { checkPixels, type PixelLimit } from './pixel-limit.ts';
import { unfilterRows } from './unfilter-png.ts';

/** What the first bytes of a PNG file say of it. */
export interface PngHeader {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** How a pixel is coded. */
  readonly colour: 'grey' | 'rgb' | 'palette' | 'grey-alpha' | 'rgb-alpha';
  /** Whether the rows are interlaced by Adam7. */
  readonly interlaced: boolean;
}

/** Samples of a PNG file as they are stored: a palette stays indices, 16 bits stay 16 bits. */
export interface PngRaster extends PngHeader {
  /** Samples of a pixel: 1 for grey and palette, 2 with alpha, 3 for RGB, 4 with alpha. */
  readonly channels: number;
  /** Samples row by row; those of less than 8 bits take a byte each. */
  readonly data: Uint8Array | Uint16Array;
}

/**
 * Reads the size and coding of a PNG file from its first 33 bytes.
 *
 * @throws InputError `LABEL_BROKEN` if it does not begin like a PNG file.
 */
export function readPngHeader(bytes: Buffer, file: string): PngHeader {
  if (
    bytes.length < headerBytes ||
    bytes.compare(signature, 0, 8, 0, 8) !== 0 ||
    bytes.toString('latin1', 12, 16) !== 'IHDR'
  ) {
    throw brokenPng(file, bytes.length === 0 ? 'the file is empty' : 'is not a PNG file');
  }
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const depth = bytes.readUInt8(24);
  const code = bytes.readUInt8(25);
  const colour = colours[code];
  if (colour === undefined || !colour.depths.includes(depth) || width === 0 || height === 0)
    throw brokenPng(file, 'its PNG header is damaged');
  return { width, height, depth, colour: colour.name, interlaced: bytes[28] === 1 };
}

/**
 * Decodes a PNG file to its stored samples, without colour conversion of any kind. The header is checked against the
 * pixel limit before anything is decompressed, and no more is decompressed than the header announces.
 *
 * @throws InputError `LABEL_TOO_LARGE`, or `LABEL_BROKEN` for what is not a whole PNG file.
 */
export async function decodePng(bytes: Buffer, file: string, limit: PixelLimit = {}): Promise<PngRaster> {
  const header = readPngHeader(bytes, file);
  const { width, height, depth } = header;
  const channels = (colours.find((colour) => colour?.name === header.colour)?.channels ?? 1) as 1 | 2 | 3 | 4;
  checkPixels({ width, height, pixelBytes: channels * Math.ceil(depth / 8) }, limit, 'LABEL_TOO_LARGE', file);
  const passes = header.interlaced ? adam7 : [wholeImage];
  const sizes = passes.map(([x, y, stepX, stepY]) => ({
    columns: Math.max(0, Math.ceil((width - x) / stepX)),
    rows: Math.max(0, Math.ceil((height - y) / stepY)),
  }));
  const lineBytes = (columns: number) => Math.ceil((columns * channels * depth) / 8);
  const expected = sizes.reduce(
    (sum, { columns, rows }) => sum + (columns === 0 ? 0 : rows * (lineBytes(columns) + 1)),
    0,
  );
  const packed = await inflateExactly(imageData(bytes, file), expected, file);

  if (depth === 8 && !header.interlaced)
    return { ...header, channels, data: unfiltered(packed, height, lineBytes(width), channels, file) };
  const data = depth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  let offset = 0;
  passes.forEach(([x, y, stepX, stepY], index) => {
    const { columns, rows } = sizes[index] ?? { columns: 0, rows: 0 };
    if (columns === 0 || rows === 0) return;
    const size = lineBytes(columns);
    const lines = unfiltered(
      packed.subarray(offset, offset + rows * (size + 1)),
      rows,
      size,
      Math.max(1, (channels * depth) >> 3),
      file,
    );
    offset += rows * (size + 1);
    for (let row = 0; row < rows; row++) {
      const target = ((y + row * stepY) * width + x) * channels;
      unpackRow(lines.subarray(row * size, (row + 1) * size), depth, columns, channels, data, target, stepX * channels);
    }
  });
  return { ...header, channels, data };
}

const headerBytes = 33;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Codings by the number that the header bears for them. */
const colours: readonly (
  { readonly name: PngHeader['colour']; readonly channels: number; readonly depths: readonly number[] } | undefined
)[] = [
  { name: 'grey', channels: 1, depths: [1, 2, 4, 8, 16] },
  undefined,
  { name: 'rgb', channels: 3, depths: [8, 16] },
  { name: 'palette', channels: 1, depths: [1, 2, 4, 8] },
  { name: 'grey-alpha', channels: 2, depths: [8, 16] },
  undefined,
  { name: 'rgb-alpha', channels: 4, depths: [8, 16] },
];

type Pass = readonly [x: number, y: number, stepX: number, stepY: number];
const wholeImage: Pass = [0, 0, 1, 1];
/** Passes of Adam7 interlacing (PNG specification, 8.2). */
const adam7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

const inflateAsync = promisify(inflate);

/** Image data up to this size is decompressed at once, in about a millisecond: the way to another thread costs more. */
const inflatedAtOnce = 512 * 1024;

function imageData(bytes: Buffer, file: string): Buffer {
  const parts: Buffer[] = [];
  for (let offset = 8; ;) {
    if (offset + 12 > bytes.length) throw brokenPng(file, 'is cut short');
    const length = bytes.readUInt32BE(offset);
    const type = bytes.toString('latin1', offset + 4, offset + 8);
    if (type === 'IEND') break;
    if (offset + 12 + length > bytes.length) throw brokenPng(file, 'is cut short');
    if (type === 'IDAT') parts.push(bytes.subarray(offset + 8, offset + 8 + length));
    offset += 12 + length;
  }
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

async function inflateExactly(packed: Buffer, expected: number, file: string): Promise<Uint8Array> {
  let samples: Buffer;
  try {
    // A little more than is expected, so that one piece of memory takes all of it.
    const options = { maxOutputLength: expected, chunkSize: Math.min(expected, inflatedAtOnce) + 64 };
    samples = expected <= inflatedAtOnce ? inflateSync(packed, options) : await inflateAsync(packed, options);
  } catch (cause) {
    throw brokenPng(file, 'its image data is damaged', cause);
  }
  if (samples.length !== expected)
    throw brokenPng(file, `holds ${String(samples.length)} bytes of image data instead of ${String(expected)}`);
  return samples;
}

function unfiltered(packed: Uint8Array, rows: number, lineBytes: number, pixelBytes: number, file: string): Uint8Array {
  const lines = unfilterRows(packed, rows, lineBytes, pixelBytes);
  if (lines === undefined) throw brokenPng(file, 'has a row with an unknown filter');
  return lines;
}

function unpackRow(
  line: Uint8Array,
  depth: number,
  columns: number,
  channels: number,
  data: Uint8Array | Uint16Array,
  target: number,
  step: number,
): void {
  if (depth < 8) {
    const [perByte, mask] = [8 / depth, (1 << depth) - 1];
    for (let column = 0; column < columns; column++) {
      const byte = line[Math.floor(column / perByte)] as number;
      data[target + column * step] = (byte >> (8 - depth * ((column % perByte) + 1))) & mask;
    }
    return;
  }
  for (let column = 0; column < columns; column++) {
    for (let channel = 0; channel < channels; channel++) {
      const sample = column * channels + channel;
      data[target + column * step + channel] =
        depth === 8 ? (line[sample] as number) : ((line[2 * sample] as number) << 8) | (line[2 * sample + 1] as number);
    }
  }
}

function brokenPng(file: string, problem: string, cause?: unknown): InputError {
  return new InputError('LABEL_BROKEN', problem, {
    file,
    expected: 'a whole PNG file',
    hint: 'Write or copy the file again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
