import { DataType, type RecordBatch, type TypeMap, type Vector } from 'apache-arrow';

/** A text column as codes into its distinct values: comparing and counting need no strings. */
export interface InternedColumn {
  /** For every row the index of its value. */
  readonly codes: Int32Array;
}

/** Gives equal strings equal codes over any number of batches; codes count from 0 in order of first sight. */
export class Interner {
  readonly #codes = new Map<string, number>();
  readonly #values: string[] = [];

  /** Distinct values so far, by code. */
  get values(): readonly string[] {
    return this.#values;
  }

  /** Code of a value, a new one if it was never seen. */
  code(value: string): number {
    let code = this.#codes.get(value);
    if (code === undefined) {
      code = this.#values.length;
      this.#codes.set(value, code);
      this.#values.push(value);
    }
    return code;
  }

  /** Codes of a text column (plain or dictionary-encoded; null counts as the empty text). */
  column(vector: Vector): InternedColumn {
    const codes = new Int32Array(vector.length);
    let row = 0;
    for (const data of vector.data) {
      if (DataType.isDictionary(data.type) && data.dictionary !== undefined) {
        const dictionary = data.dictionary;
        const translated = Array.from({ length: dictionary.length }, (_, index) =>
          this.code(String(dictionary.get(index) ?? '')),
        );
        const keys = data.values as Int32Array;
        for (let index = 0; index < data.length; index++)
          codes[row++] = data.getValid(index) ? (translated[Number(keys[index])] ?? 0) : this.code('');
      } else {
        const end = this.#utf8(data.values as Uint8Array, data.valueOffsets as Int32Array, data.length, codes, row);
        // What stands under a null is nobody's business.
        if (data.nullCount > 0)
          for (let index = 0; index < data.length; index++)
            if (!data.getValid(index)) codes[row + index] = this.code('');
        row = end;
      }
    }
    return { codes };
  }

  #utf8(bytes: Uint8Array, offsets: Int32Array, length: number, codes: Int32Array, start: number): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Most values came before: a string, which costs the most, is made only where the bytes are new, or hashes collide.
    const rows = new Map<number, number>();
    let before = -1;
    for (let index = 0; index < length; index++) {
      const [begin, end] = [offsets[index] as number, offsets[index + 1] as number];
      if (before < 0 || !sameBytes(bytes, offsets[before] as number, offsets[before + 1] as number, begin, end)) {
        const hash = hashBytes(bytes, begin, end);
        const row = rows.get(hash);
        if (row !== undefined && sameBytes(bytes, offsets[row] as number, offsets[row + 1] as number, begin, end))
          before = row;
        else {
          codes[start + index] = this.code(text.toString('utf8', begin, end));
          rows.set(hash, (before = index));
          continue;
        }
      }
      codes[start + index] = codes[start + before] as number;
    }
    return start + length;
  }
}

function sameBytes(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let one = start, other = otherStart; one < end; one++, other++) if (bytes[one] !== bytes[other]) return false;
  return true;
}

/** FNV-1a. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

/** Values of a numeric column as float64, NaN where null; a float64 column without nulls is viewed, not copied. */
export function readNumbers(vector: Vector): Float64Array {
  const only = vector.data[0];
  if (
    vector.data.length !== 1 ||
    only === undefined ||
    !(only.values instanceof Float64Array || only.values instanceof Int32Array || only.values instanceof Float32Array)
  )
    return readAnyNumbers(vector);
  const values = only.values.subarray(0, vector.length);
  if (vector.nullCount === 0) return values instanceof Float64Array ? values : new Float64Array(values);
  return new Float64Array(values).map((value, row) => (only.getValid(row) ? value : Number.NaN));
}

function readAnyNumbers(vector: Vector): Float64Array {
  const values = new Float64Array(vector.length);
  for (let row = 0; row < values.length; row++) {
    const value = vector.get(row) as number | bigint | null;
    values[row] = value === null ? Number.NaN : Number(value);
  }
  return values;
}

/** Flat float64 values of a column of lists of fixed size, viewed, not copied. */
export function readLists(vector: Vector): Float64Array {
  const only = vector.data[0];
  if (only === undefined || vector.data.length !== 1 || !DataType.isFixedSizeList(only.type))
    throw new RangeError(
      `readLists: a column of one chunk of lists of fixed size expected, got ${String(vector.type)}`,
    );
  const [child] = only.children;
  const size = only.length * only.type.listSize;
  // Arrow cuts the values of a slice itself where lists have one entry, and leaves them whole otherwise.
  const start = child?.length === size ? 0 : only.offset * only.type.listSize;
  return (child?.values as Float64Array).subarray(start, start + size);
}

/** Text column as strings. */
export function readStrings(vector: Vector): string[] {
  const interner = new Interner();
  const { codes } = interner.column(vector);
  return Array.from(codes, (code) => interner.values[code] as string);
}

/** The column of a batch; the schema says that it is there. */
export function column<T extends TypeMap, K extends keyof T & string>(batch: RecordBatch<T>, name: K): Vector<T[K]> {
  const vector = batch.getChild(name);
  if (vector === null) throw new RangeError(`column "${name}" is not in a batch of ${batch.schema.names.join(', ')}`);
  return vector;
}
