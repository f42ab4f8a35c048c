import {
  conceptRelationSchema,
  modelFamilySchema,
  performanceSurfaceSchema,
  relationPowerSchema,
  surfaceErrorSchema,
  taskRelationSchema,
  taskScoreSchema,
} from '@intermodel/schemas';
import { readTable, type TableReader } from './batch-rows.ts';
import type { ReportTables } from './report-tables.ts';
import type { ScoreColumn } from './score-column.ts';
import type { ConceptLink, ModelFamily, Relation, RelationRules, Surface, Tasks } from './study.ts';

/** Score columns in order of first sight; a column that only a relation names is known by that. */
class ColumnIndex {
  readonly columns: ScoreColumn[] = [];
  readonly #indices = new Map<string, number>();

  index(column: string, describe?: () => ScoreColumn): number {
    let index = this.#indices.get(column);
    if (index === undefined) {
      index = this.columns.length;
      this.#indices.set(column, index);
      this.columns.push(describe?.() ?? { column, task: '', dataset: column, metric: '', higherIsBetter: true });
    }
    return index;
  }
}

/** Reads scores and relations, or undefined where the study has neither. */
export function readTasks(tables: ReportTables): Tasks | undefined {
  const index = new ColumnIndex();
  const scores = tables.scores === undefined ? [] : readScores(tables.scores, index);
  const relations = tables.relations === undefined ? [] : readRelations(tables.relations, index);
  const conceptLinks = tables.conceptRelations === undefined ? [] : readConceptLinks(tables.conceptRelations, index);
  const surfaces = tables.surfaces === undefined ? [] : readSurfaces(tables.surfaces, tables.surfaceErrors, index);
  if (index.columns.length === 0) return undefined;
  const families = tables.families === undefined ? [] : readFamilies(tables.families);
  return {
    columns: index.columns,
    predictors: [...new Set(relations.map(({ predictor }) => predictor))],
    relations,
    conceptLinks,
    rules: readRules(tables, families.length > 0),
    families,
    surfaces,
    scores: index.columns.map((_, at) => scores[at] ?? new Map()),
  };
}

function readScores(batches: NonNullable<ReportTables['scores']>, index: ColumnIndex): Map<string, number>[] {
  const table = readTable(taskScoreSchema, batches);
  const model = table.text('model');
  const score = table.numbers('score');
  const better = table.flags('higherIsBetter');
  const at = columnReader(table, index, (row) => better[row] ?? true);
  const scores: Map<string, number>[] = [];
  model.forEach((name, row) => {
    (scores[at(row)] ??= new Map()).set(name, score[row] as number);
  });
  return scores;
}

function readRelations(batches: NonNullable<ReportTables['relations']>, index: ColumnIndex): Relation[] {
  const table = readTable(taskRelationSchema, batches);
  const predictor = table.text('predictor');
  const n = table.numbers('n');
  const supported = table.flags('supported');
  const pearson = table.numbers('pearson');
  const low = table.numbers('pearsonLow');
  const high = table.numbers('pearsonHigh');
  const spearman = table.numbers('spearman');
  const p = table.numbers('p');
  const pFamily = table.numbers('pFamily');
  const q = table.numbers('q');
  const qBy = table.numbers('qBy');
  const [looLow, looHigh] = [table.numbers('looLow'), table.numbers('looHigh')];
  const [lofoLow, lofoHigh] = [table.numbers('lofoLow'), table.numbers('lofoHigh')];
  const weakest = table.text('lofoWeakest');
  const [units, unitsP] = [table.numbers('partialUnits'), table.numbers('partialUnitsP')];
  const [score, scoreP] = [table.numbers('partialScore'), table.numbers('partialScoreP')];
  const unmet = table.text('unmet');
  const at = columnReader(table, index);
  return predictor.map((name, row) => ({
    predictor: name,
    column: at(row),
    n: n[row] as number,
    pearson: pearson[row] as number,
    low: low[row] as number,
    high: high[row] as number,
    spearman: spearman[row] as number,
    p: p[row] as number,
    pFamily: pFamily[row] as number,
    q: q[row] as number,
    qBy: qBy[row] as number,
    looLow: looLow[row] as number,
    looHigh: looHigh[row] as number,
    lofoLow: lofoLow[row] as number,
    lofoHigh: lofoHigh[row] as number,
    lofoWeakest: weakest[row] as string,
    partialUnits: units[row] as number,
    partialUnitsP: unitsP[row] as number,
    partialScore: score[row] as number,
    partialScoreP: scoreP[row] as number,
    unmet: (unmet[row] as string).split(' ').filter((criterion) => criterion !== ''),
    supported: supported[row] ?? false,
  }));
}

