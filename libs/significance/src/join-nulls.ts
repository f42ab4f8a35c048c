import { unitNullFacts, unitNullSchema, type UnitNullBatch, type UnitNullFacts } from '@intermodel/schemas';
import { BatchSchemaError, checkBatch, column, readNumbers } from '@intermodel/streams';
import type { Data } from 'apache-arrow';

/** Null replicates of a layer. */
export interface LayerNulls {
  /** Best score of each unit; NaN for one that is never active. */
  readonly observed: Float64Array;
  /** Pixels that each shares with its concept. */
  readonly overlap: Float64Array;
  /** Pixels that it would share by chance. */
  readonly expectedOverlap: Float64Array;
  /** IoU that this comes to. */
  readonly expectedIou: Float64Array;
  /** Best scores under the replicates: units x replicates. */
  readonly replicates: Float64Array;
}

/**
 * Joins the replicates of the layers of a model, which may stand in several tables; by model and layer as JSON.
 *
 * @throws BatchSchemaError for another table; RangeError where replicates are missing, or were drawn in different ways
 */
export function joinNulls(nulls: readonly UnitNullBatch[]): ReadonlyMap<string, LayerNulls> {
  const tables = nulls.map((batch) => {
    const facts = unitNullFacts(batch.schema);
    if (facts === undefined)
      throw new BatchSchemaError('testMatches', 'replicates', 'a schema that states the draws', 'one without');
    return { facts, batch: checkBatch('testMatches', unitNullSchema(facts), batch) };
  });
  const layers = new Map<string, typeof tables>();
  for (const table of tables) {
    const key = JSON.stringify([table.facts.model, table.facts.layer]);
    layers.set(key, [...(layers.get(key) ?? []), table]);
  }
  const wholes = [...layers].map(([key, own]) => [key, own.toSorted((a, b) => a.facts.first - b.facts.first)] as const);
  const [, first = []] = wholes[0] ?? [];
  for (const [, own] of wholes)
    checkDraws(
      own.map(({ facts }) => facts),
      first.map(({ facts }) => facts),
    );
  return new Map(wholes.map(([key, own]) => [key, joinLayer(own.map(({ batch }) => batch))]));
}

/** Replicates follow each other from 0, and are those of the other layers. */
function checkDraws(own: readonly UnitNullFacts[], other: readonly UnitNullFacts[]): void {
  const drawOf = ({ kind, seed, images, groups }: UnitNullFacts) => JSON.stringify([kind, seed, images, groups]);
  const total = (all: readonly UnitNullFacts[]) => all.reduce((sum, { count }) => sum + count, 0);
  let next = 0;
  for (const facts of own) {
    if (facts.first !== next)
      throw new RangeError(
        `testMatches: ${facts.layer} has replicate ${String(facts.first)} where ${String(next)} should follow`,
      );
    next += facts.count;
    if (drawOf(facts) !== drawOf(own[0] ?? facts) || drawOf(facts) !== drawOf(other[0] ?? facts))
      throw new RangeError(`testMatches: replicates of ${facts.layer} were drawn in another way than others`);
  }
  if (total(own) !== total(other))
    throw new RangeError(`testMatches: layers have ${String(total(own))} and ${String(total(other))} replicates`);
}

function joinLayer(batches: readonly UnitNullBatch[]): LayerNulls {
  const [first] = batches as readonly [UnitNullBatch];
  const number = (name: 'observed' | 'overlap' | 'expectedOverlap' | 'expectedIou') =>
    Float64Array.from(readNumbers(column(first, name)));
  const parts = batches.map((batch) => {
    const list = column(batch, 'replicates').data[0] as Data;
    return list.children[0]?.values as Float64Array;
  });
  const units = first.numRows;
  const counts = parts.map(({ length }) => (units === 0 ? 0 : length / units));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const replicates = new Float64Array(units * total);
  for (let unit = 0, at = 0; unit < units; unit++)
    parts.forEach((part, index) => {
      const count = counts[index] as number;
      replicates.set(part.subarray(unit * count, (unit + 1) * count), at);
      at += count;
    });
  return {
    ...{ observed: number('observed'), overlap: number('overlap') },
    ...{ expectedOverlap: number('expectedOverlap'), expectedIou: number('expectedIou') },
    replicates,
  };
}
