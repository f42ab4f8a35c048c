import {
  profileIntervalSchema,
  summaryIntervalSchema,
  type ConceptProfileBatch,
  type ProfileIntervalBatch,
  type SummaryIntervalBatch,
} from '@intermodel/schemas';
import { replicateInterval, ruleOfThree, type ReplicateIntervalKind } from '@intermodel/numerics';
import { buildBatch } from '@intermodel/streams';
import { defer, map, type OperatorFunction } from 'rxjs';
import { gatherProfiles, type ProfileMatrix } from './profile-matrix.ts';
import type { ProfileReplicates, Resampled } from './profile-replicates.ts';
import { replicateColumns } from './replicate-columns.ts';

/** Options of {@link bootstrapProfiles}. */
export interface BootstrapProfilesOptions {
  /** Replicates of the counts. */
  readonly replicates: ProfileReplicates;
}

/** Counts of models with their intervals. */
export interface ProfileIntervals {
  /** Matches, unique concepts and redundancy per model and category, and of all categories. */
  readonly summaryIntervals: SummaryIntervalBatch;
  /** Units per model and concept. */
  readonly profileIntervals: ProfileIntervalBatch;
}

type Statistic = 'matches' | 'unique' | 'redundancy';

/** Kind of the interval of each count: replicates over units can lose concepts and never find new ones, those over images do both. */
const kinds = {
  units: { matches: 'percentile', unique: 'centred', redundancy: 'centred' },
  images: { matches: 'percentile', unique: 'percentile', redundancy: 'percentile' },
} as const satisfies Readonly<Record<Resampled, Readonly<Record<Statistic, ReplicateIntervalKind>>>>;

/**
 * Gives profiles and their summaries 95 % intervals by the bootstrap: one emission when the source completes, models and
 * concepts in the order of the source.
 *
 * Intervals are percentiles of the replicates. Those of unique concepts and redundancy over units have a bias, since a
 * concept with few units is often drawn by none: there the intervals are percentiles less that bias. They hold for
 * samples of as many units, and are somewhat narrow where many concepts have a unit or two.
 *
 * @example
 * profiles.pipe(bootstrapProfiles({ replicates: resampleUnits({ profiles: batch, units }) }))
 */
export function bootstrapProfiles({
  replicates,
}: BootstrapProfilesOptions): OperatorFunction<ConceptProfileBatch, ProfileIntervals> {
  return (profiles) =>
    defer(() =>
      profiles.pipe(
        gatherProfiles('bootstrapProfiles'),
        map((matrix) => bootstrap(matrix, replicates)),
      ),
    );
}

interface CountRow {
  readonly model: string;
  readonly category: string;
  readonly observed: Readonly<Record<Statistic, number>>;
  readonly replicated: Readonly<Record<Statistic, Float64Array>>;
}

