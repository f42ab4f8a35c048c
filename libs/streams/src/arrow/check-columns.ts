import { isUtf8 } from 'node:buffer';
import { BrokenBytes } from './flatbuffer.ts';
import type { BatchLayout, ColumnLayout } from './ipc-metadata.ts';

/** The file is whole, but its bytes are compressed. */
export class CompressedBytes extends Error {
  override readonly name = 'CompressedBytes';
}

/** The file is whole, but one of its columns is of a kind that cannot be read. */
export class UnreadableColumn extends Error {
  override readonly name = 'UnreadableColumn';
  /** Name of the column. */
  readonly column: string;

  constructor({ name, kind }: ColumnLayout) {
    super(`is of type ${kind}`);
    this.column = name;
  }
}

/** Values of each dictionary, by its number. */
export type Dictionaries = Map<number, number>;

/** Bytes to which buffers are aligned. */
const alignment = 8;
/** Most rows of a batch: what indices of 32 bits reach. */
const mostRows = 2 ** 31 - 1;

/**
 * Checks that the columns of a batch, nested ones too, stay within its body. @throws BrokenBytes, CompressedBytes,
 * UnreadableColumn
 */
export function checkColumns(
  columns: readonly ColumnLayout[],
  batch: BatchLayout,
  body: Uint8Array,
  dictionaries: Dictionaries,
): void {
  if (batch.isCompressed) throw new CompressedBytes('compressed');
  if (batch.rows < 0 || batch.rows > mostRows) throw new BrokenBytes(`a batch has ${String(batch.rows)} rows`);
  const check = new ColumnCheck(batch, body, dictionaries);
  for (const column of columns) check.column(column, batch.rows, true);
  check.end();
}

/** Walks over the nodes and buffers of a batch as the format lays them out. */
class ColumnCheck {
  readonly #batch: BatchLayout;
  readonly #body: Uint8Array;
  readonly #dictionaries: Dictionaries;
  #node = 0;
  #buffer = 0;
  #views = 0;

  constructor(batch: BatchLayout, body: Uint8Array, dictionaries: Dictionaries) {
    this.#batch = batch;
    this.#body = body;
    this.#dictionaries = dictionaries;
  }

  /** Checks a column and those below it, which needs `rows` rows, or exactly so many. */
  column(column: ColumnLayout, rows: number, isExact: boolean): void {
    const [length, nulls] = this.#batch.nodes[this.#node++] ?? broken(column, 'is missing');
    if (length < rows || (isExact && length !== rows) || length > mostRows)
      broken(column, `has ${String(length)} rows instead of ${String(rows)}`);
    if (nulls < 0 || nulls > length) broken(column, `has ${String(nulls)} nulls in ${String(length)} rows`);
    if (column.dictionary !== undefined) this.#indices(column, column.dictionary, length, nulls);
    else this.#values(column, length, nulls);
  }

  /** Refuses what belongs to no column. */
  end(): void {
    if (this.#node < this.#batch.nodes.length) throw new BrokenBytes('a batch has more columns than the schema');
  }

  #values(column: ColumnLayout, length: number, nulls: number): void {
    const { kind, children } = column;
    if (kind === 'none' || kind === 'null') return;
    if (kind === 'run-end encoded' || kind === 'list view' || kind === 'large list view')
      throw new UnreadableColumn(column);
    if (kind === 'union') {
      this.#take(column, length);
      if (column.isDense) this.#take(column, 4 * length);
      for (const child of children) this.column(child, column.isDense ? 0 : length, !column.isDense);
      return;
    }
    this.#validity(column, length, nulls);
    switch (kind) {
      case 'utf8':
      case 'binary':
      case 'large utf8':
      case 'large binary': {
        const [start, end] = this.#offsets(column, length, kind.startsWith('large'));
        const bytes = this.#take(column, end);
        if (kind.endsWith('utf8') && !isUtf8(bytes.subarray(start, end))) broken(column, 'has text that is not UTF-8');
        return;
      }
      case 'utf8 view':
      case 'binary view':
        this.#viewed(column, length);
        return;
      case 'list':
      case 'map':
      case 'large list':
        this.#child(column, this.#offsets(column, length, kind === 'large list')[1]);
        return;
      case 'fixed-size list':
        if (column.listSize < 0) broken(column, `has lists of ${String(column.listSize)} values`);
        this.#child(column, column.listSize * length);
        return;
      case 'struct':
        for (const child of children) this.column(child, length, false);
        return;
      default:
        if (column.bits < 0) broken(column, 'has values of a negative size');
        this.#take(column, Math.ceil((column.bits * length) / 8));
    }
  }

