import { checkColumns, type Dictionaries } from './check-columns.ts';
import { BrokenBytes } from './flatbuffer.ts';
import { readFooter, readMessage, type Block, type Message, type TableLayout } from './ipc-metadata.ts';

/** What a file begins and ends with; two bytes of padding follow at the beginning. */
const magic = 'ARROW1';
const magicBytes = 8;
/** What messages begin with since 2019, before their length. */
const continuation = 0xffff_ffff;

/**
 * Checks an Arrow IPC file or stream from end to end: every length and offset against the bytes that there are, rows
 * against the sizes of their parts, text and list offsets, dictionary indices, null counts. Nothing is allocated by
 * what the file says. What passes can be read without leaving its bytes.
 *
 * @throws BrokenBytes with what is wrong; CompressedBytes, UnreadableColumn for files that are whole but cannot be read
 */
export function checkArrowBytes(bytes: Uint8Array): void {
  if (isMagic(bytes, 0)) checkFile(bytes);
  else checkStream(bytes);
}

function checkFile(bytes: Uint8Array): void {
  const end = bytes.length - magic.length - 4;
  if (end < magicBytes || !isMagic(bytes, bytes.length - magic.length)) throw new BrokenBytes('its end is missing');
  const footerBytes = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getInt32(0, true);
  if (footerBytes <= 0 || footerBytes > end - magicBytes) throw new BrokenBytes('the length of its footer is wrong');
  const { layout, dictionaries, batches } = readFooter(bytes.subarray(end - footerBytes, end));
  const body = bytes.subarray(0, end - footerBytes);
  const tables = new TableCheck(layout);
  for (const block of dictionaries) tables.add(messageOf(body, block), body, block, 'dictionary');
  for (const block of batches) tables.add(messageOf(body, block), body, block, 'batch');
}

function checkStream(bytes: Uint8Array): void {
  let tables: TableCheck | undefined;
  for (let offset = 0; offset < bytes.length;) {
    const { start, length } = messagePlace(bytes, offset);
    if (length === 0) break;
    const message = readMessage(bytes.subarray(start, start + length));
    const block = { offset, metadataBytes: start + length - offset, bodyBytes: message.bodyBytes };
    if (tables === undefined) {
      if (message.kind !== 'schema') throw new BrokenBytes('it does not begin with its columns');
      tables = new TableCheck(message.layout);
    } else tables.add(message, bytes, block, message.kind === 'dictionary' ? 'dictionary' : 'batch');
    offset += block.metadataBytes + block.bodyBytes;
    if (offset > bytes.length) throw new BrokenBytes('a batch is cut short');
  }
  if (tables === undefined) throw new BrokenBytes('it names no columns');
}

/** Checks batches and dictionaries of one table. */
class TableCheck {
  readonly #layout: TableLayout;
  /** Values of each dictionary so far. */
  readonly #dictionaries: Dictionaries = new Map<number, number>();

  constructor(layout: TableLayout) {
    this.#layout = layout;
  }

  add(
    message: Message,
    bytes: Uint8Array,
    { offset, metadataBytes, bodyBytes }: Block,
    expected: 'batch' | 'dictionary',
  ): void {
    if (message.kind !== expected) throw new BrokenBytes(`a ${message.kind} stands where a ${expected} should`);
    const start = offset + metadataBytes;
    if (bodyBytes < 0 || bodyBytes !== message.bodyBytes || start + bodyBytes > bytes.length)
      throw new BrokenBytes('a batch is cut short');
    const body = bytes.subarray(start, start + bodyBytes);
    if (message.kind === 'batch') {
      checkColumns(this.#layout.columns, message.batch, body, this.#dictionaries);
      return;
    }
    const values = this.#layout.dictionaries.get(message.id);
    if (values === undefined) throw new BrokenBytes('a dictionary belongs to no column');
    checkColumns([values], message.batch, body, this.#dictionaries);
    this.#dictionaries.set(
      message.id,
      (message.isDelta ? (this.#dictionaries.get(message.id) ?? 0) : 0) + message.batch.rows,
    );
  }
}

function messageOf(bytes: Uint8Array, { offset, metadataBytes }: Block): Message {
  const { start, length } = messagePlace(bytes, offset);
  if (metadataBytes !== start + length - offset) throw new BrokenBytes('the length of a message is wrong');
  return readMessage(bytes.subarray(start, start + length));
}

/** Where the message that begins at `offset` stands, after its own length; a length of 0 ends a stream. */
function messagePlace(bytes: Uint8Array, offset: number): { readonly start: number; readonly length: number } {
  const uint = (at: number) => {
    if (at < 0 || at + 4 > bytes.length) throw new BrokenBytes('a message is cut short');
    return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  };
  const start = uint(offset) === continuation ? offset + 8 : offset + 4;
  const length = uint(start - 4);
  if (start + length > bytes.length) throw new BrokenBytes('a message is cut short');
  return { start, length };
}

function isMagic(bytes: Uint8Array, at: number): boolean {
  return (
    at >= 0 &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', at, at + magic.length) === magic
  );
}