function bootstrap(matrix: ProfileMatrix, replicates: ProfileReplicates): ProfileIntervals {
  const { models, concepts, units } = matrix;
  const columns = replicateColumns(replicates, concepts);
  const width = concepts.length;
  const [low, high, shareHigh] = [0, 1, 2].map(() => new Float64Array(units.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const rows: CountRow[] = [];
  models.forEach((model, row) => {
    const observed = units.subarray(row * width, (row + 1) * width);
    const sums = countRows(model, concepts, observed, replicates);
    const drawn = drawModel(model, replicates, columns, sums);
    const all = replicates.unitsOf(model);
    for (let concept = 0; concept < width; concept++) {
      const at = row * width + concept;
      const count = observed[concept] as number;
      const [lowest, highest] = replicateInterval({
        replicates: drawn.subarray(concept * replicates.replicates, (concept + 1) * replicates.replicates),
        observed: count,
      });
      [low[at], high[at]] = [lowest, highest];
      shareHigh[at] = count === 0 && replicates.over === 'units' ? ruleOfThree(all) : highest / all;
    }
    rows.push(...sums);
  });
  return {
    summaryIntervals: summaryBatch(rows, replicates),
    profileIntervals: buildBatch(profileIntervalSchema, {
      model: models.flatMap((model) => concepts.map(() => model)),
      concept: models.flatMap(() => concepts.map(({ concept }) => concept)),
      category: models.flatMap(() => concepts.map(({ category }) => category)),
      ...{ units, low, high, shareHigh },
    }),
  };
}

/** Counts of a model in all replicates, concepts of the profiles x replicates; sums of all its concepts are written into rows. */
function drawModel(
  model: string,
  { concepts, replicates, countsOf }: ProfileReplicates,
  columns: Int32Array,
  rows: readonly CountRow[],
): Float64Array {
  const drawn = new Float64Array(columns.length * replicates);
  const counts = new Int32Array(concepts.length);
  const [all, ...ofCategories] = rows;
  const byCategory = new Map(ofCategories.map((row) => [row.category, row]));
  for (let replicate = 0; replicate < replicates; replicate++) {
    countsOf(model, replicate, counts);
    columns.forEach((column, concept) => {
      drawn[concept * replicates + replicate] = counts[column] as number;
    });
    // Replicates over images find concepts, too, that no model matches in all images.
    concepts.forEach(({ category }, place) => {
      const found = counts[place] as number;
      if (found === 0) return;
      for (const row of [all, byCategory.get(category)]) {
        if (row === undefined) continue;
        const { matches, unique } = row.replicated;
        matches[replicate] = (matches[replicate] as number) + found;
        unique[replicate] = (unique[replicate] as number) + 1;
      }
    });
    for (const { replicated } of rows)
      // 0 / 0 is NaN: no match, no redundancy.
      replicated.redundancy[replicate] =
        (replicated.matches[replicate] as number) / (replicated.unique[replicate] as number);
  }
  return drawn;
}

/** Summaries of a model over all categories, then of each, with room for those of the replicates. */
function countRows(
  model: string,
  concepts: ProfileMatrix['concepts'],
  units: Int32Array,
  { replicates }: ProfileReplicates,
): CountRow[] {
  const categories = [...new Set(concepts.map(({ category }) => category))].sort();
  return [undefined, ...categories].map((wanted): CountRow => {
    const observed = { matches: 0, unique: 0 };
    concepts.forEach(({ category }, concept) => {
      if (wanted !== undefined && category !== wanted) return;
      const count = units[concept] as number;
      observed.matches += count;
      observed.unique += count > 0 ? 1 : 0;
    });
    const sums = () => new Float64Array(replicates);
    return {
      model,
      category: wanted ?? '',
      observed: { ...observed, redundancy: observed.matches / observed.unique },
      replicated: { matches: sums(), unique: sums(), redundancy: sums() },
    };
  });
}

function summaryBatch(rows: readonly CountRow[], { over, replicates }: ProfileReplicates): SummaryIntervalBatch {
  const intervals = (statistic: Statistic) =>
    rows.map(({ observed, replicated }) =>
      replicateInterval({
        replicates: replicated[statistic],
        observed: observed[statistic],
        kind: kinds[over][statistic],
      }),
    );
  const [matches, unique, redundancy] = [intervals('matches'), intervals('unique'), intervals('redundancy')];
  return buildBatch(summaryIntervalSchema, {
    model: rows.map(({ model }) => model),
    category: rows.map(({ category }) => category),
    over: { value: over, rows: rows.length },
    replicates: new Int32Array(rows.length).fill(replicates),
    matches: rows.map(({ observed }) => observed.matches),
    matchesLow: matches.map(([lowest]) => lowest),
    matchesHigh: matches.map(([, highest]) => highest),
    unique: rows.map(({ observed }) => observed.unique),
    uniqueLow: unique.map(([lowest]) => lowest),
    uniqueHigh: unique.map(([, highest]) => highest),
    redundancy: rows.map(({ observed }) => observed.redundancy),
    redundancyLow: redundancy.map(([lowest]) => lowest),
    redundancyHigh: redundancy.map(([, highest]) => highest),
  });
}
