import { BrokenBytes, FlatBuffer, type FlatTable } from './flatbuffer.ts';

/** Kinds of columns by their number in the format. */
export const columnKinds = [
  'none',
  'null',
  'int',
  'float',
  'binary',
  'utf8',
  'bool',
  'decimal',
  'date',
  'time',
  'timestamp',
  'interval',
  'list',
  'struct',
  'union',
  'fixed-size binary',
  'fixed-size list',
  'map',
  'duration',
  'large binary',
  'large utf8',
  'large list',
  'run-end encoded',
  'binary view',
  'utf8 view',
  'list view',
  'large list view',
] as const;

/** Kind of a column. */
export type ColumnKind = (typeof columnKinds)[number];

/** A column as the schema describes it: what says where its bytes stand. */
export interface ColumnLayout {
  /** Name, of a nested column with those above it. */
  readonly name: string;
  /** Kind of the values; of a dictionary-encoded column those of the dictionary. */
  readonly kind: ColumnKind;
  /** Bits of a value of fixed size. */
  readonly bits: number;
  /** Values of each list of fixed size. */
  readonly listSize: number;
  /** Whether a union says where each value stands in its child. */
  readonly isDense: boolean;
  /** Nested columns. */
  readonly children: readonly ColumnLayout[];
  /** Dictionary that the values are numbers of; undefined: none. */
  readonly dictionary: { readonly id: number; readonly bits: number; readonly isSigned: boolean } | undefined;
}

/** Columns of a table, and those of its dictionaries by their numbers. */
export interface TableLayout {
  /** Columns in order. */
  readonly columns: readonly ColumnLayout[];
  /** For each dictionary the column that its values are. */
  readonly dictionaries: ReadonlyMap<number, ColumnLayout>;
}

/** Where the parts of a batch stand in its body. */
export interface BatchLayout {
  /** Rows. */
  readonly rows: number;
  /** Rows and nulls of each column, nested ones after those above them. */
  readonly nodes: readonly (readonly [rows: number, nulls: number])[];
  /** Bytes of each part of a column. */
  readonly buffers: readonly (readonly [offset: number, length: number])[];
  /** Further buffers of each column of views. */
  readonly viewBuffers: readonly number[];
  /** Whether the bytes are compressed. */
  readonly isCompressed: boolean;
}

/** A message of a file or stream. */
export type Message =
  | { readonly kind: 'schema'; readonly layout: TableLayout; readonly bodyBytes: number }
  | { readonly kind: 'batch'; readonly batch: BatchLayout; readonly bodyBytes: number }
  | {
      readonly kind: 'dictionary';
      readonly id: number;
      readonly isDelta: boolean;
      readonly batch: BatchLayout;
      readonly bodyBytes: number;
    };

/** Where a message stands in a file. */
export interface Block {
  /** First byte. */
  readonly offset: number;
  /** Bytes of the message, with its own length before it. */
  readonly metadataBytes: number;
  /** Bytes of the body that follows. */
  readonly bodyBytes: number;
}

/** What the end of a file says of it. */
export interface Footer {
  /** Columns. */
  readonly layout: TableLayout;
  /** Dictionaries. */
  readonly dictionaries: readonly Block[];
  /** Batches. */
  readonly batches: readonly Block[];
}

/** Oldest version of the format that is read: the fourth, of 2018. */
const oldestVersion = 3;
/** Columns below columns. */
const deepestNesting = 16;

/** Reads a message. @throws BrokenBytes */
export function readMessage(bytes: Uint8Array): Message {
  const message = new FlatBuffer(bytes).root();
  checkVersion(message);
  checkMetadata(message, 4);
  const bodyBytes = message.long(3);
  const header = message.table(2);
  if (header === undefined || bodyBytes < 0) throw new BrokenBytes('a message has no header');
  switch (message.number(1, 1)) {
    case 1:
      return { kind: 'schema', layout: readSchema(header), bodyBytes };
    case 2: {
      const batch = header.table(1);
      if (batch === undefined) throw new BrokenBytes('a dictionary has no values');
      return {
        kind: 'dictionary',
        id: header.long(0),
        isDelta: header.number(2, 1) !== 0,
        batch: readBatch(batch),
        bodyBytes,
      };
    }
    case 3:
      return { kind: 'batch', batch: readBatch(header), bodyBytes };
    default:
      throw new BrokenBytes('a message is neither schema nor batch nor dictionary');
  }
}

