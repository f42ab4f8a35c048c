/** Size of an image as it is stored, before it is set upright. */
export interface StoredSize {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/**
 * What stands in files with an EXIF orientation: the beginning of the segment of JPEG, the chunk of PNG, the text that
 * older tools write instead.
 */
const exifMarks = ['Exif\0', 'eXIf', 'Raw profile type'];

/** Whether a JPEG or PNG file may have an EXIF orientation; where it says that it may, its metadata tells. */
export function mayBeTurned(bytes: Buffer): boolean {
  return exifMarks.some((mark) => bytes.includes(mark, 0, 'latin1'));
}

/**
 * Reads the size from the first bytes of a JPEG or PNG file that they show to hold grey or RGB of up to 3 bytes a
 * pixel, without an alpha channel of its own. Undefined for any other file, and wherever the bytes are out of the
 * ordinary. What follows them may be broken all the same.
 */
export function readPlainSize(bytes: Buffer): StoredSize | undefined {
  if (bytes.length < 33) return undefined;
  if (bytes.readUInt32BE(0) === 0x89504e47) return readPngSize(bytes);
  return bytes.readUInt16BE(0) === 0xffd8 ? readJpegSize(bytes) : undefined;
}

function readPngSize(bytes: Buffer): StoredSize | undefined {
  const [grey, rgb] = [0, 2];
  const colour = bytes.readUInt8(25);
  const isWhole =
    bytes.readUInt32BE(4) === 0x0d0a1a0a && bytes.readUInt32BE(8) === 13 && bytes.readUInt32BE(12) === 0x49484452;
  return isWhole && (colour === grey || (colour === rgb && bytes.readUInt8(24) === 8))
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : undefined;
}

/** Walks the segments to the frame, whose number of components tells grey and colours from CMYK. */
function readJpegSize(bytes: Buffer): StoredSize | undefined {
  for (let at = 2; at + 10 <= bytes.length;) {
    const [mark, marker] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    // Padding, markers without a length, and scans before the frame are not looked into.
    if (mark !== 0xff || marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda)) return undefined;
    if (isFrame(marker)) {
      const components = bytes.readUInt8(at + 9);
      return components === 1 || components === 3
        ? { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
        : undefined;
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15, but for the markers of tables between them: DHT, JPG, DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
