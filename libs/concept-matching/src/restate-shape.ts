import type { ActivationShape } from '@intermodel/schemas';
import { RecordBatch, Schema, type TypeMap } from 'apache-arrow';

/** Sizes that the schema of a table of a layer states, whichever table it is; undefined where it states none. */
export function statedShape({ metadata }: Schema): ActivationShape | undefined {
  const facts = metadata.get('facts');
  const shape = metadata.get('shape');
  if (facts !== undefined) return (JSON.parse(facts) as { readonly shape?: ActivationShape }).shape;
  return shape === undefined ? undefined : (JSON.parse(shape) as ActivationShape);
}

/**
 * A table of a layer under another shape: what is stored of a layer holds for other names of its model and other label
 * grids too. The columns are those of the given batch, not copies.
 */
export function restateShape<T extends TypeMap>(batch: RecordBatch<T>, shape: ActivationShape): RecordBatch<T> {
  const metadata = new Map(batch.schema.metadata);
  const facts = metadata.get('facts');
  if (facts === undefined) metadata.set('shape', JSON.stringify(shape));
  else metadata.set('facts', JSON.stringify({ ...(JSON.parse(facts) as object), shape }));
  return new RecordBatch<T>(new Schema<T>(batch.schema.fields, metadata), batch.data);
}
