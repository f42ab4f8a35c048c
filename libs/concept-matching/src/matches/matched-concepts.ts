import type { UnitMatchBatch } from '@intermodel/schemas';
import { BatchSchemaError, column, readStrings } from '@intermodel/streams';
import type { ConceptIndex } from '../presets/concept-index.ts';

/** Place in the index of the concept that each unit is matched with, -1 for none. @throws BatchSchemaError */
export function matchedConcepts(
  stage: string,
  matches: UnitMatchBatch,
  { concepts }: Pick<ConceptIndex, 'concepts'>,
  units: number,
): Int32Array {
  if (matches.numRows !== units)
    throw new BatchSchemaError(
      stage,
      'unit',
      `${String(units)} matches, one a unit`,
      `${String(matches.numRows)} rows`,
    );
  const places = new Map(concepts.map(({ name, category }, place) => [JSON.stringify([category, name]), place]));
  const categories = readStrings(column(matches, 'category'));
  return Int32Array.from(readStrings(column(matches, 'concept')), (name, row) =>
    name === '' ? -1 : (places.get(JSON.stringify([categories[row], name])) ?? -1),
  );
}