function readConceptLinks(batches: NonNullable<ReportTables['conceptRelations']>, index: ColumnIndex): ConceptLink[] {
  const table = readTable(conceptRelationSchema, batches);
  const concept = table.text('concept');
  const category = table.text('category');
  const n = table.numbers('n');
  const pearson = table.numbers('pearson');
  const p = table.numbers('p');
  const q = table.numbers('q');
  const supported = table.flags('supported');
  const at = columnReader(table, index);
  return concept.map((label, row) => ({
    concept: label,
    category: category[row] as string,
    column: at(row),
    n: n[row] as number,
    pearson: pearson[row] as number,
    p: p[row] as number,
    q: q[row] as number,
    supported: supported[row] ?? false,
  }));
}

/** Families that several of the models share. */
function readFamilies(batches: NonNullable<ReportTables['families']>): ModelFamily[] {
  const table = readTable(modelFamilySchema, batches);
  const [family, reason] = [table.text('family'), table.text('reason')];
  const rows = table.text('model').map((model, row) => ({
    model,
    family: family[row] as string,
    reason: reason[row] as string,
  }));
  return rows.filter((row) => rows.some((other) => other.family === row.family && other.model !== row.model));
}

function readRules({ power, relations }: ReportTables, hasFamilies: boolean): RelationRules {
  const table = power === undefined ? undefined : readTable(relationPowerSchema, power);
  const given = relations === undefined ? [] : readTable(taskRelationSchema, relations).text('given');
  const kind = table?.text('table') ?? [];
  const statements = (of: string): string[] => (table?.text('statement') ?? []).filter((_, row) => kind[row] === of);
  return {
    rule: table?.text('rule')[0] ?? '',
    correction: table?.text('correction')[0] ?? '',
    hasFamilies,
    given: given[0] ?? '',
    power: statements('relations'),
    conceptPower: statements('concepts'),
  };
}

function readSurfaces(
  batches: NonNullable<ReportTables['surfaces']>,
  errors: ReportTables['surfaceErrors'],
  index: ColumnIndex,
): Surface[] {
  const table = readTable(performanceSurfaceSchema, batches);
  const column = table.text('column');
  const pc1 = table.numbers('pc1');
  const pc2 = table.numbers('pc2');
  const score = table.numbers('score');
  const rows = new Map<string, number[]>();
  column.forEach((name, row) => {
    const known = rows.get(name);
    if (known === undefined) rows.set(name, [row]);
    else known.push(row);
  });
  const stated = errors === undefined ? new Map<string, SurfaceErrors>() : readErrors(errors);
  return [...rows].map(([name, members]) => {
    const [x, y] = [ascending(members, pc1), ascending(members, pc2)];
    const xIndex = new Map(x.map((value, at) => [value, at]));
    const yIndex = new Map(y.map((value, at) => [value, at]));
    const scores = new Float64Array(x.length * y.length).fill(Number.NaN);
    for (const row of members)
      scores[(yIndex.get(pc2[row] as number) as number) * x.length + (xIndex.get(pc1[row] as number) as number)] =
        score[row] as number;
    return { column: index.index(name), x, y, scores, ...stated.get(name) };
  });
}

type SurfaceErrors = Required<Pick<Surface, 'n' | 'error' | 'meanError'>>;

function readErrors(batches: NonNullable<ReportTables['surfaceErrors']>): Map<string, SurfaceErrors> {
  const table = readTable(surfaceErrorSchema, batches);
  const column = table.text('column');
  const n = table.numbers('n');
  const error = table.numbers('error');
  const meanError = table.numbers('meanError');
  return new Map(
    column.map((name, row) => [
      name,
      { n: n[row] as number, error: error[row] as number, meanError: meanError[row] as number },
    ]),
  );
}

function columnReader(
  table: Pick<TableReader<{ column: never; task: never; dataset: never; metric: never }>, 'text'>,
  index: ColumnIndex,
  better?: (row: number) => boolean,
): (row: number) => number {
  const column = table.text('column');
  const task = table.text('task');
  const dataset = table.text('dataset');
  const metric = table.text('metric');
  return (row) =>
    index.index(column[row] as string, () => ({
      column: column[row] as string,
      task: task[row] as string,
      dataset: dataset[row] as string,
      metric: metric[row] as string,
      higherIsBetter: better?.(row) ?? true,
    }));
}

function ascending(rows: readonly number[], values: Float64Array): readonly number[] {
  return [...new Set(rows.map((row) => values[row] as number))].sort((a, b) => a - b);
}
