import { Field, Schema, type DataType, type RecordBatch, type TypeMap } from 'apache-arrow';

/** Metadata key under which a wire table's schema states its name and version, such as `UnitMatch/1`. */
export const schemaVersionKey = 'intermodel:schema';

/** Options of {@link wireSchema}. */
export interface WireSchemaOptions {
  /** Columns that may hold nulls; all others never do. @default none */
  readonly nullable?: readonly string[];
  /** Further metadata, such as the axes of a fixed-size list. @default none */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Makes the Arrow schema of a wire table: columns in order, none nullable unless said, name and version in the
 * metadata.
 */
export function wireSchema<T extends TypeMap>(
  name: string,
  version: number,
  columns: T,
  { nullable = [], metadata = {} }: WireSchemaOptions = {},
): Schema<T> {
  const fields = Object.entries(columns).map(
    ([column, type]) => new Field(column, type as DataType, nullable.includes(column)),
  );
  return new Schema<T>(
    fields as Field<T[keyof T]>[],
    new Map([[schemaVersionKey, `${name}/${String(version)}`], ...Object.entries(metadata)]),
  );
}

/** Name and version that a schema states of itself, or undefined for a foreign one. */
export function schemaVersion(schema: Schema): string | undefined {
  return schema.metadata.get(schemaVersionKey);
}

/** Record batch of the columns `T`: what stages take and give. */
export type WireBatch<T extends TypeMap> = RecordBatch<T>;
