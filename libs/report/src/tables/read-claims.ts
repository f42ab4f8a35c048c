import { choiceInfluenceSchema, claimVerdictSchema, universeEffectSchema, universeSchema } from '@intermodel/schemas';
import { readTable } from './batch-rows.ts';
import type { Claim, ClaimCurve, Claims, UniverseChoice, Universes } from './claims.ts';
import type { ReportTables } from './report-tables.ts';

/** Reads claims and their universes; undefined where nothing is claimed. */
export function readClaims(tables: ReportTables): Claims | undefined {
  if (tables.claims === undefined) return undefined;
  const claims = readVerdicts(tables.claims);
  if (claims.length === 0) return undefined;
  const universes = readUniverses(tables);
  return { claims, ...(universes === undefined ? {} : { universes }) };
}

function readVerdicts(batches: NonNullable<ReportTables['claims']>): readonly Claim[] {
  const table = readTable(claimVerdictSchema, batches);
  const texts = (['claim', 'kind', 'statement', 'source', 'verdict', 'measure', 'movedBy', 'sentence'] as const).map(
    (name) => [name, table.text(name)] as const,
  );
  const numbers = (
    [
      ...(['effect', 'replicates', 'replicateShare', 'p', 'q', 'universes', 'universeShare'] as const),
      ...(['universeEffect', 'movedShare'] as const),
    ] as const
  ).map((name) => [name, table.numbers(name)] as const);
  const [low, high, isSo] = [table.numbers('low'), table.numbers('high'), table.flags('isSo')];
  return Array.from(
    { length: table.rows },
    (_, row) =>
      ({
        ...Object.fromEntries([...texts, ...numbers].map(([name, values]) => [name, values[row]])),
        interval: [low[row], high[row]],
        isSo: isSo[row],
      }) as unknown as Claim,
  );
}

/** Choices by the kind of their column. */
const choiceColumns = [
  ['gate', 'numbers'],
  ['compareGate', 'text'],
  ['match', 'text'],
  ['normalisation', 'text'],
  ['dropFirstConcept', 'flags'],
  ['leftOut', 'text'],
  ['components', 'numbers'],
  ['clusters', 'numbers'],
  ['distance', 'text'],
] as const;

function readUniverses(tables: ReportTables): Universes | undefined {
  if (tables.universes === undefined || tables.universeEffects === undefined) return undefined;
  const table = readTable(universeSchema, tables.universes);
  const own = table.numbers('universe');
  const rows = [...own.keys()].sort((a, b) => (own[a] as number) - (own[b] as number));
  const numbers = rows.map((row) => own[row] as number);
  const isStudy = table.flags('isStudy');
  const choices = choiceColumns.map(([choice, kind]): UniverseChoice => {
    const values = table[kind](choice);
    return { choice, values: rows.map((row) => values[row] as string | number | boolean) };
  });
  const curves = readCurves(tables.universeEffects, numbers, readShares(tables.choices));
  return curves.size === 0 ? undefined : { numbers, study: rows.findIndex((row) => isStudy[row]), choices, curves };
}

function readCurves(
  batches: NonNullable<ReportTables['universeEffects']>,
  numbers: readonly number[],
  shares: ReadonlyMap<string, ReadonlyMap<string, number>>,
): ReadonlyMap<string, ClaimCurve> {
  const table = readTable(universeEffectSchema, batches);
  const index = new Map(numbers.map((number, at) => [number, at]));
  const [universe, effect, isSo] = [table.numbers('universe'), table.numbers('effect'), table.flags('isSo')];
  const curves = new Map<string, ClaimCurve & { readonly isSo: (boolean | undefined)[] }>();
  table.text('claim').forEach((claim, row) => {
    const at = index.get(universe[row] as number);
    if (at === undefined) return;
    let curve = curves.get(claim);
    if (curve === undefined)
      curves.set(
        claim,
        (curve = {
          effects: new Float64Array(numbers.length).fill(Number.NaN),
          isSo: numbers.map(() => undefined),
          shares: shares.get(claim) ?? new Map(),
        }),
      );
    curve.effects[at] = effect[row] as number;
    curve.isSo[at] = isSo[row];
  });
  return curves;
}

function readShares(batches: ReportTables['choices']): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const shares = new Map<string, Map<string, number>>();
  if (batches === undefined) return shares;
  const table = readTable(choiceInfluenceSchema, batches);
  const [choice, share] = [table.text('choice'), table.numbers('share')];
  table.text('claim').forEach((claim, row) => {
    let own = shares.get(claim);
    if (own === undefined) shares.set(claim, (own = new Map<string, number>()));
    own.set(choice[row] as string, share[row] as number);
  });
  return shares;
}
