import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPlainSize } from './plain-image-size.ts';

const drawn = (channels: 1 | 3 | 4) =>
  sharp(
    Uint8Array.from({ length: 24 * 17 * channels }, (_, index) => (index * 37) % 256),
    { raw: { width: 24, height: 17, channels } },
  );
const stored = { width: 24, height: 17 };

describe(readPlainSize, () => {
  it('reads the stored size of grey and RGB, however it is turned or coded', async () => {
    expect(readPlainSize(await drawn(3).png().toBuffer())).toEqual(stored);
    expect(readPlainSize(await drawn(1).toColourspace('b-w').png().toBuffer())).toEqual(stored);
    expect(readPlainSize(await drawn(3).withMetadata({ orientation: 6 }).jpeg().toBuffer())).toEqual(stored);
    expect(readPlainSize(await drawn(3).withIccProfile('p3').jpeg({ progressive: true }).toBuffer())).toEqual(stored);
    expect(readPlainSize(await drawn(1).toColourspace('b-w').jpeg().toBuffer())).toEqual(stored);
  });

  it('leaves alpha, palettes, CMYK, 16-bit colours and other formats to a closer look', async () => {
    const others = [
      drawn(3).toColourspace('rgb16').png(),
      drawn(4).png(),
      drawn(3).png({ palette: true }),
      drawn(3).toColourspace('cmyk').jpeg(),
      drawn(3).webp(),
      drawn(3).tiff(),
    ];
    for (const other of others) expect(readPlainSize(await other.toBuffer())).toBeUndefined();
  });

  it('reads nothing past the end of cut files, nor from what only begins alike', async () => {
    const png = await drawn(3).png().toBuffer();
    const jpeg = await drawn(3).jpeg().toBuffer();
    for (let length = 0; length < 33; length++) expect(readPlainSize(png.subarray(0, length))).toBeUndefined();
    for (let length = 0; length < jpeg.length; length++)
      expect([undefined, stored]).toContainEqual(readPlainSize(jpeg.subarray(0, length)));
    expect(readPlainSize(Buffer.from([0xff, 0xd8, ...new Uint8Array(60)]))).toBeUndefined();
    expect(readPlainSize(Buffer.from([0xff, 0xd8, 0xff, 0xff, ...new Uint8Array(60)]))).toBeUndefined();
    expect(readPlainSize(Buffer.from([...png.subarray(0, 4), ...new Uint8Array(60)]))).toBeUndefined();
  });
});
