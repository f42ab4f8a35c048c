import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of an archive; what it says of itself may be made a lie. */
export interface ZipEntry {
  /** Name, as it is written: it may lead out of the archive. */
  readonly name: string;
  /** Bytes of the entry. */
  readonly content: Uint8Array;
  /** Whether it is deflated. @default false */
  readonly deflated?: boolean;
  /** Number of bytes that it is said to unpack to. @default that of the content */
  readonly declaredBytes?: number;
  /** Place that it is said to lie at. @default its own */
  readonly declaredPlace?: number;
}

/** Writes a zip archive: entries one after another, then their directory. */
export function zipBytes(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let place = 0;
  for (const { name, content, deflated = false, declaredBytes = content.length, declaredPlace } of entries) {
    const packed = deflated ? deflateRawSync(content, { level: 9 }) : Buffer.from(content);
    const names = Buffer.from(name);
    const told = Buffer.alloc(26);
    told.writeUInt16LE(20, 0);
    told.writeUInt16LE(deflated ? 8 : 0, 4);
    told.writeUInt32LE(crc32(content), 10);
    told.writeUInt32LE(deflated ? packed.length : declaredBytes, 14);
    told.writeUInt32LE(declaredBytes, 18);
    told.writeUInt16LE(names.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), told, names]);
    const at = Buffer.alloc(14);
    at.writeUInt32LE(declaredPlace ?? place, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), told, at, names]));
    parts.push(local, packed);
    place += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(place, 16);
  return Buffer.concat([...parts, central, end]);
}
