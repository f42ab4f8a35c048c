import { clusterOrder, ellipseScale } from '@intermodel/numerics';
import type { Profiles, Study, Surface, Tasks } from '../tables/study.ts';
import type { Uncertainty } from '../tables/uncertainty.ts';
import { categoryNames } from '../words/category-names.ts';
import { replicateWords } from '../words/uncertainty-words.ts';
import { pageClaims } from './page-claims.ts';
import { finite, rounded } from './rounding.ts';
import { cellText } from './surface-cells.ts';
import { shortRelation } from './short-relation.ts';
import type { Neighbour, PageData, PageTasks, ShortRelation, ShortStanding, ShortSurface } from './page-data.ts';

/** Neighbours listed for each model. */
export const neighboursListed = 5;

/** Concepts kept for each score column: the strongest, and all that are supported. */
export const linksKept = 30;

/** Concepts that the clustered map orders at most; the others follow by their number of units. */
const conceptsClustered = 1000;

/** Models that the map orders by clustering at most; more stand in the order of their units. */
export const modelsClustered = 1000;

/** Gathers what the page and its script draw from, rounded to what can be seen. */
export function buildPageData({ profiles, embedding, uncertainty, tasks, claims }: Study): PageData {
  const { models, concepts, categories, units, summaries } = profiles;
  const embedded = new Map(embedding?.points.map((point) => [point.model, point]));
  return {
    models,
    groups: models.map((model) => embedded.get(model)?.group ?? null),
    points: models.map((model) => embedded.get(model)?.scores.map((score) => rounded(score, 6)) ?? null),
    ellipses: models.map(
      (model) => uncertainty?.clouds.get(model)?.covariance.map((entry) => rounded(entry * ellipseScale(), 4)) ?? null,
    ),
    categoryNames: embedding === undefined ? [] : categoryNames(embedding),
    ratios: (embedding?.ratios ?? []).map((ratio) => rounded(ratio, 5)),
    categories,
    concepts: concepts.map(({ concept }) => concept),
    conceptCategories: concepts.map(({ category }) => categories.indexOf(category)),
    units: models.map((_, model) => Array.from(units.subarray(model * concepts.length, (model + 1) * concepts.length))),
    summaries: summaries.map((rows) =>
      rows.map(({ matches, unique, redundancy }) => [matches, unique, finite(redundancy, 5)]),
    ),
    neighbours: nearestModels(profiles),
    distances: pairDistances(profiles),
    standings: uncertainty === undefined ? [] : standingsOf(models, uncertainty),
    resampling: uncertainty === undefined ? '' : replicateWords(uncertainty),
    order: { concepts: conceptOrder(profiles), models: modelOrder(profiles) },
    tasks: tasks === undefined ? null : pageTasks(tasks, models),
    claims: claims === undefined ? null : pageClaims(claims),
  };
}

/** How all pairs of models stand to each other. */
function standingsOf(models: readonly string[], { pairs }: Uncertainty): PageData['standings'] {
  if (pairs.size === 0) return [];
  return models.map((model) =>
    models.map((other): ShortStanding | null => {
      const standing = pairs.get(model)?.get(other);
      if (standing === undefined) return null;
      const { interval, nearestShare, togetherShare } = standing;
      return [rounded(interval[0], 3), rounded(interval[1], 3), rounded(nearestShare, 3), finite(togetherShare, 3)];
    }),
  );
}

/** Distances that may round to the same one differ by a smaller factor. */
const roundingSlack = 1.002;

/**
 * The nearest models of each: by rounded distance, the first of equal ones first. A distance is not added up beyond
 * what can still matter.
 */
function nearestModels({ models, concepts, weights }: Profiles): readonly (readonly Neighbour[])[] {
  return models.map((_, model) => {
    const found: { readonly other: number; readonly distance: number }[] = [];
    const least = new Float64Array(neighboursListed).fill(Infinity);
    for (let other = 0; other < models.length; other++) {
      if (other === model) continue;
      const distance = euclidean(
        weights,
        concepts.length,
        model,
        other,
        (least[neighboursListed - 1] as number) * roundingSlack,
      );
      if (distance === Infinity) continue;
      found.push({ other, distance });
      if (distance < (least[neighboursListed - 1] as number)) {
        least[neighboursListed - 1] = distance;
        least.sort();
      }
    }
    return found
      .filter(({ distance }) => distance <= (least[neighboursListed - 1] as number) * roundingSlack)
      .map(({ other, distance }): Neighbour => [other, rounded(distance, 4)])
      .sort((a, b) => a[1] - b[1] || a[0] - b[0])
      .slice(0, neighboursListed);
  });
}

/** Models up to which the page holds the distances of all pairs. */
export const modelsPaired = 300;

function pairDistances({ models, concepts, weights }: Profiles): PageData['distances'] {
  if (models.length > modelsPaired) return [];
  return models.map((_, model) =>
    Array.from({ length: model }, (__, other) => rounded(euclidean(weights, concepts.length, model, other), 4)),
  );
}

