import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, readImageSize } from './decode-image.ts';
import { resolveGeometry } from './image-geometry.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'images-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const size = (width: number, height: number) => resolveGeometry({ width, height });
const put = async (name: string, image: Sharp | Uint8Array) => {
  const file = path.join(folder, name);
  writeFileSync(file, image instanceof Uint8Array ? image : await image.toBuffer());
  return file;
};
const rgb = (width: number, height: number, pixel: (x: number, y: number) => readonly number[]) =>
  sharp(
    Uint8Array.from({ length: height }, (_, y) => y).reduce<Uint8Array>(
      (all, y) => Uint8Array.from([...all, ...Array.from({ length: width }, (_, x) => pixel(x, y)).flat()]),
      new Uint8Array(),
    ),
    { raw: { width, height, channels: pixel(0, 0).length as 3 } },
  );
const pixelsOf = async (file: string, width: number, height: number) => [
  ...(await decodeImage(file, size(width, height))).pixels,
];
const near = (actual: readonly number[], expected: readonly number[], within: number) => {
  expect(actual).toHaveLength(expected.length);
  expect(Math.max(...actual.map((value, index) => Math.abs(value - (expected[index] ?? 0))))).toBeLessThanOrEqual(
    within,
  );
};

describe(decodeImage, () => {
  it('passes an image of the right size byte by byte', async () => {
    const pixels = Uint8Array.from({ length: 31 * 17 * 3 }, (_, index) => (index * 89) % 256);
    const file = await put('exact.png', encode({ width: 31, height: 17, data: pixels, channels: 3 }));
    expect(Buffer.compare((await decodeImage(file, size(31, 17))).pixels, pixels)).toBe(0);
  });

  it('leaves the colour profile of an RGB image aside', async () => {
    const file = await put(
      'p3.png',
      rgb(4, 4, () => [200, 30, 60])
        .withIccProfile('p3')
        .png(),
    );
    const stored = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    expect(await pixelsOf(file, 4, 4)).toEqual([...stored]);
  });

  it('sets an image upright by its EXIF orientation', async () => {
    const file = await put(
      'turned.png',
      rgb(3, 2, (x, y) => [x * 10, y * 100, 5])
        .withMetadata({ orientation: 6 })
        .png(),
    );
    const { pixels, width, height, turned } = await decodeImage(file, size(2, 3));
    expect({ width, height, turned }).toEqual({ width: 2, height: 3, turned: true });
    // Orientation 6: turned a quarter clockwise, so the left column of the stored rows becomes the first row, last row
    // first.
    expect([...pixels]).toEqual([0, 100, 5, 0, 0, 5, 10, 100, 5, 10, 0, 5, 20, 100, 5, 20, 0, 5]);
  });

  const orientations = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((orientation) =>
    (['png', 'jpeg', 'webp', 'tiff'] as const).map((format) => [orientation, format] as const),
  );
  it.each(orientations)(
    'tells of orientation %i in %s, and reads the image as stored where EXIF is ignored',
    async (orientation, format) => {
      const stored = rgb(24, 16, (x, y) => [x * 8, y * 12, 40]);
      const options = {
        jpeg: { quality: 100, chromaSubsampling: '4:4:4' },
        webp: { lossless: true },
        png: {},
        tiff: { compression: 'none' },
      }[format] as object;
      const file = await put(
        `${String(orientation)}.${format}`,
        stored.clone().withMetadata({ orientation }).toFormat(format, options),
      );
      const plain = [...(await stored.clone().raw().toBuffer())];
      const ignoring = await decodeImage(file, size(24, 16), { exif: 'ignore' });
      expect([ignoring.width, ignoring.height, ignoring.turned]).toEqual([24, 16, orientation > 1]);
      near([...ignoring.pixels], plain, 4);
      expect(await readImageSize(file, { exif: 'ignore' })).toEqual({ width: 24, height: 16, turned: orientation > 1 });
      const lies = orientation > 4;
      const upright = await decodeImage(file, lies ? size(16, 24) : size(24, 16));
      expect([upright.width, upright.height, upright.turned]).toEqual([
        ...(lies ? [16, 24] : [24, 16]),
        orientation > 1,
      ]);
      // Where the pixel of the first row and column comes from, by the definition of the tag.
      const [x, y] = [
        [0, 0],
        [23, 0],
        [23, 15],
        [0, 15],
        [0, 0],
        [0, 15],
        [23, 15],
        [23, 0],
      ][orientation - 1] as [number, number];
      near([...upright.pixels].slice(0, 3), [x * 8, y * 12, 40], 8);
      expect(await readImageSize(file)).toEqual({
        width: upright.width,
        height: upright.height,
        turned: orientation > 1,
      });
    },
  );

  it('makes RGB of grey images of 8, 16 and 1 bit', async () => {
    const grey = await put('grey.png', encode({ width: 2, height: 1, data: Uint8Array.from([7, 250]), channels: 1 }));
    expect(await pixelsOf(grey, 2, 1)).toEqual([7, 7, 7, 250, 250, 250]);
    const wide = await put(
      'grey16.png',
      encode({ width: 2, height: 1, data: Uint16Array.from([0x07ff, 0xfa01]), channels: 1, depth: 16 }),
    );
    expect(await pixelsOf(wide, 2, 1)).toEqual([7, 7, 7, 250, 250, 250]);
    const jpeg = await put(
      'grey.jpg',
      rgb(8, 8, () => [90, 90, 90])
        .toColourspace('b-w')
        .jpeg({ quality: 100 }),
    );
    expect((await sharp(jpeg).metadata()).channels).toBe(1);
    near(
      await pixelsOf(jpeg, 8, 8),
      Array.from({ length: 192 }, () => 90),
      2,
    );
  });

  it('cuts 16-bit colours to their upper 8 bits', async () => {
    const png = await put(
      'rgb16.png',
      encode({
        width: 1,
        height: 2,
        data: Uint16Array.from([0x0aff, 0xff00, 0x0100, 0x7fff, 0x80ff, 0x00ff]),
        channels: 3,
        depth: 16,
      }),
    );
    expect(await pixelsOf(png, 1, 2)).toEqual([10, 255, 1, 127, 128, 0]);
    const tiff = await put('rgb16.tiff', tiff16(1, 2, [0x0aff, 0xff00, 0x0100, 0x7fff, 0x80ff, 0x00ff]));
    expect((await sharp(tiff).metadata()).depth).toBe('ushort');
    expect(await pixelsOf(tiff, 1, 2)).toEqual([10, 255, 1, 127, 128, 0]);
  });

  it('lays transparent pixels over the background', async () => {
    const file = await put(
      'alpha.png',
      encode({
        width: 3,
        height: 1,
        data: Uint8Array.from([10, 20, 30, 255, 10, 20, 30, 0, 100, 100, 100, 51]),
        channels: 4,
      }),
    );
    near(await pixelsOf(file, 3, 1), [10, 20, 30, 255, 255, 255, 224, 224, 224], 1);
    const { pixels } = await decodeImage(file, size(3, 1), { background: [0, 0, 0] });
    near([...pixels], [10, 20, 30, 0, 0, 0, 20, 20, 20], 1);
    const greyAlpha = await put(
      'grey-alpha.png',
      encode({ width: 2, height: 1, data: Uint8Array.from([9, 255, 9, 0]), channels: 2 }),
    );
    expect(await pixelsOf(greyAlpha, 2, 1)).toEqual([9, 9, 9, 255, 255, 255]);
  });

  it('lays a colour that a PNG declares transparent over the background', async () => {
    const plain = Buffer.from(encode({ width: 2, height: 1, data: Uint8Array.from([9, 8, 7, 1, 2, 3]), channels: 3 }));
    const chunk = Buffer.from([0, 0, 0, 6, ...Buffer.from('tRNS'), 0, 9, 0, 8, 0, 7]);
    const sum = Buffer.alloc(4);
    sum.writeInt32BE(crc32(chunk.subarray(4)));
    const file = await put('declared.png', Buffer.concat([plain.subarray(0, 33), chunk, sum, plain.subarray(33)]));
    expect([...(await decodeImage(file, size(2, 1), { background: [255, 0, 255] })).pixels]).toEqual([
      255, 0, 255, 1, 2, 3,
    ]);
  });

  it('says of a file whose header alone is sound what it says of any other', async () => {
    const png = await rgb(6, 4, () => [200, 30, 60])
      .png()
      .toBuffer();
    const cut = await put('cut.png', png.subarray(0, png.length - 20));
    await expect(decodeImage(cut, size(6, 4))).rejects.toMatchObject({
      code: 'IMAGE_BROKEN',
      message: expect.stringMatching(/cut\.png: does not decode/u) as string,
    });
    await expect(decodeImage(cut, size(6, 4), { maxPixels: 23 })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });

  it('converts CMYK through its profile', async () => {
    const file = await put(
      'cmyk.jpg',
      rgb(16, 16, () => [200, 40, 40])
        .toColourspace('cmyk')
        .jpeg({ quality: 100 }),
    );
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    near(await pixelsOf(file, 16, 16), Array.from({ length: 256 }, () => [200, 40, 40]).flat(), 45);
  });

  it.each(['jpeg', 'webp', 'tiff', 'png'] as const)('reads %s', async (format) => {
    const file = await put(`flat.${format}`, rgb(16, 16, () => [40, 120, 200]).toFormat(format, { quality: 95 }));
    near(await pixelsOf(file, 16, 16), Array.from({ length: 256 }, () => [40, 120, 200]).flat(), 4);
  });

  it('shrinks without aliasing, and crops the centre', async () => {
    const stripes = await put('stripes.png', rgb(64, 64, (x) => (x % 2 === 0 ? [0, 0, 0] : [254, 254, 254])).png());
    near(
      (await pixelsOf(stripes, 8, 8)).slice(9, -9),
      Array.from({ length: 192 - 18 }, () => 127),
      20,
    );
    const columns = await put('columns.png', rgb(12, 4, (x) => [x * 10, 0, 0]).png());
    const cropped = await decodeImage(columns, resolveGeometry({ width: 4, height: 4, resize: 'shortest-side' }));
    expect([...cropped.pixels].filter((_, index) => index % 3 === 0).slice(0, 4)).toEqual([40, 50, 60, 70]);
  });

  it('scales and crops an image of the size of the input as it does all others', async () => {
    const ramp = await put('ramp.png', rgb(8, 8, (x) => [x * 10, 0, 0]).png());
    const geometry = resolveGeometry({ width: 8, height: 8, resize: 'shortest-side', shortestSide: 16 });
    const { pixels } = await decodeImage(ramp, geometry);
    // Twice as large, of which the centre is taken: columns 4 to 11 of 16, which lie between 1.75 and 5.25 of the file.
    expect([...pixels].filter((_, index) => index % 3 === 0).slice(0, 8)).toEqual([18, 23, 28, 33, 38, 43, 48, 53]);
    const same = await decodeImage(ramp, resolveGeometry({ width: 8, height: 8, resize: 'shortest-side' }));
    expect([...same.pixels].filter((_, index) => index % 3 === 0).slice(0, 8)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });

  it('says what is wrong with a file', async () => {
    const jpeg = await sharp(
      Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 97) % 256),
      { raw: { width: 64, height: 64, channels: 3 } },
    )
      .jpeg()
      .toBuffer();
    await expect(
      decodeImage(await put('cut.jpg', jpeg.subarray(0, jpeg.length / 2)), size(64, 64)),
    ).rejects.toMatchObject({
      code: 'IMAGE_BROKEN',
      message: expect.stringMatching(/cut\.jpg: does not decode/u) as string,
    });
    await expect(decodeImage(await put('text.jpg', Buffer.from('no image')), size(4, 4))).rejects.toThrow(
      /text\.jpg: is not an image that can be read/u,
    );
    await expect(decodeImage(await put('empty.jpg', new Uint8Array()), size(4, 4))).rejects.toThrow(
      /the file is empty/u,
    );
    await expect(decodeImage(path.join(folder, 'none.jpg'), size(4, 4))).rejects.toMatchObject({
      code: 'FILE_MISSING',
    });
    const large = await put('large.png', rgb(20, 20, () => [0, 0, 0]).png());
    await expect(decodeImage(large, size(4, 4), { maxPixels: 399 })).rejects.toThrow(
      /large\.png: has 20 x 20 pixels[\s\S]*at most 399/u,
    );
  });

  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>';
  it.each([
    ['SVG', Buffer.from(svg), 'SVG or XML'],
    ['SVG after an XML line', Buffer.from(`\uFEFF<?xml version="1.0"?>\n${svg}`), 'SVG or XML'],
    ['SVG after blanks and a comment', Buffer.from(`\n\n <!-- drawn -->${svg}`), 'SVG or XML'],
    ['GIF', Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'), 'GIF'],
    ['BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]), 'BMP'],
    ['AVIF', Buffer.concat([Buffer.from([0, 0, 0, 0x1c]), Buffer.from('ftypavif'), Buffer.alloc(60)]), 'HEIF or AVIF'],
    ['PDF', Buffer.from('%PDF-1.4\n'), 'PDF'],
  ])('refuses %s by its content, whatever its name is', async (_what, bytes, kind) => {
    for (const name of ['x.png', 'x.jpg', 'x.tif']) {
      const file = await put(name, bytes);
      const message = expect.stringContaining(`${name}: holds ${kind}, whatever its name says`) as string;
      await expect(decodeImage(file, size(4, 4))).rejects.toMatchObject({ code: 'IMAGE_BROKEN', message });
      await expect(readImageSize(file)).rejects.toMatchObject({ code: 'IMAGE_BROKEN', message });
    }
    expect(
      await pixelsOf(
        await put('x.tif', encode({ width: 1, height: 1, data: Uint8Array.from([1, 2, 3]), channels: 3 })),
        1,
        1,
      ),
    ).toEqual([1, 2, 3]);
  });

  it.each([
    ['png', 3, 8, 1],
    ['png', 4, 8, 1],
    ['png', 1, 16, 1],
    ['png', 2, 16, 1],
    ['png', 3, 16, 1.5],
    ['png', 4, 16, 2],
    ['tiff', 3, 16, 1.5],
  ] as const)('counts a pixel of %s with %i channels of %i bits as %d', async (format, channels, depth, times) => {
    const data = depth === 8 ? new Uint8Array(20 * 20 * channels) : new Uint16Array(20 * 20 * channels);
    const file =
      format === 'png'
        ? await put('deep.png', encode({ width: 20, height: 20, data, channels, depth }))
        : await put('deep.tiff', tiff16(20, 20, [...data]));
    await expect(decodeImage(file, size(4, 4), { maxPixels: 400 * times })).resolves.toMatchObject({ width: 20 });
    await expect(decodeImage(file, size(4, 4), { maxPixels: 400 * times - 1 })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringMatching(
        times === 1
          ? /has 20 x 20 pixels\n/u
          : /has 20 x 20 pixels of [68] bytes, which count as (?:600|800) pixels of 4/u,
      ) as string,
    });
  });

  it('says the same of a broken image whatever is decoded beside it', async () => {
    const whole = rgb(64, 64, (x, y) => [x, y, x ^ y]);
    const png = await whole.clone().png().toBuffer();
    const jpeg = await whole.clone().jpeg().toBuffer();
    const files = await Promise.all([
      put('whole.png', png),
      put('short.png', png.subarray(0, png.length / 2)),
      put('whole.jpg', jpeg),
      put('short.jpg', jpeg.subarray(0, jpeg.length / 2)),
    ]);
    const told = await Promise.all(
      Array.from({ length: 50 }, () => files)
        .flat()
        .map((file) =>
          decodeImage(file, size(64, 64)).then(
            () => '',
            (error: unknown) => (error as Error).message.split('\n', 1).join(''),
          ),
        ),
    );
    expect(new Set(told)).toEqual(
      new Set(['', `${folder}/short.png: does not decode`, `${folder}/short.jpg: is not an image that can be read`]),
    );
  });
});

/** Check sum of a PNG chunk, as a signed integer. */
function crc32(bytes: Uint8Array): number {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

/** Writes an uncompressed little-endian RGB TIFF of 16 bits a sample, which sharp itself does not write. */
function tiff16(width: number, height: number, samples: readonly number[]): Uint8Array {
  const [short, long] = [3, 4];
  const [entries, start] = [9, 8];
  const bits = start + 2 + entries * 12 + 4;
  const data = bits + 6;
  const bytes = Buffer.alloc(data + samples.length * 2);
  bytes.write('II*\0', 0, 'latin1');
  bytes.writeUInt32LE(start, 4);
  bytes.writeUInt16LE(entries, start);
  [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, 3, bits],
    [259, short, 1, 1],
    [262, short, 1, 2],
    [273, long, 1, data],
    [277, short, 1, 3],
    [278, long, 1, height],
    [279, long, 1, samples.length * 2],
  ].forEach(([tag = 0, type = 0, count = 0, value = 0], index) => {
    const at = start + 2 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  });
  for (const channel of [0, 1, 2]) bytes.writeUInt16LE(16, bits + 2 * channel);
  samples.forEach((sample, index) => bytes.writeUInt16LE(sample, data + 2 * index));
  return bytes;
}
