import { criticalCorrelation, harmonicNumber } from '@intermodel/numerics';
import {
  relationPowerSchema,
  type ConceptRelationBatch,
  type RelationPowerBatch,
  type TaskRelationBatch,
} from '@intermodel/schemas';
import { buildBatch, column, readNumbers } from '@intermodel/streams';
import { map, type OperatorFunction } from 'rxjs';
import { relationDefaults, type RelationOptions } from './relation-options.ts';
import { supportedBelow, supportRule } from './support-rule.ts';

/** Options of {@link relationPower}. */
export interface RelationPowerOptions extends Pick<RelationOptions, 'correction' | 'permuteWithin'> {
  /** Table that the relations are of. */
  readonly table: 'relations' | 'concepts';
  /** Whether any family has several models, as it was for the relations. */
  readonly hasFamilies: boolean;
}

/**
 * Tells for each table of relations that comes which correlations it can show at all: by the number of models that
 * relations have, which magnitude one test needs, and which one alone among all. One batch for each of the source.
 *
 * @example
 * of(relations).pipe(relationPower({ table: 'relations', hasFamilies: false }))
 */
export function relationPower(
  options: RelationPowerOptions,
): OperatorFunction<TaskRelationBatch | ConceptRelationBatch, RelationPowerBatch> {
  return (relations) => relations.pipe(map((batch) => powerOf(batch, options)));
}

function powerOf(batch: TaskRelationBatch | ConceptRelationBatch, options: RelationPowerOptions): RelationPowerBatch {
  const { correction = relationDefaults.correction, permuteWithin = relationDefaults.permuteWithin } = options;
  // Both tables have these columns.
  const table = batch as TaskRelationBatch;
  const floors = readNumbers(column(table, 'pFloor'));
  const byCount = new Map<number, number[]>();
  readNumbers(column(table, 'n')).forEach((n, row) => {
    const floor = floors[row] as number;
    if (Number.isNaN(floor)) return;
    const known = byCount.get(n);
    if (known === undefined) byCount.set(n, [floor]);
    else known.push(floor);
  });
  const tests = [...byCount.values()].reduce((sum, { length }) => sum + length, 0);
  const all = supportedBelow / tests / (correction === 'benjamini-yekutieli' ? harmonicNumber(tests) : 1);
  const rows = [...byCount]
    .sort(([a], [b]) => b - a)
    .map(([n, own]) => {
      const power = {
        n,
        tests,
        pFloor: own.reduce((least, floor) => Math.min(least, floor)),
        criticalOne: criticalCorrelation(n, supportedBelow),
        criticalAll: criticalCorrelation(n, all),
      };
      return {
        ...power,
        relations: own.length,
        statement: statementOf(power, all, correction === 'max-t'),
      };
    });
  return buildBatch(relationPowerSchema, {
    table: rows.map(() => options.table),
    n: rows.map(({ n }) => n),
    relations: rows.map(({ relations }) => relations),
    tests: rows.map(() => tests),
    correction: rows.map(() => correction),
    permuteWithin: rows.map(() => permuteWithin),
    pFloor: rows.map(({ pFloor }) => pFloor),
    criticalOne: rows.map(({ criticalOne }) => criticalOne),
    criticalAll: rows.map(({ criticalAll }) => criticalAll),
    rule: rows.map(() => supportRule(correction, options.hasFamilies)),
    statement: rows.map(({ statement }) => statement),
  });
}

interface Power {
  readonly n: number;
  readonly tests: number;
  readonly pFloor: number;
  readonly criticalOne: number;
  readonly criticalAll: number;
}

/** What so few models can show, in a sentence or two. */
function statementOf(
  { n, tests, pFloor, criticalOne, criticalAll }: Power,
  all: number,
  isFamilyWise: boolean,
): string {
  if (Number.isNaN(criticalOne)) return `With ${String(n)} models no correlation can pass a test.`;
  const many =
    tests === 1
      ? ''
      : `, > ${criticalAll.toFixed(3)} pass ${String(tests)} (less where ${isFamilyWise ? 'tests go together' : 'others pass too'})`;
  const floor = pFloor > all ? ` Their orderings give no p below ${String(Number(pFloor.toPrecision(2)))}.` : '';
  return `With ${String(n)} models only |r| > ${criticalOne.toFixed(3)} can pass one test at ${String(100 * supportedBelow)} %${many}.${floor}`;
}
