import type { RecordBatch, Schema, TypeMap } from 'apache-arrow';
import { BatchSchemaError } from './batch-schema-error.ts';

const checked = new WeakMap<Schema, WeakSet<Schema>>();

/**
 * Checks a batch against the schema that a stage expects, and narrows its type. Names, order and types of the columns
 * count; metadata does not. A schema object that passed once is not compared again.
 *
 * @throws BatchSchemaError naming the stage, the column, what was expected and what was found.
 */
export function checkBatch<T extends TypeMap>(stage: string, expected: Schema<T>, batch: RecordBatch): RecordBatch<T> {
  const { schema } = batch;
  let passed = checked.get(expected);
  if (passed === undefined) checked.set(expected, (passed = new WeakSet()));
  if (!passed.has(schema)) {
    compareSchemas(stage, expected, schema);
    passed.add(schema);
  }
  return batch as RecordBatch<T>;
}

function compareSchemas(stage: string, expected: Schema, actual: Schema): void {
  expected.fields.forEach((field, index) => {
    const found = actual.fields[index];
    if (found?.name !== field.name) {
      throw new BatchSchemaError(
        stage,
        field.name,
        `column ${String(index)} named "${field.name}"`,
        found === undefined ? 'missing' : `named "${found.name}"`,
      );
    }
    // By text, since a type read from a file has another class than the one that made it (Int for Int32).
    const [wanted, got] = [String(field.type), String(found.type)];
    if (wanted !== got) throw new BatchSchemaError(stage, field.name, wanted, got);
  });
  const extra = actual.fields[expected.fields.length];
  if (extra !== undefined)
    throw new BatchSchemaError(stage, extra.name, `${String(expected.fields.length)} columns`, 'one column too many');
}