  #child(column: ColumnLayout, rows: number): void {
    const [child, ...others] = column.children;
    if (child === undefined || others.length > 0)
      return broken(column, `has ${String(column.children.length)} columns below it instead of one`);
    this.column(child, rows, false);
  }

  /** Bitmap of the rows that are there; may be left out where all are. */
  #validity(column: ColumnLayout, length: number, nulls: number): Uint8Array {
    const bitmap = this.#take(column, nulls === 0 ? 0 : Math.ceil(length / 8));
    if (bitmap.length > 0 && (bitmap.length < Math.ceil(length / 8) || length - countBits(bitmap, length) !== nulls))
      broken(column, 'counts its nulls wrongly');
    return bitmap;
  }

  /** Offsets that rise from the first byte or value to the last; gives both. */
  #offsets(column: ColumnLayout, length: number, isLarge: boolean): readonly [start: number, end: number] {
    const size = isLarge ? 8 : 4;
    if (length === 0) {
      this.#take(column, 0);
      return [0, 0];
    }
    const bytes = this.#take(column, size * (length + 1));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const at = (row: number) => (isLarge ? Number(view.getBigInt64(8 * row, true)) : view.getInt32(4 * row, true));
    const start = at(0);
    let before = start;
    if (start < 0) broken(column, 'has offsets that do not rise');
    for (let row = 1; row <= length; row++) {
      const offset = at(row);
      if (offset < before) broken(column, 'has offsets that do not rise');
      before = offset;
    }
    return [start, before];
  }

  /** Values of 16 bytes that hold short texts, and say where long ones stand. */
  #viewed(column: ColumnLayout, length: number): void {
    const views = this.#take(column, 16 * length);
    const count = this.#batch.viewBuffers[this.#views++] ?? 0;
    if (count < 0 || count > this.#batch.buffers.length) broken(column, `has ${String(count)} further buffers`);
    const buffers = Array.from({ length: count }, () => this.#take(column, 0));
    const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
    for (let row = 0; row < length; row++) {
      const bytes = view.getInt32(16 * row, true);
      if (bytes < 0) broken(column, 'has a text of negative length');
      const [start, buffer] =
        bytes <= 12
          ? [16 * row + 4, views]
          : [view.getInt32(16 * row + 12, true), buffers[view.getInt32(16 * row + 8, true)]];
      if (buffer === undefined || start < 0 || start + bytes > buffer.length)
        broken(column, 'has a text that leaves its buffer');
      else if (column.kind === 'utf8 view' && !isUtf8(buffer.subarray(start, start + bytes)))
        broken(column, 'has text that is not UTF-8');
    }
  }

  /** Indices into a dictionary that was there before. */
  #indices(
    column: ColumnLayout,
    { id, bits, isSigned }: NonNullable<ColumnLayout['dictionary']>,
    length: number,
    nulls: number,
  ): void {
    const size = bits / 8;
    const bitmap = this.#validity(column, length, nulls);
    const bytes = this.#take(column, size * length);
    const values = this.#dictionaries.get(id);
    if (values === undefined) return broken(column, 'has no dictionary');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let row = 0; row < length; row++) {
      if (nulls > 0 && ((bitmap[row >> 3] as number) & (1 << (row & 7))) === 0) continue;
      const index = readInteger(view, size * row, bits, isSigned);
      if (index < 0 || index >= values)
        broken(column, `has the index ${String(index)} into a dictionary of ${String(values)} values`);
    }
  }

  /** The next buffer, which has to hold so many bytes. */
  #take(column: ColumnLayout, bytes: number): Uint8Array {
    const [offset, length] = this.#batch.buffers[this.#buffer++] ?? broken(column, 'is missing');
    if (offset < 0 || length < 0 || offset + length > this.#body.length || offset % alignment !== 0)
      broken(column, 'leaves its batch');
    if (length < bytes) broken(column, `has ${String(length)} bytes instead of ${String(bytes)}`);
    return this.#body.subarray(offset, offset + length);
  }
}

function readInteger(view: DataView, at: number, bits: number, isSigned: boolean): number {
  switch (bits) {
    case 8:
      return isSigned ? view.getInt8(at) : view.getUint8(at);
    case 16:
      return isSigned ? view.getInt16(at, true) : view.getUint16(at, true);
    case 32:
      return isSigned ? view.getInt32(at, true) : view.getUint32(at, true);
    default:
      return Number(isSigned ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
  }
}

/** Bits that are set among the first ones. */
function countBits(bitmap: Uint8Array, bits: number): number {
  let count = 0;
  for (let bit = 0; bit < bits; bit++) count += ((bitmap[bit >> 3] as number) >> (bit & 7)) & 1;
  return count;
}

function broken({ name }: ColumnLayout, what: string): never {
  throw new BrokenBytes(`column "${name}" ${what}`);
}
