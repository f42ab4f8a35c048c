import { benjaminiHochberg, familyWiseP, pooledP, replicateP } from '@intermodel/numerics';
import {
  matchSchema,
  matchSchemaOf,
  matchScoreOf,
  nullKinds,
  scoreColumn,
  unitNullFacts,
  type UnitMatchBatch,
  type UnitNullBatch,
} from '@intermodel/schemas';
import { buildBatch, checkBatch, column, readNumbers, readStrings } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { joinNulls, type LayerNulls } from './join-nulls.ts';

/** Options of {@link testMatches}. */
export interface TestMatchesOptions {
  /**
   * Null replicates of all layers of one model, in any number of tables whose replicates follow each other; of one kind, or
   * of both.
   */
  readonly nulls: readonly UnitNullBatch[];
  /**
   * Which replicates p compares with: those of the unit, or those of all units of the model whose best scores are alike
   * by chance (`alike`: the same tenth by their means), each scaled by its own mean and deviation. @default 'none'
   */
  readonly pool?: NullPool;
}

/** Ways to pool the replicates of units. */
export const nullPools = ['none', 'alike'] as const;

/** How the replicates of units are pooled. */
export type NullPool = (typeof nullPools)[number];

/** Groups of units whose replicates are pooled. */
const pooledGroups = 10;

/**
 * Tests the matches of a model against its null replicates; one batch for each batch of its matches.
 *
 * `p` compares the best score of a unit with its best score under every replicate, so that it is corrected for the
 * choice of the concept; both are of the images that the replicates used. `q` is the false-discovery rate (Benjamini and
 * Hochberg 1995) and `pFamily` the p by the maximum (Westfall and Young 1993) over all units of the model. `expectedIou`
 * and `chanceLift` are of the matched concept, and need no replicate. Where there are replicates of both kinds, these are
 * of exchanged labels, and `pRoll`, `pFamilyRoll` and `qRoll` the same of rolled ones.
 *
 * @throws BatchSchemaError for another table; RangeError for replicates that do not belong together, or units without
 * @example
 * matches.pipe(testMatches({ nulls }))
 */
export function testMatches({
  nulls,
  pool = 'none',
}: TestMatchesOptions): OperatorFunction<UnitMatchBatch, UnitMatchBatch> {
  return (matches) =>
    defer(() => {
      const [first, rolled] = byKind(nulls).map((own) => testLayers(joinNulls(own), pool));
      const tests = first ?? new Map<string, LayerTests>();
      return matches.pipe(
        map((batch) => checkBatch('testMatches', matchSchemaOf(batch), batch)),
        map((batch) => withTests(batch, tests, rolled)),
      );
    });
}

/** Tests of the units of a layer. */
interface LayerTests {
  readonly p: Float64Array;
  readonly pFamily: Float64Array;
  readonly q: Float64Array;
  readonly expectedIou: Float64Array;
  readonly chanceLift: Float64Array;
}

/** Tests all units of a model together; by the key of the layer. */
function testLayers(layers: ReadonlyMap<string, LayerNulls>, pool: NullPool): ReadonlyMap<string, LayerTests> {
  const all = [...layers.values()];
  const observed = joined(all.map((layer) => layer.observed));
  const replicates = joined(all.map((layer) => layer.replicates));
  const p = pool === 'none' ? replicateP(observed, replicates) : pooledP(observed, replicates, pooledGroups);
  const pFamily = familyWiseP(observed, replicates);
  const q = benjaminiHochberg(p);
  let first = 0;
  return new Map(
    [...layers].map(([key, { observed: own, overlap, expectedOverlap, expectedIou }]) => {
      const end = first + own.length;
      const tests = {
        p: p.slice(first, end),
        pFamily: pFamily.slice(first, end),
        q: q.slice(first, end),
        expectedIou,
        chanceLift: overlap.map((pixels, unit) => pixels / (expectedOverlap[unit] as number)),
      };
      first = end;
      return [key, tests];
    }),
  );
}

/** Tables by their kind, exchange first. @throws BatchSchemaError for another table */
function byKind(nulls: readonly UnitNullBatch[]): UnitNullBatch[][] {
  const kindOf = (batch: UnitNullBatch) => unitNullFacts(batch.schema)?.kind;
  const kinds = nullKinds.map((kind) => nulls.filter((batch) => kindOf(batch) === kind));
  // Of tables without a kind the join says what is wrong.
  const others = nulls.filter((batch) => kindOf(batch) === undefined);
  return [...kinds, others].filter((own) => own.length > 0);
}

function withTests(
  batch: UnitMatchBatch,
  layers: ReadonlyMap<string, LayerTests>,
  rolled: ReadonlyMap<string, LayerTests> | undefined,
): UnitMatchBatch {
  const text = (name: 'model' | 'layer' | 'concept' | 'category') => readStrings(column(batch, name));
  const [models, layerNames] = [text('model'), text('layer')];
  const units = readNumbers(column(batch, 'unit'));
  const test = (name: keyof LayerTests, from = layers) =>
    Float64Array.from(units, (unit, row) => {
      const value = from.get(JSON.stringify([models[row], layerNames[row]]))?.[name][unit];
      if (value === undefined)
        throw new RangeError(
          `testMatches: no replicates of unit ${String(unit)} of ${String(models[row])} ${String(layerNames[row])}`,
        );
      return value;
    });
  const score = matchScoreOf(batch);
  const columns = {
    ...{ model: models, layer: layerNames, unit: units, concept: text('concept'), category: text('category') },
    iou: readNumbers(column(batch, 'iou')),
    ...(score === undefined ? {} : { [score]: readNumbers(scoreColumn(batch)) }),
    ...{ expectedIou: test('expectedIou'), chanceLift: test('chanceLift') },
    ...{ p: test('p'), pFamily: test('pFamily'), q: test('q') },
    ...(rolled === undefined
      ? {}
      : { pRoll: test('p', rolled), pFamilyRoll: test('pFamily', rolled), qRoll: test('q', rolled) }),
  };
  return buildBatch(matchSchema({ score, tested: true, rolled: rolled !== undefined }), columns);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
