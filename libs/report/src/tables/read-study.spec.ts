import type { RecordBatch } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { syntheticStudy } from '../fixtures/synthetic-study.ts';
import { conceptKey } from './read-profiles.ts';
import { readStudy } from './read-study.ts';

const tables = syntheticStudy({ models: 5 });
const study = readStudy(tables);
type Row = Readonly<Record<string, unknown>>;
const rowsOf = (table: unknown) => (table as RecordBatch).toArray() as unknown as readonly Row[];
/** A null of a table is NaN in a study. */
const number = (value: unknown) => (value ?? NaN) as number;

describe(readStudy, () => {
  it('reads every column of the embedding into the field of its name', () => {
    const { traits, quality, loadings, points, ratios } = study.embedding ?? {};
    expect(traits).toEqual(
      rowsOf(tables.traits).map(({ cluster, trait, concept, category, inside, outside, difference }) => ({
        ...{ group: cluster, trait, concept, category, inside, outside, difference },
      })),
    );
    expect(quality).toEqual(
      rowsOf(tables.quality).map(({ k, inertia, silhouette, gap, gapError }) => ({
        ...{ k, inertia, silhouette: number(silhouette), gap: number(gap), gapError: number(gapError) },
      })),
    );
    expect(ratios).toEqual(rowsOf(tables.variance).map(({ ratio }) => ratio));
    const byName = new Map(rowsOf(tables.embedding).map((row) => [row['model'], row]));
    for (const { model, group, scores } of points ?? [])
      expect([group, scores]).toEqual([
        byName.get(model)?.['cluster'],
        [...(byName.get(model)?.['components'] as Iterable<number>)],
      ]);
    const weights = new Map(
      rowsOf(tables.loadings).map((row) => [`${String(row['category'])}/${String(row['concept'])}`, row['loadings']]),
    );
    for (const { concept, category, loadings: own } of loadings ?? [])
      expect(own).toEqual([...(weights.get(`${category}/${concept}`) as Iterable<number>)]);
  });

  it('reads what chance gives as shares, and every table of replicates', () => {
    const { chance } = study.embedding ?? {};
    expect(chance?.map(({ p }) => p)).toEqual(rowsOf(tables.variance).map(({ p }) => p));
    // The fixture has a total variance of 20.
    expect(chance?.map(({ ratio }) => ratio)).toEqual(
      rowsOf(tables.variance).map((row) => (row['chance'] as number) / 20),
    );
    const { over, replicates, counts, clouds, pairs, loadings } = study.uncertainty ?? {};
    expect([over, replicates]).toEqual(['units', 200]);
    for (const row of rowsOf(tables.summaryIntervals))
      expect(counts?.get(row['model'] as string)).toEqual({
        matches: [row['matchesLow'], row['matchesHigh']],
        unique: [row['uniqueLow'], row['uniqueHigh']],
        redundancy: [row['redundancyLow'], row['redundancyHigh']],
      });
    for (const row of rowsOf(tables.clouds))
      expect(clouds?.get(row['model'] as string)).toEqual({
        offset: [...(row['offset'] as Iterable<number>)],
        covariance: [...(row['covariance'] as Iterable<number>)],
        order: row['order'],
      });
    for (const row of rowsOf(tables.pairs))
      expect(pairs?.get(row['model'] as string)?.get(row['other'] as string)).toEqual({
        distance: row['distance'],
        interval: [row['low'], row['high']],
        nearestShare: row['nearestShare'],
        togetherShare: row['togetherShare'],
      });
    for (const row of rowsOf(tables.loadingIntervals))
      expect(
        loadings?.get(conceptKey(row['concept'] as string, row['category'] as string))?.[
          (row['component'] as number) - 1
        ],
      ).toEqual([row['low'], row['high']]);
    expect(readStudy({ ...tables, summaryIntervals: undefined }).uncertainty).toBeUndefined();
  });

  it('reads the counts of every model and category', () => {
    const { models, categories, summaries } = study.profiles;
    const rows = rowsOf(tables.summaries);
    expect(rows).toHaveLength(models.length * categories.length);
    for (const { model, category, matches, unique, redundancy } of rows)
      expect(summaries[models.indexOf(model as string)]?.[categories.indexOf(category as string)]).toEqual({
        ...{ matches, unique, redundancy: number(redundancy) },
      });
  });

  it('reads every number of relations, of concepts and of surfaces', () => {
    const { columns = [], relations, conceptLinks, surfaces = [] } = study.tasks ?? {};
    const column = ({ column: name }: Row) => columns.findIndex((each) => each.column === name);
    expect(relations).toEqual(
      rowsOf(tables.relations).map((row) => ({
        ...{ predictor: row['predictor'], column: column(row), n: row['n'] },
        ...{ pearson: row['pearson'], low: row['pearsonLow'], high: row['pearsonHigh'], spearman: row['spearman'] },
        ...{ p: row['p'], pFamily: row['pFamily'], q: row['q'], qBy: row['qBy'], supported: row['supported'] },
        ...{ looLow: row['looLow'], looHigh: row['looHigh'], lofoLow: row['lofoLow'], lofoHigh: row['lofoHigh'] },
        ...{ lofoWeakest: row['lofoWeakest'], partialUnits: row['partialUnits'], partialUnitsP: row['partialUnitsP'] },
        ...{ partialScore: row['partialScore'], partialScoreP: row['partialScoreP'] },
        unmet: String(row['unmet'])
          .split(' ')
          .filter((criterion) => criterion !== ''),
      })),
    );
    expect(conceptLinks).toEqual(
      rowsOf(tables.conceptRelations).map((row) => ({
        ...{ concept: row['concept'], category: row['category'], column: column(row), n: row['n'] },
        ...{ pearson: row['pearson'], p: row['p'], q: row['q'], supported: row['supported'] },
      })),
    );
    const [relationsPower, conceptsPower] = rowsOf(tables.power);
    expect(study.tasks?.rules).toEqual({
      ...{ rule: relationsPower?.['rule'], correction: 'benjamini-hochberg', hasFamilies: true, given: 'dt_Set0' },
      ...{ power: [relationsPower?.['statement']], conceptPower: [conceptsPower?.['statement']] },
    });
    expect(study.tasks?.families).toEqual(
      ['Model1', 'Model2'].map((model) => ({ model, family: 'a family', reason: 'one code base' })),
    );
    for (const row of rowsOf(tables.surfaceErrors))
      expect(surfaces.find((surface) => surface.column === column(row))).toMatchObject({
        ...{ n: row['n'], error: row['error'], meanError: row['meanError'] },
      });
    for (const row of rowsOf(tables.surfaces)) {
      const surface = surfaces.find((each) => each.column === column(row));
      if (surface === undefined) throw new Error('every column has a surface');
      const x = surface.x.indexOf(row['pc1'] as number);
      const y = surface.y.indexOf(row['pc2'] as number);
      expect(surface.scores[y * surface.x.length + x]).toBe(row['score']);
    }
  });
});
