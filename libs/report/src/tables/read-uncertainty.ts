import {
  embeddingCloudSchema,
  loadingIntervalSchema,
  modelPairSchema,
  summaryIntervalSchema,
} from '@intermodel/schemas';
import { listSize, readTable } from './batch-rows.ts';
import { conceptKey } from './read-profiles.ts';
import type { ReportTables } from './report-tables.ts';
import type { Cloud, CountIntervals, Interval, PairStanding, Uncertainty } from './uncertainty.ts';

/** Reads how sure the numbers of a study are; undefined where nothing was resampled. */
export function readUncertainty(tables: ReportTables): Uncertainty | undefined {
  if (tables.summaryIntervals === undefined) return undefined;
  const table = readTable(summaryIntervalSchema, tables.summaryIntervals);
  if (table.rows === 0) return undefined;
  return {
    over: table.text('over')[0] as string,
    replicates: table.numbers('replicates')[0] as number,
    counts: readCounts(tables.summaryIntervals),
    clouds: tables.clouds === undefined ? new Map() : readClouds(tables.clouds),
    pairs: tables.pairs === undefined ? new Map() : readPairs(tables.pairs),
    loadings: tables.loadingIntervals === undefined ? new Map() : readLoadings(tables.loadingIntervals),
  };
}

function readCounts(batches: NonNullable<ReportTables['summaryIntervals']>): Uncertainty['counts'] {
  const table = readTable(summaryIntervalSchema, batches);
  const interval = (name: 'matches' | 'unique' | 'redundancy') => {
    const [low, high] = [table.numbers(`${name}Low`), table.numbers(`${name}High`)];
    return (row: number): Interval => [low[row] as number, high[row] as number];
  };
  const [matches, unique, redundancy] = [interval('matches'), interval('unique'), interval('redundancy')];
  const counts = new Map<string, CountIntervals>();
  // All categories together stand before each of them.
  table.text('model').forEach((model, row) => {
    if (!counts.has(model))
      counts.set(model, { matches: matches(row), unique: unique(row), redundancy: redundancy(row) });
  });
  return counts;
}

function readClouds(batches: NonNullable<ReportTables['clouds']>): Uncertainty['clouds'] {
  const table = readTable((batch) => embeddingCloudSchema(listSize(batch, 'offset')), batches);
  const [offset, covariance, order] = [table.lists('offset'), table.lists('covariance'), table.numbers('order')];
  const part = ({ size, values }: typeof offset, row: number) => [...values.subarray(row * size, (row + 1) * size)];
  return new Map(
    table
      .text('model')
      .map((model, row): [string, Cloud] => [
        model,
        { offset: part(offset, row), covariance: part(covariance, row), order: order[row] as number },
      ]),
  );
}

function readPairs(batches: NonNullable<ReportTables['pairs']>): Uncertainty['pairs'] {
  const table = readTable(modelPairSchema, batches);
  const other = table.text('other');
  const [distance, low, high] = [table.numbers('distance'), table.numbers('low'), table.numbers('high')];
  const [nearest, together] = [table.numbers('nearestShare'), table.numbers('togetherShare')];
  const pairs = new Map<string, Map<string, PairStanding>>();
  table.text('model').forEach((model, row) => {
    let own = pairs.get(model);
    if (own === undefined) pairs.set(model, (own = new Map<string, PairStanding>()));
    own.set(other[row] as string, {
      distance: distance[row] as number,
      interval: [low[row] as number, high[row] as number],
      nearestShare: nearest[row] as number,
      togetherShare: together[row] as number,
    });
  });
  return pairs;
}

function readLoadings(batches: NonNullable<ReportTables['loadingIntervals']>): Uncertainty['loadings'] {
  const table = readTable(loadingIntervalSchema, batches);
  const [concept, category] = [table.text('concept'), table.text('category')];
  const [component, low, high] = [table.numbers('component'), table.numbers('low'), table.numbers('high')];
  const loadings = new Map<string, Interval[]>();
  concept.forEach((label, row) => {
    const key = conceptKey(label, category[row] as string);
    let own = loadings.get(key);
    if (own === undefined) loadings.set(key, (own = []));
    own[(component[row] as number) - 1] = [low[row] as number, high[row] as number];
  });
  return loadings;
}
