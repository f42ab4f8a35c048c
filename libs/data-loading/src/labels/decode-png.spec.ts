import { deflateSync, crc32 } from 'node:zlib';
import { decode, encode, type BitDepth } from 'fast-png';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePng, readPngHeader } from './decode-png.ts';

const decoded = async (bytes: Uint8Array, maxPixels?: number) =>
  decodePng(Buffer.from(bytes), 'label.png', maxPixels === undefined ? {} : { maxPixels });

describe(decodePng, () => {
  it.each([1, 2, 4, 8] as const)('reads a palette of %i bits as indices', async (depth) => {
    const indices = Array.from({ length: 5 * 3 }, (_, pixel) => pixel % (1 << Math.min(depth, 3)));
    const palette = Array.from({ length: 1 << Math.min(depth, 3) }, (_, index) => [255 - index, index, 7]);
    const png = await decoded(narrowPng(5, 3, depth, 3, indices, palette));
    expect([...png.data]).toEqual(indices);
    expect(png).toMatchObject({ width: 5, height: 3, channels: 1, depth, colour: 'palette' });
  });

  it('reads grey of 1 bit and of 16 bits as stored', async () => {
    expect([...(await decoded(narrowPng(3, 2, 1, 0, [1, 0, 1, 0, 0, 1]))).data]).toEqual([1, 0, 1, 0, 0, 1]);
    const wide = Uint16Array.from([0, 1, 255, 256, 40_000, 65_535]);
    expect([...(await decoded(encode({ width: 3, height: 2, data: wide, channels: 1, depth: 16 }))).data]).toEqual([
      ...wide,
    ]);
  });

  it('agrees with another decoder on any image, filtered or interlaced', async () => {
    const image = fc.record({
      width: fc.integer({ min: 1, max: 17 }),
      height: fc.integer({ min: 1, max: 17 }),
      channels: fc.constantFrom(1, 2, 3, 4),
      depth: fc.constantFrom<BitDepth>(8, 16),
      interlace: fc.constantFrom('null' as const, 'Adam7' as const),
      seed: fc.integer({ min: 0, max: 65_535 }),
    });
    await fc.assert(
      fc.asyncProperty(image, async ({ width, height, channels, depth, interlace, seed }) => {
        const values = Array.from(
          { length: width * height * channels },
          (_, index) => (index * seed * 31 + seed) % (depth === 8 ? 256 : 65_536),
        );
        const bytes = encode(
          { width, height, channels, depth, data: depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values) },
          { interlace },
        );
        expect([...(await decoded(bytes)).data]).toEqual(values);
      }),
    );
  });

  it('undoes every row filter that an encoder chooses', async () => {
    const pixels = Uint8Array.from({ length: 40 * 30 * 3 }, (_, index) => ((index * index) % 251) ^ (index >> 3));
    for (const adaptiveFiltering of [true, false]) {
      const bytes = await sharp(pixels, { raw: { width: 40, height: 30, channels: 3 } })
        .png({ adaptiveFiltering, progressive: adaptiveFiltering })
        .toBuffer();
      expect([...(await decoded(bytes)).data]).toEqual([...pixels]);
      if (!adaptiveFiltering) expect([...decode(bytes).data]).toEqual([...pixels]);
    }
  });

  it.each([
    [1, 16, 1],
    [3, 8, 1],
    [4, 8, 1],
    [3, 16, 1.5],
    [4, 16, 2],
  ] as const)('counts a pixel of %i channels of %i bits as %d', async (channels, depth, times) => {
    const bytes = encode({
      width: 20,
      height: 20,
      data: depth === 8 ? new Uint8Array(400 * channels) : new Uint16Array(400 * channels),
      channels,
      depth,
    });
    await expect(decoded(bytes, 400 * times)).resolves.toMatchObject({ width: 20 });
    await expect(decoded(bytes, 400 * times - 1)).rejects.toMatchObject({ code: 'LABEL_TOO_LARGE' });
  });

  it('interlaces narrow palettes too', async () => {
    const indices = Array.from({ length: 13 * 11 }, (_, pixel) => (pixel * 5) % 4);
    const bytes = await sharp(Uint8Array.from(indices.flatMap((index) => [index * 80, 0, 0])), {
      raw: { width: 13, height: 11, channels: 3 },
    })
      .png({ palette: true, colours: 4, progressive: true, dither: 0 })
      .toBuffer();
    const png = await decoded(bytes);
    expect(png).toMatchObject({ colour: 'palette', interlaced: true });
    const colours = await sharp(bytes).extractChannel(0).raw().toBuffer();
    const colourOf = new Map([...png.data].map((index, pixel) => [index, colours[pixel]]));
    expect(new Set(colourOf.values()).size).toBe(4);
    expect([...png.data].map((index) => colourOf.get(index))).toEqual([...colours]);
  });

  it('says what is wrong with a file that is no whole PNG', async () => {
    const bytes = encode({
      width: 64,
      height: 64,
      data: Uint8Array.from({ length: 4096 }, (_, index) => (index * 77) % 253),
      channels: 1,
      depth: 8,
    });
    await expect(decoded(bytes.subarray(0, 100))).rejects.toThrow(/label\.png: is cut short/u);
    await expect(decoded(bytes.subarray(0, bytes.length - 6))).rejects.toThrow(/is cut short/u);
    await expect(decoded(bytes.subarray(0, 20))).rejects.toThrow(/is not a PNG file/u);
    await expect(decoded(new Uint8Array())).rejects.toThrow(/the file is empty/u);
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0, 60, 80);
    await expect(decoded(damaged)).rejects.toThrow(/image data is damaged/u);
    const short = narrowPng(4, 4, 8, 0, [1, 2, 3, 4]);
    await expect(decoded(short)).rejects.toThrow(/5 bytes of image data instead of 20/u);
    const long = narrowPng(1, 1, 8, 0, [1, 2, 3, 4, 5, 6]);
    await expect(decoded(long)).rejects.toThrow(/image data is damaged/u);
    const odd = Uint8Array.from(bytes);
    odd[24] = 3;
    await expect(decoded(odd)).rejects.toThrow(/header is damaged/u);
  });

  it('refuses more pixels than allowed by the header alone', async () => {
    const bomb = narrowPng(60_000, 60_000, 8, 0, [0]);
    await expect(decoded(bomb)).rejects.toThrow(
      /60000 x 60000 pixels[\s\S]*at most 100000000[\s\S]*`data\.maxPixels`/u,
    );
    await expect(decoded(encode({ width: 3, height: 3, data: new Uint8Array(9), channels: 1 }), 8)).rejects.toThrow(
      /3 x 3 pixels/u,
    );
    expect(readPngHeader(Buffer.from(bomb), 'b.png')).toMatchObject({ width: 60_000, height: 60_000, colour: 'grey' });
  });
});

/** Writes a PNG of one sample a pixel byte by byte, with packed samples of less than 8 bits. */
function narrowPng(
  width: number,
  height: number,
  depth: number,
  colourType: number,
  samples: readonly number[],
  palette: readonly (readonly number[])[] = [],
): Uint8Array {
  const lineBytes = Math.ceil((width * depth) / 8);
  const rows = Math.ceil(samples.length / width);
  const lines = Buffer.alloc(rows * (lineBytes + 1));
  samples.forEach((sample, index) => {
    const [row, column] = [Math.floor(index / width), index % width];
    const place = row * (lineBytes + 1) + 1 + Math.floor((column * depth) / 8);
    lines[place] = (lines[place] ?? 0) | (sample << (8 - depth - ((column * depth) % 8)));
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, 0], 8);
  const chunk = (type: string, content: Uint8Array) => {
    const whole = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), content, Buffer.alloc(4)]);
    whole.writeUInt32BE(content.length, 0);
    whole.writeUInt32BE(crc32(whole.subarray(4, 8 + content.length)), 8 + content.length);
    return whole;
  };
  const parts = [
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...(palette.length > 0 ? [chunk('PLTE', Uint8Array.from(palette.flat()))] : []),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat(parts);
}