/** Columns that are added up before a sum is compared with its limit. */
const stride = 32;

/** Distance of two rows; infinite where it is larger than `limit`. */
function euclidean(values: Float64Array, width: number, a: number, b: number, limit = Infinity): number {
  const most = limit * limit;
  let sum = 0;
  for (let start = 0; start < width; start += stride) {
    if (sum > most) return Infinity;
    for (let column = start; column < Math.min(width, start + stride); column++)
      sum += ((values[a * width + column] as number) - (values[b * width + column] as number)) ** 2;
  }
  return sum > most ? Infinity : Math.sqrt(sum);
}

/** Models by the shares of their units: a model with few matches stands beside those that match the same. */
function modelOrder(profiles: Profiles): readonly number[] {
  const { models, concepts, units } = profiles;
  const total = (model: number) =>
    units.subarray(model * concepts.length, (model + 1) * concepts.length).reduce((sum, count) => sum + count, 0);
  const totals = models.map((_, model) => total(model));
  if (models.length > modelsClustered)
    return [...models.keys()].sort((a, b) => (totals[b] as number) - (totals[a] as number) || a - b);
  const roots = rootShares(units, models.length, concepts.length, (row, column) => row * concepts.length + column);
  return clusterOrder(
    models.length,
    (a, b) => euclidean(roots, concepts.length, a, b),
    (model) => totals[model] as number,
  );
}

function conceptOrder({ models, concepts, units }: Profiles): readonly number[] {
  const totals = concepts.map((_, concept) =>
    models.reduce((sum, _name, model) => sum + (units[model * concepts.length + concept] as number), 0),
  );
  const byTotal = [...concepts.keys()].sort((a, b) => (totals[b] as number) - (totals[a] as number) || a - b);
  const first = byTotal.slice(0, conceptsClustered);
  const roots = rootShares(
    units,
    first.length,
    models.length,
    (row, column) => column * concepts.length + (first[row] as number),
  );
  const order = clusterOrder(
    first.length,
    (a, b) => euclidean(roots, models.length, a, b),
    (row) => totals[first[row] as number] as number,
  );
  return [...order.map((row) => first[row] as number), ...byTotal.slice(conceptsClustered)];
}

/** Square roots of each row's shares (Hellinger): distances then compare the pattern of a row, not its size. */
function rootShares(
  units: Int32Array,
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Float64Array {
  const shares = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let total = 0;
    for (let column = 0; column < columns; column++) total += units[at(row, column)] as number;
    for (let column = 0; column < columns && total > 0; column++)
      shares[row * columns + column] = Math.sqrt((units[at(row, column)] as number) / total);
  }
  return shares;
}

function pageTasks(
  { columns, predictors, relations, conceptLinks, surfaces, scores, rules }: Tasks,
  models: readonly string[],
): PageTasks {
  const predictorIndex = new Map(predictors.map((name, index) => [name, index]));
  const byColumn: (ShortRelation | null)[][] = columns.map(() => predictors.map(() => null));
  for (const relation of relations)
    (byColumn[relation.column] as (ShortRelation | null)[])[predictorIndex.get(relation.predictor) as number] =
      shortRelation(relation);
  const links = columns.map((_, column) =>
    conceptLinks
      .filter((link) => link.column === column && Number.isFinite(link.pearson))
      .sort((a, b) => Math.abs(b.pearson) - Math.abs(a.pearson)),
  );
  return {
    columns,
    predictors,
    relations: byColumn,
    rules,
    scores: columns.map((_, column) => models.map((model) => finite(scores[column]?.get(model) ?? Number.NaN, 6))),
    links: links.map((all) =>
      all
        .filter((link, rank) => rank < linksKept || link.supported)
        .map((link) => [
          link.concept,
          link.category,
          rounded(link.pearson, 4),
          finite(link.p, 3),
          finite(link.q, 3),
          link.supported ? 1 : 0,
        ]),
    ),
    linkCounts: links.map((all) => all.length),
    surfaces: columns.map((_, column) => shortSurface(surfaces.find((surface) => surface.column === column))),
  };
}

function shortSurface(surface: Surface | undefined): ShortSurface | null {
  const values = surface === undefined ? [] : Array.from(surface.scores).filter(Number.isFinite);
  if (surface === undefined || values.length === 0) return null;
  const { x, y, scores, n, error, meanError } = surface;
  const low = values.reduce((least, value) => Math.min(least, value));
  const high = values.reduce((most, value) => Math.max(most, value));
  return {
    x: [rounded(x[0] as number, 5), rounded(x[x.length - 1] as number, 5)],
    y: [rounded(y[0] as number, 5), rounded(y[y.length - 1] as number, 5)],
    width: x.length,
    cells: cellText(scores, [low, high]),
    range: [rounded(low, 5), rounded(high, 5)],
    error:
      n === undefined || error === undefined || meanError === undefined
        ? null
        : [n, rounded(error, 4), rounded(meanError, 4)],
  };
}
