/** A file of an archive. */
export interface ArchiveFile {
  /** Path within the archive. */
  readonly name: string;
  /** Its text. */
  readonly text: string;
}

const encoder = new TextEncoder();

/** Packs texts into a zip archive, each deflated by the browser. */
export async function zipArchive(files: readonly ArchiveFile[]): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, text } of files) {
    const [path, bytes] = [encoder.encode(name), encoder.encode(text)];
    const packed = new Uint8Array(
      await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer(),
    );
    // Version 2.0, names in UTF-8, deflated, of 1 January 1980: equal tables give equal bytes.
    const facts = [
      20,
      0x0800,
      8,
      0,
      0x21,
      ['long', checksum(bytes)],
      ['long', packed.length],
      ['long', bytes.length],
      path.length,
      0,
    ] as const;
    const head = [record(['long', 0x04034b50], ...facts), path, packed];
    directory.push(record(['long', 0x02014b50], 20, ...facts, 0, 0, 0, ['long', 0], ['long', offset]), path);
    for (const part of head) {
      parts.push(part);
      offset += part.length;
    }
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record(['long', 0x06054b50], 0, 0, files.length, files.length, ['long', size], ['long', offset], 0);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}

/** Numbers of two bytes, or of four where they say so, the least byte first. */
function record(...fields: readonly (number | readonly ['long', number])[]): Uint8Array<ArrayBuffer> {
  const bytes = fields.flatMap((field) => {
    const [value, length] = typeof field === 'number' ? [field, 2] : [field[1], 4];
    return Array.from({ length }, (_, at) => (value >>> (8 * at)) & 255);
  });
  return Uint8Array.from(bytes);
}

/** CRC-32 of bytes. */
function checksum(bytes: Uint8Array): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
