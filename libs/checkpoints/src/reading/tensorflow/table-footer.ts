import type { ByteSource } from '../bytes/byte-source.ts';

/** Bytes at the end of a table: two places of blocks, filled up, and its mark. */
export const footerBytes = 48;
/** The mark that sorted tables of LevelDB, and so those of TensorFlow, end with. */
const tableMark = 0xdb4775248b80fb57n;

/** Whether a source ends as a table does. */
export function isTableFooter(source: ByteSource): boolean {
  if (source.length < footerBytes) return false;
  const last = source.read(source.length - 8, source.length);
  return new DataView(last.buffer, last.byteOffset).getBigUint64(0, true) === tableMark;
}
