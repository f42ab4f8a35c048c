import type { Data } from 'apache-arrow';
import { unitReplicateFacts, type UnitReplicateBatch, type UnitReplicateFacts } from './unit-replicate.ts';

/** What units of a layer match when images are drawn anew, of all rounds of replicates. */
export interface LayerReplicates extends Omit<UnitReplicateFacts, 'first'> {
  /** Units of the layer. */
  readonly units: number;
  /** IoU of each with its concept; NaN without one. */
  readonly iou: Float64Array;
  /** Acceleration of its BCa interval; NaN without one. */
  readonly acceleration: Float64Array;
  /** IoU with its concept in every replicate: units x replicates; NaN where it is 0/0. */
  readonly ious: Float64Array;
  /** Best concept in every replicate, as place in `concepts`, -1 for none: units x replicates. */
  readonly best: Int32Array;
  /** Its score, 0 without a concept: units x replicates. */
  readonly scores: Float64Array;
}

/**
 * Joins the replicates of layers, which may stand in several tables; in the order in which layers come first.
 *
 * @throws RangeError where a table is another one, replicates are missing, or were drawn in different ways
 */
export function joinUnitReplicates(batches: readonly UnitReplicateBatch[]): readonly LayerReplicates[] {
  const layers = new Map<string, { readonly facts: UnitReplicateFacts; readonly batch: UnitReplicateBatch }[]>();
  for (const batch of batches) {
    const facts = unitReplicateFacts(batch.schema);
    if (facts === undefined) throw new RangeError('joinUnitReplicates: a table does not state its draws');
    const key = JSON.stringify([facts.model, facts.layer]);
    layers.set(key, [...(layers.get(key) ?? []), { facts, batch }]);
  }
  const joined = [...layers.values()].map((rounds) =>
    joinRounds(rounds.toSorted((a, b) => a.facts.first - b.facts.first)),
  );
  for (const { model, count, seed } of joined)
    if (count !== joined[0]?.count || seed !== joined[0].seed)
      throw new RangeError(`joinUnitReplicates: replicates of ${model} were drawn in another way than others`);
  return joined;
}

function joinRounds(
  rounds: readonly { readonly facts: UnitReplicateFacts; readonly batch: UnitReplicateBatch }[],
): LayerReplicates {
  const [{ facts, batch }] = rounds as readonly [(typeof rounds)[number]];
  const drawOf = ({ seed, images, blocks, concepts }: UnitReplicateFacts) =>
    JSON.stringify([seed, images, blocks, concepts]);
  let next = 0;
  for (const { facts: own } of rounds) {
    if (own.first !== next || drawOf(own) !== drawOf(facts))
      throw new RangeError(
        `joinUnitReplicates: ${own.layer} has replicate ${String(own.first)} where ${String(next)} of the same draw should follow`,
      );
    next += own.count;
  }
  const units = batch.numRows;
  const list = (name: 'ious' | 'concepts' | 'scores', into: Float64Array | Int32Array) => {
    for (const { facts: own, batch: table } of rounds) {
      const values = childOf(table, name).children[0]?.values as Float64Array | Int32Array;
      for (let unit = 0; unit < units; unit++)
        into.set(values.subarray(unit * own.count, (unit + 1) * own.count), unit * next + own.first);
    }
  };
  const [ious, scores] = [new Float64Array(units * next), new Float64Array(units * next)];
  const best = new Int32Array(units * next);
  list('ious', ious);
  list('concepts', best);
  list('scores', scores);
  const { first: _first, ...stated } = facts;
  return {
    ...stated,
    ...{ count: next, units, ious, best, scores },
    ...{ iou: numbersOf(batch, 'iou'), acceleration: numbersOf(batch, 'acceleration') },
  };
}

function childOf(batch: UnitReplicateBatch, name: string): Data {
  const place = batch.schema.fields.findIndex((field) => field.name === name);
  return batch.data.children[place] as Data;
}

/** Values of a column; NaN where there is none. */
function numbersOf(batch: UnitReplicateBatch, name: 'iou' | 'acceleration'): Float64Array {
  return Float64Array.from(batch.getChild(name) ?? [], (value) => value ?? Number.NaN);
}
