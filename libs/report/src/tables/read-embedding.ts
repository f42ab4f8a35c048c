import {
  categoryTraitSchema,
  clusterQualitySchema,
  componentVarianceSchema,
  conceptLoadingSchema,
  embeddingPointSchema,
} from '@intermodel/schemas';
import { listSize, readTable } from './batch-rows.ts';
import { compareNames } from './name-order.ts';
import type { ReportTables } from './report-tables.ts';
import type { EmbeddedModel, Embedding, GroupQuality, Loading, Trait } from './study.ts';

/** Reads the embedding with its components and groups, or undefined where no model was embedded. */
export function readEmbedding(tables: ReportTables): Embedding | undefined {
  if (tables.embedding === undefined) return undefined;
  const points = readPoints(tables.embedding);
  if (points.length === 0) return undefined;
  return {
    points,
    groups: Math.max(...points.map(({ group }) => group)) + 1,
    components: Math.max(...points.map(({ scores }) => scores.length)),
    ...(tables.variance === undefined ? { ratios: [], chance: [] } : readVariance(tables.variance)),
    loadings: tables.loadings === undefined ? [] : readLoadings(tables.loadings),
    quality: tables.quality === undefined ? [] : readQuality(tables.quality),
    traits: tables.traits === undefined ? [] : readTraits(tables.traits),
  };
}

function readPoints(batches: NonNullable<ReportTables['embedding']>): readonly EmbeddedModel[] {
  const table = readTable((batch) => embeddingPointSchema(listSize(batch, 'components')), batches);
  const model = table.text('model');
  const cluster = table.numbers('cluster');
  const scores = table.lists('components');
  return model
    .map((name, row) => ({ model: name, group: Math.max(0, cluster[row] as number), scores: listAt(scores, row) }))
    .sort((a, b) => compareNames(a.model, b.model));
}

function readLoadings(batches: NonNullable<ReportTables['loadings']>): readonly Loading[] {
  const table = readTable((batch) => conceptLoadingSchema(listSize(batch, 'loadings')), batches);
  const concept = table.text('concept');
  const category = table.text('category');
  const loadings = table.lists('loadings');
  return concept
    .map((label, row) => ({ concept: label, category: category[row] as string, loadings: listAt(loadings, row) }))
    .sort((a, b) => compareNames(a.category, b.category) || compareNames(a.concept, b.concept));
}

function readVariance(batches: NonNullable<ReportTables['variance']>): Pick<Embedding, 'ratios' | 'chance'> {
  const table = readTable(componentVarianceSchema, batches);
  const [component, variance, ratio] = [table.numbers('component'), table.numbers('variance'), table.numbers('ratio')];
  const [chance, p] = [table.numbers('chance'), table.numbers('p')];
  const rows = [...component.keys()].sort((a, b) => (component[a] as number) - (component[b] as number));
  // Permutations keep the total variance.
  const first = rows[0] ?? 0;
  const total = (variance[first] as number) / (ratio[first] as number);
  return {
    ratios: rows.map((row) => ratio[row] as number),
    chance: rows.map((row) => ({ ratio: (chance[row] as number) / total, p: p[row] as number })),
  };
}

function readQuality(batches: NonNullable<ReportTables['quality']>): readonly GroupQuality[] {
  const table = readTable(clusterQualitySchema, batches);
  const k = table.numbers('k');
  const inertia = table.numbers('inertia');
  const silhouette = table.numbers('silhouette');
  const [gap, gapError] = [table.numbers('gap'), table.numbers('gapError')];
  return Array.from(k, (count, row) => ({
    k: count,
    inertia: inertia[row] as number,
    silhouette: silhouette[row] as number,
    gap: gap[row] as number,
    gapError: gapError[row] as number,
  })).sort((a, b) => a.k - b.k);
}

function readTraits(batches: NonNullable<ReportTables['traits']>): readonly Trait[] {
  const table = readTable(categoryTraitSchema, batches);
  const cluster = table.numbers('cluster');
  const trait = table.text('trait');
  const concept = table.text('concept');
  const category = table.text('category');
  const inside = table.numbers('inside');
  const outside = table.numbers('outside');
  const difference = table.numbers('difference');
  return trait.map((name, row) => ({
    group: cluster[row] as number,
    trait: name,
    concept: concept[row] as string,
    category: category[row] as string,
    inside: inside[row] as number,
    outside: outside[row] as number,
    difference: difference[row] as number,
  }));
}

function listAt(lists: { readonly size: number; readonly values: Float64Array }, row: number): readonly number[] {
  return Array.from(lists.values.subarray(row * lists.size, (row + 1) * lists.size));
}
