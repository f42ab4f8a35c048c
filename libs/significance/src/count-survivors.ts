import { isMatch, type MatchGate, type MatchRule } from '@intermodel/numerics';
import {
  matchSchemaOf,
  matchSurvivalSchema,
  scoreColumn,
  testColumn,
  type MatchSurvivalBatch,
  type UnitMatchBatch,
} from '@intermodel/schemas';
import { BatchSchemaError, buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, reduce, type OperatorFunction } from 'rxjs';

/** Options of {@link countSurvivors}. */
export interface CountSurvivorsOptions {
  /** Gate of the matches as they are published; whether they have to be significant plays no part. */
  readonly gate: MatchGate;
}

/** Counts of one model and category. */
interface Survivors {
  readonly model: string;
  readonly category: string;
  units: number;
  passing: number;
  significant: number;
  surviving: number;
  survivingRoll: number;
}

/**
 * Counts how many units of tested matches pass the gate, are significant (q <= 0.05), and both, of these also against rolled labels where there are tests: one batch when the source
 * completes, sorted by model and category.
 *
 * @throws BatchSchemaError for matches that were not tested
 * @example
 * tested.pipe(countSurvivors({ gate: { gate: 0.04, compareGate: '>' } }))
 */
export function countSurvivors({ gate }: CountSurvivorsOptions): OperatorFunction<UnitMatchBatch, MatchSurvivalBatch> {
  return (matches) =>
    defer(() =>
      matches.pipe(
        map((batch) => checkBatch('countSurvivors', matchSchemaOf(batch), batch)),
        reduce((rows, batch) => addBatch(rows, batch, gate), new Map<string, Survivors>()),
        map(toTable),
      ),
    );
}

function addBatch(rows: Map<string, Survivors>, batch: UnitMatchBatch, gate: MatchGate): Map<string, Survivors> {
  const tests = testColumn(batch, 'q');
  if (tests === undefined) throw new BatchSchemaError('countSurvivors', 'q', 'tested matches', 'ones without tests');
  const q = readNumbers(tests);
  const rolls = testColumn(batch, 'qRoll');
  const qRoll = rolls === undefined ? undefined : readNumbers(rolls);
  const scores = readNumbers(scoreColumn(batch));
  const [models, categories] = [readStrings(column(batch, 'model')), readStrings(column(batch, 'category'))];
  models.forEach((model, row) => {
    const category = categories[row] ?? '';
    const key = JSON.stringify([model, category]);
    let counts = rows.get(key);
    if (counts === undefined)
      rows.set(
        key,
        (counts = { model, category, units: 0, passing: 0, significant: 0, surviving: 0, survivingRoll: 0 }),
      );
    const [score, rate] = [scores[row] as number, q[row] as number];
    const passes = (match: MatchRule, own = rate) => Number(isMatch(score, own, { ...gate, match }));
    const survives = passes('both');
    counts.units++;
    counts.passing += passes('gate');
    counts.significant += passes('significant');
    counts.surviving += survives;
    counts.survivingRoll += qRoll === undefined ? NaN : survives * passes('both', qRoll[row]);
  });
  return rows;
}

function toTable(counts: ReadonlyMap<string, Survivors>): MatchSurvivalBatch {
  const rows = [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  const number = (name: Exclude<keyof Survivors, 'model' | 'category'>) => rows.map((row) => row[name]);
  return buildBatch(matchSurvivalSchema, {
    ...{ model: rows.map(({ model }) => model), category: rows.map(({ category }) => category) },
    ...{ units: number('units'), passing: number('passing') },
    ...{
      significant: number('significant'),
      surviving: number('surviving'),
      survivingRoll: Float64Array.from(number('survivingRoll')),
    },
  });
}