/** Reads the end of a file. @throws BrokenBytes */
export function readFooter(bytes: Uint8Array): Footer {
  const footer = new FlatBuffer(bytes).root();
  checkVersion(footer);
  const schema = footer.table(1);
  if (schema === undefined) throw new BrokenBytes('its end names no columns');
  return { layout: readSchema(schema), dictionaries: footer.blocks(2), batches: footer.blocks(3) };
}

function checkVersion(table: FlatTable): void {
  const version = table.number(0, 2);
  if (version < oldestVersion || version > 4)
    throw new BrokenBytes(`it is of version ${String(version + 1)} of the format`);
}

function readSchema(schema: FlatTable): TableLayout {
  if (schema.number(0, 2) !== 0) throw new BrokenBytes('its numbers are big-endian');
  checkMetadata(schema, 2);
  const dictionaries = new Map<number, ColumnLayout>();
  return { columns: schema.tables(1).map((field) => readField(field, '', 0, dictionaries)), dictionaries };
}

function readField(
  field: FlatTable,
  above: string,
  depth: number,
  dictionaries: Map<number, ColumnLayout>,
): ColumnLayout {
  if (depth > deepestNesting) throw new BrokenBytes('its columns are nested too deep');
  const name = `${above}${field.text(0) ?? ''}`;
  checkMetadata(field, 6);
  const kind = columnKinds[field.number(2, 1)];
  if (kind === undefined) throw new BrokenBytes(`column "${name}" is of a kind that the format does not know`);
  const children = field.tables(5).map((child) => readField(child, `${name}.`, depth + 1, dictionaries));
  const type = field.table(3);
  const values = {
    name,
    kind,
    bits: bitsOf(kind, type),
    listSize: kind === 'fixed-size list' ? (type?.number(0, 4) ?? 0) : 0,
    isDense: kind === 'union' && type?.number(0, 2) === 1,
    children,
    dictionary: undefined,
  };
  const encoding = field.table(4);
  if (encoding === undefined) return values;
  const [id, index] = [encoding.long(0), encoding.table(1)];
  // What has the number of an earlier dictionary has its values, whatever it says of them.
  const known = dictionaries.get(id) ?? values;
  dictionaries.set(id, known);
  const bits = index?.number(0, 4) ?? 32;
  if (![8, 16, 32, 64].includes(bits))
    throw new BrokenBytes(`column "${name}" has dictionary indices of ${String(bits)} bits`);
  return { ...known, name, dictionary: { id, bits, isSigned: index === undefined || index.number(1, 1) !== 0 } };
}

/** Bits of a value of the kinds that have a fixed size. */
function bitsOf(kind: ColumnKind, type: FlatTable | undefined): number {
  const stated = (field: number, size: 2 | 4, otherwise: number) => type?.number(field, size, otherwise) ?? otherwise;
  switch (kind) {
    case 'bool':
      return 1;
    case 'int':
      return allowed(stated(0, 4, 0), [8, 16, 32, 64]);
    case 'float':
      return allowed([16, 32, 64][stated(0, 2, 0)] ?? 0, [16, 32, 64]);
    case 'decimal':
      return allowed(stated(2, 4, 128), [32, 64, 128, 256]);
    case 'date':
      return stated(0, 2, 1) === 0 ? 32 : 64;
    case 'time':
      return allowed(stated(1, 4, 32), [32, 64]);
    case 'timestamp':
    case 'duration':
      return 64;
    case 'interval':
      return allowed([32, 64, 128][stated(0, 2, 0)] ?? 0, [32, 64, 128]);
    case 'fixed-size binary':
      return 8 * stated(0, 4, 0);
    default:
      return 0;
  }
}

function allowed(bits: number, sizes: readonly number[]): number {
  if (!sizes.includes(bits)) throw new BrokenBytes(`a column has values of ${String(bits)} bits`);
  return bits;
}

function readBatch(batch: FlatTable): BatchLayout {
  return {
    rows: batch.long(0),
    nodes: batch.longs(1, 2) as [number, number][],
    buffers: batch.longs(2, 2) as [number, number][],
    isCompressed: batch.table(3) !== undefined,
    viewBuffers: batch.longs(4, 1).flat(),
  };
}

/** Reads the keys and values of metadata through, for the reader that comes after. */
function checkMetadata(table: FlatTable, field: number): void {
  for (const entry of table.tables(field)) {
    entry.text(0);
    entry.text(1);
  }
}
